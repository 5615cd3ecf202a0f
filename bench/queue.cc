// W6: a producer and a consumer over a queue of 16. One operation is one item.
#include "bench/workload.h"

namespace bench {
namespace {

template <class Library>
typename Library::template Coro<> produce(typename Library::Queue& queue, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) co_await queue.put(static_cast<int>(i));
}

template <class Library>
typename Library::template Coro<> consume(typename Library::Queue& queue, std::int64_t n) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += co_await queue.get();
  benchmark::DoNotOptimize(sum);
}

template <class Library>
typename Library::template Coro<> pipe(Library, std::int64_t n) {
  typename Library::Queue queue;
  std::vector<typename Library::template Coro<>> tasks;
  tasks.push_back(produce<Library>(queue, n));
  tasks.push_back(consume<Library>(queue, n));
  co_await Library::gather(std::move(tasks));
}

const bool added_queue = add_program("W6", 1'000'000, [](auto library, std::int64_t n) {
  return pipe(library, n);
});

}  // namespace
}  // namespace bench
