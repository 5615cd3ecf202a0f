// Registers a workload three times: for the limit, for simloop, and for simloop with tracing on.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "bench/libraries.h"

namespace bench {

// `body(library, state)` runs the workload once per iteration of `state` and reports its
// operations with `state.SetItemsProcessed`. The names are "ID/limit", "ID/off" and "ID/on", and
// "ID/limit+fetch" for a workload with more timers than the cache holds.
template <class Body>
bool add_workload(const std::string& id, Body body, bool many_timers = false) {
  const auto add = [&](const char* variant, auto library) {
    benchmark::RegisterBenchmark((id + "/" + variant).c_str(),
                                 [=](benchmark::State& state) { body(library, state); });
  };
  if (many_timers) add("limit+fetch", Limit{.fetch = true});
  add("limit", Limit{});
  add("off", Simloop{.trace = false});
  add("on", Simloop{.trace = true});
  return true;
}

// Runs `program(library, n)`, a coroutine that performs n operations, once per iteration.
template <class Program>
bool add_program(const std::string& id, std::int64_t n, Program program, bool many_timers = false) {
  const auto body = [=](auto library, benchmark::State& state) {
    for (auto _ : state) library.run(program(library, n));
    state.SetItemsProcessed(state.iterations() * n);
  };
  return add_workload(id, body, many_timers);
}

// Deterministic numbers for deadlines and orders (splitmix64).
class Numbers {
 public:
  std::uint64_t below(std::uint64_t n) noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % n;
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace bench
