// Mutations of the schedules that fuzzers try: bytes of BytesSource in, such bytes out. A fuzzer's
// own mutations change bytes, and most of what comes of that is another schedule altogether; these
// put in a deviation, leave one out, move it or let it choose another, and join two schedules.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/rng.h"
#include "sim/testing/schedule.h"

namespace sim::fuzz {

using Bytes = std::vector<std::uint8_t>;

// One of at most `most` bytes that is a few changes away from `input`. `horizon` is how many
// decisions a run makes, 0 where nobody knows.
Bytes mutate(std::span<const std::uint8_t> input, std::size_t most, std::uint32_t horizon,
             Rng& rng);

// One that begins as `first` and goes on as `second`, from a decision that is drawn.
Bytes splice(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second,
             std::size_t most, Rng& rng);

}  // namespace sim::fuzz
