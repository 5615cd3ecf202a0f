#include "sim/frame_block.h"

#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"

namespace {

using sim::Coro;

// Says when it goes.
class Argument {
 public:
  explicit Argument(bool& gone) : gone_(&gone) {}
  Argument(Argument&& other) noexcept : gone_(std::exchange(other.gone_, nullptr)) {}
  ~Argument() {
    if (gone_ != nullptr) *gone_ = true;
  }

 private:
  bool* gone_;
};

Coro<std::string> say(Argument, std::string text) { co_return text; }

TEST(FrameBlock, ParametersGoWithTheCoroutineWhileAHandleKeepsTheResult) {
  const auto body = []() -> Coro<> {
    bool gone = false;
    auto task = sim::create_task(say(Argument(gone), std::string(100, 'x')));
    co_await sim::yield();
    EXPECT_TRUE(task.done());
    EXPECT_TRUE(gone);
    EXPECT_EQ(task.result(), std::string(100, 'x'));
    EXPECT_NE(task.name().find("say"), std::string::npos);
  };
  sim::run(body());
}

TEST(FrameBlock, AHandleMayOutliveItsLoop) {
  sim::Task<std::string> kept;
  bool gone = false;
  const auto body = [&]() -> Coro<> {
    kept = sim::create_task(say(Argument(gone), "still here"));
    co_await kept;
  };
  sim::run(body());
  EXPECT_TRUE(gone);
  EXPECT_EQ(kept.result(), "still here");
}

// Its destructor runs a whole task, whose frame goes while that of another task does.
struct RunsATask {
  explicit RunsATask(int& total) : total_(&total) {}
  RunsATask(RunsATask&& other) noexcept : total_(std::exchange(other.total_, nullptr)) {}
  ~RunsATask() {
    if (total_ == nullptr) return;
    const auto add = [](int* into) -> Coro<int> { co_return ++*into; };
    last = sim::create_eager_task(add(total_)).result();
  }
  int* total_;
  int last = 0;
};

Coro<> hold(RunsATask) { co_return; }

TEST(FrameBlock, ATaskMayEndWhileAnotherOneIsDestroyed) {
  int total = 0;
  const auto body = [&]() -> Coro<> {
    for (int i = 0; i < 100; ++i) co_await sim::create_task(hold(RunsATask(total)));
  };
  sim::run(body());
  EXPECT_EQ(total, 100);
}

}  // namespace
