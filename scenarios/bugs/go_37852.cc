// go_37852: the weighted semaphore of Go's golang.org/x/sync before March 2020, and a waiter that
// gives up its place at the front.
//
// Source: https://github.com/golang/go/issues/37852, https://github.com/golang/sync/pull/10.
//
// Cause: permits that are too few for the first waiter are kept for it, and others queue behind it.
// When it is cancelled nobody looks whether they are enough for the next. Trigger: a waiter that
// wants much and stands before one that wants little is cancelled. What the second wants is free,
// and it waits until somebody else happens to release. Fix: who leaves the queue wakes those who
// can go now.
#include <list>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Leaving { silently, waking_the_next };

class Weighted {
 public:
  Weighted(int free, Leaving leaving) : free_(free), leaving_(leaving) {}

  sim::Coro<> acquire(int count) {
    if (free_ >= count && requests_.empty()) {
      free_ -= count;
      co_return;
    }
    const bugs::Waiter granted = sim::running_loop().create_future<void>();
    requests_.push_back({count, granted});
    const sim::Outcome<void> waited = co_await sim::settle(granted);
    if (waited.has_value()) co_return;
    if (bugs::was_woken(granted)) release(count);
    std::erase_if(requests_, [&](const Request& each) { return each.granted == granted; });
    if (leaving_ == Leaving::waking_the_next) grant();
    waited.value();
  }
  void release(int count) {
    free_ += count;
    grant();
  }
  // Whether the first in the queue could go.
  bool keeps_one_waiting() const { return !requests_.empty() && requests_.front().count <= free_; }

 private:
  struct Request {
    int count;
    bugs::Waiter granted;
  };

  void grant() {
    while (keeps_one_waiting()) {
      const Request first = requests_.front();
      requests_.pop_front();
      if (first.granted.done()) continue;  // cancelled, and has not run
      free_ -= first.count;
      first.granted.set_result();
    }
  }

  int free_;
  Leaving leaving_;
  std::list<Request> requests_;
};

sim::Coro<> use(Weighted& semaphore, int count) {
  co_await semaphore.acquire(count);
  const sim::Outcome<void> worked = co_await sim::settle(sim::sleep(std::chrono::seconds(1)));
  SIM_CHECK(!semaphore.keeps_one_waiting());
  semaphore.release(count);
  worked.value();
}

// One has the half, one waits for the whole, and one behind it for the other half.
sim::Coro<> a_large_one_in_front(Leaving leaving) {
  Weighted semaphore(2, leaving);
  co_await sim::gather_settled(use(semaphore, 1), use(semaphore, 2), use(semaphore, 1));
}

}  // namespace

SIM_SCENARIO(go_37852, "a waiter that leaves the front of the queue leaves the others waiting",
             sim::expects(sim::FindingKind::assertion)) {
  return a_large_one_in_front(Leaving::silently);
}
SIM_SCENARIO(go_37852_fixed, "go_37852, where it wakes those who can go now") {
  return a_large_one_in_front(Leaving::waking_the_next);
}
