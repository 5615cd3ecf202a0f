// An exploration takes no memory for an execution once it is warm, as long as it sees no new trace.
// What the test itself keeps in containers and queues is its own. Counted by operator new, which is
// why this is a program of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

std::uint64_t allocations = 0;

void* counted(std::size_t bytes) {
  ++allocations;
  if (void* block = std::malloc(bytes)) return block;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }

namespace {

using sim::Coro;

Coro<> deposit(sim::Shared<int>& balance) {
  const int read = balance.get();
  co_await sim::yield();
  balance.set(read + 1);
}
Coro<> lost_update() {
  sim::Shared<int> balance(0);
  co_await sim::gather(deposit(balance), deposit(balance));
}

Coro<> use_all(sim::Lock& lock, sim::Semaphore& permits, sim::Event& event) {
  co_await lock.acquire();
  co_await sim::yield();
  lock.release();
  const auto permit = co_await permits.guard();
  event.set();
  co_await sim::sleep(std::chrono::milliseconds(1));
  co_await event.wait();
}
Coro<> two_that_use_all() {
  sim::Lock lock;
  sim::Semaphore permits(1);
  sim::Event event;
  co_await sim::gather(use_all(lock, permits, event), use_all(lock, permits, event));
}

Coro<> yields() {
  for (int i = 0; i < 30; ++i) co_await sim::yield();
}
Coro<> four_that_yield() { co_await sim::gather(yields(), yields(), yields(), yields()); }

class NoAllocation : public testing::TestWithParam<const char*> {};

// How many allocations there were between two reports of progress that found no new trace.
std::vector<std::uint64_t> while_nothing_is_new(const sim::Body& body, const char* strategy) {
  std::vector<std::uint64_t> counts;
  counts.reserve(64);
  sim::Progress last{};
  std::uint64_t before = 0;
  sim::ExploreOptions options;
  options.strategy = sim::Strategy::parse(strategy);
  options.max_executions = 20'000;
  options.max_failures = 0;
  options.on_progress = [&](const sim::Progress& progress) {
    const bool warm = progress.executions > 8'192;
    if (warm && progress.distinct_traces == last.distinct_traces) {
      counts.push_back(allocations - before);
    }
    last = progress;
    before = allocations;
  };
  sim::explore(body, options);
  return counts;
}

TEST_P(NoAllocation, AnExecution) {
  if (!sim::internal::kArenaRecycles) GTEST_SKIP() << "AddressSanitizer has each block of its own";
  for (Coro<> (*body)() : {lost_update, two_that_use_all, four_that_yield}) {
    const std::vector<std::uint64_t> counts = while_nothing_is_new(body, GetParam());
    EXPECT_FALSE(counts.empty());
    EXPECT_THAT(counts, testing::Each(0));
  }
}

INSTANTIATE_TEST_SUITE_P(Strategies, NoAllocation,
                         testing::Values("random", "pos", "pct:3", "urw", "surw", "delay:3"),
                         [](const auto& strategy) {
                           std::string name = strategy.param;
                           return name.substr(0, name.find(':'));
                         });

}  // namespace
