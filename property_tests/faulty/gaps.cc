// Suspends between check and act: what was checked does not hold any more. And counted before the
// slot is ready: what others check holds too soon.
#include <deque>

#include "property_tests/faulty/families.h"
#include "property_tests/faulty/parts.h"

namespace faulty {

namespace {

// Fault: the lock is taken a moment after it was seen to be free. Two hold it.
class LockTakenLate final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      co_await lock_.wait_until_free();
      if (has_fault()) co_await gap(number);
      lock_.take();
      const sim::Outcome<void> worked = co_await sim::settle(inside_.during(gap(number)));
      lock_.release();
      worked.value();
    }
  }

 private:
  PlainLock lock_;
  Inside inside_{1};
};

// Fault: who has seen that the turn has not come joins the waiters a moment later. The turn comes
// meanwhile, and nobody wakes him. Task 0 makes the turns come.
class TurnMissed final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    if (number == 0) return make_turns();
    return wait_for_turns(number);
  }

 private:
  sim::Coro<> make_turns() {
    sim::Outcome<void> worked;
    for (int i = 0; i < rounds(); ++i) {
      const sim::Outcome<void> paused = co_await sim::settle(pause(0));
      if (worked.has_value()) worked = paused;
      ++turn_;
      while (waiters_.pop_and_wake()) continue;
    }
    worked.value();
  }
  sim::Coro<> wait_for_turns(int number) {
    for (int wanted = 1; wanted <= rounds(); ++wanted) {
      co_await pause(number);
      while (turn_ < wanted) {
        if (has_fault()) co_await gap(number);
        const bugs::Waiter waiter = waiters_.enter();
        const sim::Outcome<void> waited = co_await sim::settle(waiter);
        waiters_.leave(waiter);
        waited.value();
      }
    }
  }

  int turn_ = 0;
  bugs::Waiters waiters_;
};

// Fault: nobody notes that the value is being loaded. It is loaded twice. A load that is cancelled
// is made by the next.
class LoadedTwice final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      co_await get(number);
    }
  }

 private:
  sim::Coro<> get(int number) {
    while (!is_loaded_) {
      if (!is_loading_ || has_fault()) {
        co_await load(number);
        continue;
      }
      const bugs::Waiter waiter = waiters_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      waiters_.leave(waiter);
      waited.value();
    }
  }
  sim::Coro<> load(int number) {
    is_loading_ = true;
    const sim::Outcome<void> fetched = co_await sim::settle(gap(number));
    is_loading_ = false;
    while (waiters_.pop_and_wake()) continue;
    fetched.value();
    SIM_CHECK(!is_loaded_);
    is_loaded_ = true;
  }

  bool is_loading_ = false;
  bool is_loaded_ = false;
  bugs::Waiters waiters_;
};

// Fault: an item is counted, and stands in its slot a moment later. Who comes between finds none.
class QueueCountsFirst final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    if (is_producer(number)) return produce(number);
    return consume(number);
  }

 private:
  sim::Coro<> produce(int number) {
    sim::Outcome<void> worked;
    for (int item = number; item < items(); item += program().producers) {
      const sim::Outcome<void> paused = co_await sim::settle(pause(number));
      if (has_fault()) ++count_;
      const sim::Outcome<void> prepared = co_await sim::settle(gap(number));
      slots_.push_back(item);
      if (!has_fault()) ++count_;
      waiters_.pop_and_wake();
      if (worked.has_value()) worked = paused.has_value() ? prepared : paused;
    }
    worked.value();
  }
  sim::Coro<> consume(int number) {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      while (count_ == 0) co_await wait_for_item();
      --count_;
      SIM_CHECK(!slots_.empty());
      slots_.pop_front();
    }
  }
  sim::Coro<> wait_for_item() {
    const bugs::Waiter waiter = waiters_.enter();
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    waiters_.leave(waiter);
    if (waited.cancelled() && bugs::was_woken(waiter) && count_ > 0) waiters_.pop_and_wake();
    waited.value();
  }

  int count_ = 0;
  std::deque<int> slots_;
  bugs::Waiters waiters_;
};

// Fault: the permit for a connection is given back before the connection is. Who gets it finds no
// connection.
class PoolPermitsFirst final : public Play {
 public:
  explicit PoolPermitsFirst(const Program& program)
      : Play(program), permits_(program.capacity), idle_(program.capacity) {}

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      co_await permits_.acquire();
      SIM_CHECK_GT(idle_, 0);
      --idle_;
      const sim::Outcome<void> used = co_await sim::settle(gap(number));
      if (has_fault()) permits_.release();
      const sim::Outcome<void> cleaned = co_await sim::settle(gap(number));
      ++idle_;
      if (!has_fault()) permits_.release();
      used.value();
      cleaned.value();
    }
  }
  void at_end() override {
    SIM_CHECK_EQ(permits_.free(), program().capacity);
    SIM_CHECK_EQ(idle_, program().capacity);
  }

 private:
  PlainPermits permits_;
  int idle_;  // connections
};

}  // namespace

std::vector<Algorithm> gaps() {
  return {
      {"lock taken late", Mistake::suspends_after_the_check, Needs::nothing, 2, 1,
       make_play<LockTakenLate>},
      {"turn missed", Mistake::suspends_after_the_check, Needs::nothing, 2, 1,
       make_play<TurnMissed>},
      {"loaded twice", Mistake::suspends_after_the_check, Needs::nothing, 2, 1,
       make_play<LoadedTwice>},
      {"queue counts first", Mistake::counted_before_ready, Needs::nothing, 2, 1,
       make_play<QueueCountsFirst>},
      {"pool permits first", Mistake::counted_before_ready, Needs::nothing, 2, 1,
       make_play<PoolPermitsFirst>},
  };
}

}  // namespace faulty
