// W4cancel: 1e6 timers with random deadlines are pending and are cancelled in random order. One
// operation is one cancel; nothing else is timed.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "bench/workload.h"

namespace bench {
namespace {

constexpr std::uint64_t kRange = 1'000'000'000'000;  // ns

std::vector<std::uint32_t> shuffled(std::uint32_t n) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  Numbers numbers;
  for (std::uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[numbers.below(i)]);
  return order;
}

template <class Library>
typename Library::template Coro<> cancels(Library, benchmark::State& state,
                                          const std::vector<std::uint32_t>& order) {
  typename Library::Timers timers(order.size());
  Numbers numbers;
  for (std::size_t i = 0; i < order.size(); ++i) timers.arm(i, 1 + numbers.below(kRange));
  state.ResumeTiming();
  for (const std::uint32_t i : order) timers.cancel(i);
  state.PauseTiming();
  co_return;
}

const bool added_cancel = add_workload("W4cancel", [](auto library, benchmark::State& state) {
  const std::vector<std::uint32_t> order = shuffled(1'000'000);
  for (auto _ : state) {
    state.PauseTiming();
    library.run(cancels(library, state, order));
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * order.size());
});

}  // namespace
}  // namespace bench
