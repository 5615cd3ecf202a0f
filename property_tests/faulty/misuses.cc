// Releases what it did not acquire: the fault is in the use of a lock or semaphore that has none.
#include <memory>

#include "property_tests/faulty/families.h"
#include "property_tests/faulty/parts.h"

namespace faulty {

namespace {

// Fault: release() stands in a `finally` that acquire() is in. Who is cancelled while he waits
// releases what another holds. `Object` has acquire() and release().
template <class Object>
class ReleasedAnyway : public Play {
 public:
  ReleasedAnyway(const Program& program, int most) : Play(program), inside_(most) {}

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      const sim::Outcome<void> acquired = co_await sim::settle(object().acquire());
      if (!acquired.has_value()) {
        if (has_fault()) object().release();
        acquired.value();
      }
      const sim::Outcome<void> worked = co_await sim::settle(inside_.during(gap(number)));
      object().release();
      worked.value();
    }
  }

 private:
  virtual Object& object() = 0;

  Inside inside_;
};

class LockReleasedAnyway final : public ReleasedAnyway<PlainLock> {
 public:
  explicit LockReleasedAnyway(const Program& program) : ReleasedAnyway(program, 1) {}

 private:
  PlainLock& object() override { return lock_; }

  PlainLock lock_;
};

class PermitReleasedAnyway final : public ReleasedAnyway<PlainPermits> {
 public:
  explicit PermitReleasedAnyway(const Program& program)
      : ReleasedAnyway(program, program.capacity), permits_(program.capacity) {}
  void at_end() override { SIM_CHECK_EQ(permits_.free(), program().capacity); }

 private:
  PlainPermits& object() override { return permits_; }

  PlainPermits permits_;
};

// Fault: whether the time was up is not asked, and what was not acquired in time is released.
class LateReleasesAnyway final : public Play {
 public:
  explicit LateReleasesAnyway(const Program& program)
      : Play(program), free_(program.capacity), inside_(program.capacity) {}

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      const bool acquired = co_await acquire(number);
      if (!acquired) {
        if (has_fault()) release();
        continue;
      }
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
    const bugs::Waiter waiter = waiters_.enter();
    const auto is_late = std::make_shared<bool>(false);
    const sim::Handle timer = sim::running_loop().call_later(patience(number), [waiter, is_late] {
      if (waiter.done()) return;
      *is_late = true;
      waiter.set_result();
    });
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    timer.cancel();
    waiters_.leave(waiter);
    if (waited.cancelled() && bugs::was_woken(waiter) && !*is_late) release();
    waited.value();
    co_return !*is_late;
  }
  void release() {
    if (!waiters_.pop_and_wake()) ++free_;
  }

  int free_;
  bugs::Waiters waiters_;
  Inside inside_;
};

}  // namespace

std::vector<Algorithm> misuses() {
  return {
      {"lock released anyway", Mistake::releases_what_it_did_not_acquire, Needs::cancellation, 3, 1,
       make_play<LockReleasedAnyway>},
      {"permit released anyway", Mistake::releases_what_it_did_not_acquire, Needs::cancellation, 2,
       1, make_play<PermitReleasedAnyway>},
      {"late one releases anyway", Mistake::releases_what_it_did_not_acquire, Needs::late_timers, 2,
       1, make_play<LateReleasesAnyway>},
  };
}

}  // namespace faulty
