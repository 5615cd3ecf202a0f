// W5: 100 tasks on one FIFO lock. One operation is one round of one task: acquire, yield, release.
#include "bench/workload.h"

namespace bench {
namespace {

constexpr int kTasks = 100;

template <class Library>
typename Library::template Coro<> rounds(typename Library::Lock& lock, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    co_await lock.acquire();
    co_await Library::yield();
    lock.release();
  }
}

template <class Library>
typename Library::template Coro<> contention(Library, std::int64_t n) {
  typename Library::Lock lock;
  std::vector<typename Library::template Coro<>> tasks;
  for (int i = 0; i < kTasks; ++i) tasks.push_back(rounds<Library>(lock, n / kTasks));
  co_await Library::gather(std::move(tasks));
}

const bool added_lock = add_program("W5", 1'000'000, [](auto library, std::int64_t n) {
  return contention(library, n);
});

}  // namespace
}  // namespace bench
