// WaitSet: waits until as many of some futures have ended as asked for.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/await.h"
#include "sim/clock.h"
#include "sim/future_state.h"
#include "sim/timer_queue.h"

namespace sim {

enum class ReturnWhen : std::uint8_t { all_completed, first_completed, first_exception };

namespace internal {

class WaitSet {
  class State;

 public:
  // Suspends the task until the set is satisfied or the time is up.
  class Wait : public Waiter, private Runnable {
   public:
    Wait(State& state, std::optional<Duration> timeout) : state_(state), timeout_(timeout) {}
    Wait(Wait&& other) : state_(other.state_), timeout_(other.timeout_) {}
    ~Wait();
    bool ready() { return false; }
    void suspend(PromiseBase& at);
    void resume();
    void describe(WaitDescription& description) const override;
    Joint* joins_at() const override;
    // What was waited for has come: all of it, or the one that it takes.
    void satisfied(bool by_all);

   private:
    // The time is up.
    void run() override;
    void drop() noexcept override { timer_ = TimerQueue::kNoSlot; }
    std::uint64_t identity() const override;
    void disarm();

    State& state_;
    std::optional<Duration> timeout_;
    TimerQueue::Slot timer_ = TimerQueue::kNoSlot;
    bool by_all_ = false;
  };

  WaitSet(std::vector<Ref<FutureState>> futures, ReturnWhen when);
  WaitSet(const WaitSet&) = delete;
  WaitSet& operator=(const WaitSet&) = delete;
  ~WaitSet();

  Wait wait(std::optional<Duration> timeout) { return Wait(*state_, timeout); }
  // Whether the future at `index` stands at an earlier one too; then it counts there only.
  bool seen_before(std::size_t index) const;

 private:
  Ref<State> state_;
};

}  // namespace internal
}  // namespace sim
