// Depth: calls of calls, tasks that wait for tasks, and their unwinding take no stack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::Task;

constexpr int kDeep = 1'000'000;
constexpr int kDeepUnwinding = 100'000;  // an exception costs a microsecond a frame
constexpr std::uintptr_t kLittleStack = 64 * 1024;

// How far the stack has been seen to reach.
class StackRange {
 public:
  void look() {
    // Not the address of a local: AddressSanitizer keeps those elsewhere.
    const auto at = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    lowest_ = std::min(lowest_, at);
    highest_ = std::max(highest_, at);
  }
  std::uintptr_t bytes() const { return highest_ - lowest_; }

 private:
  std::uintptr_t lowest_ = UINTPTR_MAX;
  std::uintptr_t highest_ = 0;
};

StackRange* stack_range = nullptr;  // where the coroutines below report to

// Looks at the stack as it is destroyed.
struct LooksOnLeaving {
  ~LooksOnLeaving() { stack_range->look(); }
};

class DeepChain : public testing::Test {
 protected:
  DeepChain() { stack_range = &range_; }
  ~DeepChain() override { stack_range = nullptr; }
  void expect_little_stack() const { EXPECT_LT(range_.bytes(), kLittleStack); }

 private:
  StackRange range_;
};

enum class AtTheEnd { return_at_once, yield, fail, wait };

Coro<int> call(int depth, AtTheEnd end) {
  stack_range->look();
  const LooksOnLeaving leaving;
  if (depth > 0) {
    const int below = co_await call(depth - 1, end);
    stack_range->look();
    co_return below + 1;
  }
  switch (end) {
    case AtTheEnd::return_at_once:
      break;
    case AtTheEnd::yield:
      co_await sim::yield();
      break;
    case AtTheEnd::fail:
      co_await sim::yield();
      throw std::out_of_range("at the bottom");
    case AtTheEnd::wait:
      co_await sim::running_loop().create_future<>();
  }
  co_return 0;
}

TEST_F(DeepChain, CallsThatReturnWithoutASuspension) {
  EXPECT_EQ(sim::run(call(kDeep, AtTheEnd::return_at_once)), kDeep);
  expect_little_stack();
}

TEST_F(DeepChain, CallsThatReturnAfterASuspension) {
  EXPECT_EQ(sim::run(call(kDeep, AtTheEnd::yield)), kDeep);
  expect_little_stack();
}

TEST_F(DeepChain, AnExceptionThroughAllOfThem) {
  EXPECT_THROW(sim::run(call(kDeepUnwinding, AtTheEnd::fail)), std::out_of_range);
  expect_little_stack();
}

TEST_F(DeepChain, ACancellationThroughAllOfThem) {
  const auto main = []() -> Coro<> {
    auto task = create_task(call(kDeepUnwinding, AtTheEnd::wait));
    co_await sim::yield();
    task.cancel("enough");
    EXPECT_EQ(co_await sim::test::cancellation_of(task), "enough");
  };
  sim::run(main());
  expect_little_stack();
}

TEST_F(DeepChain, ASuspendedOneIsDestroyedWithItsLoop) {
  EXPECT_THROW(sim::run(call(kDeep, AtTheEnd::wait)), sim::DeadlockError);
  expect_little_stack();
}

TEST_F(DeepChain, ASuspendedOneIsDestroyedAfterAFailedCheck) {
  const auto main = []() -> Coro<> {
    auto task = create_task(call(kDeep, AtTheEnd::wait));
    co_await sim::yield();
    SIM_CHECK(false);
  };
  sim::test::Findings findings;
  EXPECT_ANY_THROW(sim::run(main(), sim::test::observed_by(findings)));
  expect_little_stack();
}

TEST_F(DeepChain, ManyCallsInARow) {
  const auto main = []() -> Coro<int> {
    int sum = 0;
    for (int i = 0; i < kDeep; ++i) sum += co_await call(0, AtTheEnd::return_at_once);
    co_return sum;
  };
  EXPECT_EQ(sim::run(main()), 0);
  expect_little_stack();
}

Coro<int> wait_for_next(Task<int> next) {
  stack_range->look();
  const LooksOnLeaving leaving;
  co_return 1 + co_await std::move(next);
}

// A chain of tasks, each waiting for the one made before it.
Task<int> chain_of_tasks(int length, AtTheEnd end) {
  Task<int> task = create_task(call(0, end));
  for (int i = 0; i < length; ++i) task = create_task(wait_for_next(std::move(task)));
  return task;
}

TEST_F(DeepChain, TasksThatWaitForTasks) {
  const auto main = []() -> Coro<int> {
    co_return co_await chain_of_tasks(kDeepUnwinding, AtTheEnd::yield);
  };
  EXPECT_EQ(sim::run(main()), kDeepUnwinding);
  expect_little_stack();
}

TEST_F(DeepChain, AnExceptionThroughTasksThatWaitForTasks) {
  const auto main = []() -> Coro<int> {
    co_return co_await chain_of_tasks(kDeepUnwinding, AtTheEnd::fail);
  };
  EXPECT_THROW(sim::run(main()), std::out_of_range);
  expect_little_stack();
}

TEST_F(DeepChain, TasksThatWaitForTasksAreDestroyedWithTheirLoop) {
  const auto main = []() -> Coro<int> {
    co_return co_await chain_of_tasks(kDeepUnwinding, AtTheEnd::wait);
  };
  EXPECT_THROW(sim::run(main()), sim::DeadlockError);
  expect_little_stack();
}

TEST_F(DeepChain, AnEndlessChainOfCallbacks) {
  const auto main = []() -> Coro<> {
    auto done = sim::running_loop().create_future<>();
    int left = kDeep;
    const std::function<void()> next = [&] {
      if (left % 1000 == 0) stack_range->look();
      if (--left == 0) return done.set_result();
      sim::running_loop().call_soon([&] { next(); });
    };
    next();
    co_await done;
  };
  sim::run(main());
  expect_little_stack();
}

}  // namespace
