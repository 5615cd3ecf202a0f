// W1: two tasks yield in turn. One operation is one switch.
#include "bench/workload.h"

namespace bench {
namespace {

template <class Library>
typename Library::template Coro<> yields(std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) co_await Library::yield();
}

template <class Library>
typename Library::template Coro<> two_tasks(Library, std::int64_t n) {
  std::vector<typename Library::template Coro<>> tasks;
  tasks.push_back(yields<Library>(n / 2));
  tasks.push_back(yields<Library>(n / 2));
  co_await Library::gather(std::move(tasks));
}

const bool added_switch = add_program("W1", 1'000'000, [](auto library, std::int64_t n) {
  return two_tasks(library, n);
});

}  // namespace
}  // namespace bench
