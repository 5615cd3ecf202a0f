// W3: a gather of children that each sleep, until one deadline or with a deadline each.
// W4: the same with 1e6 children and random deadlines. One operation is one child, and what is
// timed is everything from before the first child is made until the last is gone.
#include "bench/workload.h"

namespace bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

template <class Library>
typename Library::template Coro<> sleeper(std::uint64_t ns) {
  co_await Library::sleep(ns);
}

template <class Library, class Delay>
typename Library::template Coro<> sleepers(Library, std::int64_t n, Delay delay) {
  std::vector<typename Library::template Coro<>> children;
  children.reserve(n);
  for (std::int64_t i = 0; i < n; ++i) children.push_back(sleeper<Library>(delay(i)));
  co_await Library::gather(std::move(children));
}

const bool added_same = add_program("W3", 100'000, [](auto library, std::int64_t n) {
  return sleepers(library, n, [](std::int64_t) { return kSecond; });
});
const bool added_spread = add_program("W3spread", 100'000, [](auto library, std::int64_t n) {
  return sleepers(library, n, [](std::int64_t i) { return kSecond + i * 10'000; });
});
const auto random_sleepers = [](auto library, std::int64_t n) {
  return sleepers(library, n, [numbers = Numbers()](std::int64_t) mutable {
    return numbers.below(1'000 * kSecond);
  });
};
const bool added_random = add_program("W4", 1'000'000, random_sleepers, /*many_timers=*/true);

}  // namespace
}  // namespace bench
