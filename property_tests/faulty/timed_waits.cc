// A timer is armed until its waiter resumes: it fires between wake-up and resumption, and what the
// waiter was woken for is lost. And the token goes to one who has left, because his time was up.
#include <deque>
#include <list>
#include <memory>
#include <optional>

#include "property_tests/faulty/families.h"
#include "property_tests/faulty/parts.h"

namespace faulty {

namespace {

// One who waits no longer than his patience.
struct TimedWaiter {
  bugs::Waiter woken = sim::running_loop().create_future<void>();
  bool is_late = false;
  std::optional<int> item;
};

// A line of them.
class TimedLine {
 public:
  enum class Fault {
    late_timer,  // the timer does not ask whether the waiter has been woken
    left_alone,  // one whose time was up stays in the line until he runs
  };
  explicit TimedLine(std::optional<Fault> fault) : fault_(fault) {}

  void enter(const std::shared_ptr<TimedWaiter>& waiter) { line_.push_back(waiter); }
  // Until he is woken, cancelled, or late. Nobody wakes him afterwards.
  sim::Coro<> wait(std::shared_ptr<TimedWaiter> waiter, sim::Duration patience) {
    const auto time_is_up = [waiter, fault = fault_] {
      const bool was_done = waiter->woken.done();
      if (was_done && fault != Fault::late_timer) return;
      waiter->is_late = true;
      if (!was_done) waiter->woken.set_result();
    };
    const sim::Handle timer = sim::running_loop().call_later(patience, time_is_up);
    const sim::Outcome<void> waited = co_await sim::settle(waiter->woken);
    timer.cancel();
    line_.remove(waiter);
    waited.value();
  }
  // Wakes the first that still waits, and tells who that is; null if nobody does.
  std::shared_ptr<TimedWaiter> wake_first() {
    while (!line_.empty()) {
      const std::shared_ptr<TimedWaiter> first = line_.front();
      line_.pop_front();
      const bool waits = !first->woken.done();
      if (waits) first->woken.set_result();
      if (waits || fault_ == Fault::left_alone) return first;
    }
    return nullptr;
  }

 private:
  std::optional<Fault> fault_;
  std::list<std::shared_ptr<TimedWaiter>> line_;
};

using TimedFault = TimedLine::Fault;

std::optional<TimedFault> fault_in(const Program& program, TimedFault fault) {
  return program.has_fault ? std::optional(fault) : std::nullopt;
}

// Permits that are handed over to the first waiter. Fault: one that was handed over is lost.
class TimedPermits final : public Play {
 public:
  TimedPermits(const Program& program, TimedFault fault)
      : Play(program),
        free_(program.capacity),
        inside_(program.capacity),
        line_(fault_in(program, fault)) {}

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      const bool acquired = co_await acquire(number);
      if (!acquired) continue;
      const sim::Outcome<void> worked = co_await sim::settle(inside_.during(gap(number)));
      release();
      worked.value();
    }
  }
  void at_end() override { SIM_CHECK_EQ(free_, program().capacity); }

 private:
  sim::Coro<bool> acquire(int number) {
    if (free_ > 0) {
      --free_;
      co_return true;
    }
    const auto waiter = std::make_shared<TimedWaiter>();
    line_.enter(waiter);
    const sim::Outcome<void> waited = co_await sim::settle(line_.wait(waiter, patience(number)));
    if (waited.cancelled() && bugs::was_woken(waiter->woken) && !waiter->is_late) release();
    waited.value();
    co_return !waiter->is_late;
  }
  void release() {
    if (line_.wake_first() == nullptr) ++free_;
  }

  int free_;
  Inside inside_;
  TimedLine line_;
};

template <TimedFault kFault>
std::unique_ptr<Play> make_timed_permits(const Program& program) {
  return std::make_unique<TimedPermits>(program, kFault);
}

// A channel that puts an item into the hand of the first receiver. Fault: an item is lost.
class TimedChannel final : public Play {
 public:
  TimedChannel(const Program& program, TimedFault fault)
      : Play(program), line_(fault_in(program, fault)) {}

  sim::Coro<> task(int number) override {
    if (is_producer(number)) return produce(number);
    return consume(number);
  }
  void at_end() override { SIM_CHECK_EQ(sent_, received_ + static_cast<int>(buffer_.size())); }

 private:
  sim::Coro<> produce(int number) {
    for (int item = number; item < items(); item += program().producers) {
      co_await pause(number);
      ++sent_;
      send(item);
    }
  }
  sim::Coro<> consume(int number) {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      const std::optional<int> item = co_await receive(number);
      if (item) ++received_;
    }
  }
  void send(int item) {
    const std::shared_ptr<TimedWaiter> first = line_.wake_first();
    if (first == nullptr) return buffer_.push_back(item);
    first->item = item;
  }
  sim::Coro<std::optional<int>> receive(int number) {
    if (!buffer_.empty()) {
      const int item = buffer_.front();
      buffer_.pop_front();
      co_return item;
    }
    const auto waiter = std::make_shared<TimedWaiter>();
    line_.enter(waiter);
    const sim::Outcome<void> waited = co_await sim::settle(line_.wait(waiter, patience(number)));
    if (waited.cancelled() && waiter->item) send(*waiter->item);
    waited.value();
    if (waiter->is_late) co_return std::nullopt;
    co_return waiter->item;
  }

  std::deque<int> buffer_;
  TimedLine line_;
  int sent_ = 0;
  int received_ = 0;
};

template <TimedFault kFault>
std::unique_ptr<Play> make_timed_channel(const Program& program) {
  return std::make_unique<TimedChannel>(program, kFault);
}

}  // namespace

std::vector<Algorithm> timed_waits() {
  return {
      {"permit and late timer", Mistake::timer_armed_until_resumed, Needs::late_timers, 2, 1,
       make_timed_permits<TimedFault::late_timer>},
      {"item and late timer", Mistake::timer_armed_until_resumed, Needs::late_timers, 2, 1,
       make_timed_channel<TimedFault::late_timer>},
      {"permit to the late", Mistake::token_to_who_has_left, Needs::late_timers, 2, 1,
       make_timed_permits<TimedFault::left_alone>},
      {"item to the late", Mistake::token_to_who_has_left, Needs::late_timers, 2, 1,
       make_timed_channel<TimedFault::left_alone>},
  };
}

}  // namespace faulty
