// WaitSet: waits until as many of some futures have ended as asked for.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "primitives/wake_timer.h"
#include "sim/await.h"
#include "sim/future_state.h"

namespace sim {

enum class ReturnWhen : std::uint8_t { all_completed, first_completed, first_exception };

namespace internal {

class WaitSet {
  class State;

 public:
  // Suspends the task until the set is satisfied or the time is up.
  class Wait : public Waiter {
   public:
    Wait(State& state, std::optional<Duration> timeout) : state_(state), timeout_(timeout) {}
    Wait(Wait&& other) : state_(other.state_), timeout_(other.timeout_) {}
    ~Wait();
    bool ready() { return false; }
    void suspend(PromiseBase& at);
    void resume();
    void describe(WaitDescription& description) const override;
    // What was waited for has come: all of it, or the one that it takes.
    void satisfied(bool by_all);

   private:
    State& state_;
    std::optional<Duration> timeout_;
    WakeTimer timer_;
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
