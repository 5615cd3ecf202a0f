// bb8_122: the connection pool bb8, 0.7 and 0.8, with a waiter that comes into the list too late.
//
// Source: https://github.com/djc/bb8/issues/122.
//
// Cause: get() looks for an idle connection, and if there is none it enters the list of those that
// wait; the pool is locked for each of the two, and not in between. Trigger: a connection comes
// back between. It finds nobody waiting and becomes idle; the waiter enters the list and waits for
// a connection to come back. Fix, here: to look and to enter are one. There other threads run in
// between; here other tasks do.
#include <utility>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Looks { and_then_enters, and_enters };

// Of one connection.
class Pool {
 public:
  explicit Pool(Looks looks) : looks_(looks) {}

  sim::Coro<> get() {
    if (take_idle()) co_return;
    if (looks_ == Looks::and_then_enters) co_await sim::yield();
    const bugs::Waiter waiter = waiters_.enter();
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    waiters_.leave(waiter);
    if (!waited.has_value() && bugs::was_woken(waiter)) put_back();
    waited.value();
  }
  void put_back() { idle_ = !waiters_.wake_next(); }

 private:
  bool take_idle() { return std::exchange(idle_, false); }

  Looks looks_;
  bool idle_ = true;
  bugs::Waiters waiters_;
};

sim::Coro<> use(Pool& pool) {
  co_await pool.get();
  const sim::Outcome<void> worked = co_await sim::settle(sim::yield());
  const sim::Outcome<void> cleaned_up = co_await sim::settle(sim::yield());
  pool.put_back();
  worked.value();
  cleaned_up.value();
}

sim::Coro<> two_users(Looks looks) {
  Pool pool(looks);
  co_await sim::gather_settled(use(pool), use(pool));
}

}  // namespace

SIM_SCENARIO(bb8_122, "a connection comes back after one has looked and before it waits",
             sim::expects(sim::FindingKind::deadlock)) {
  return two_users(Looks::and_then_enters);
}
SIM_SCENARIO(bb8_122_fixed, "bb8_122, where it looks and waits in one") {
  return two_users(Looks::and_enters);
}
