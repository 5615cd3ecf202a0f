// A generator of parity programs (tests/parity/README.md): small asyncio programs as JSON, which
// CPython and simloop run alike.
//
// They use every operation and every type of object, and lean towards what is hard: a cancellation
// in the tick of a wake-up, timeouts in timeouts, groups in groups, queues whose waiters are robbed
// or shut down, names that are used again, tasks that wait for one another. A program that fails
// shrinks to a few operations.
#pragma once

#include <rapidcheck.h>

#include <cstdint>

#include "nlohmann/json.hpp"

namespace property {

// Programs of up to so many operations.
rc::Gen<nlohmann::json> parity_program(int max_operations = 60);

// The n-th program of a fixed sequence.
rc::Shrinkable<nlohmann::json> parity_program_number(std::uint64_t n, int max_operations = 60);

// How many operations a program has, those in blocks included.
std::size_t count_operations(const nlohmann::json& program);

// Programs that are a little smaller, the smallest first; all of them are well formed.
rc::Seq<nlohmann::json> smaller_programs(const nlohmann::json& program);

}  // namespace property
