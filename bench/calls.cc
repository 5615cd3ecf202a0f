// W2: create a task and await it, one after the other. W2b: await a coroutine. The child returns
// at once. One operation is one child.
#include "bench/workload.h"

namespace bench {
namespace {

template <class Library>
typename Library::template Coro<int> child(int value) {
  co_return value;
}

template <class Library>
typename Library::template Coro<> tasks(Library, std::int64_t n) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += co_await Library::create_task(child<Library>(1));
  benchmark::DoNotOptimize(sum);
}

template <class Library>
typename Library::template Coro<> calls(Library, std::int64_t n) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += co_await child<Library>(1);
  benchmark::DoNotOptimize(sum);
}

const bool added_tasks = add_program("W2", 1'000'000, [](auto library, std::int64_t n) {
  return tasks(library, n);
});
const bool added_calls = add_program("W2b", 1'000'000, [](auto library, std::int64_t n) {
  return calls(library, n);
});

}  // namespace
}  // namespace bench
