// httpcore_830: the connection pool of httpcore before 1.0.3, and a request that nobody makes.
//
// Source: https://github.com/encode/httpcore/issues/830, repaired by
// https://github.com/encode/httpcore/pull/880.
//
// Cause: a request is listed, then connections that have expired are closed, which takes a while,
// and only then does the part begin that takes it off the list if it fails. Trigger: it is
// cancelled between. It stays in the list, is given the connection in its turn, and never gives it
// back. Fix: what changes the pool's lists does not wait for anything; what closes connections
// comes after.
#include <list>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Closing { while_it_is_listed, before };

// Of one connection, for the requests in the order of the list.
class Pool {
 public:
  explicit Pool(Closing closing) : closing_(closing) {}

  sim::Coro<> request() {
    if (closing_ == Closing::before) co_await close_expired();
    const bugs::Waiter assigned = sim::running_loop().create_future<void>();
    requests_.push_back(assigned);
    if (closing_ == Closing::while_it_is_listed) co_await close_expired();
    const sim::Outcome<void> answered = co_await sim::settle(handle(assigned));
    requests_.remove(assigned);
    assign();
    answered.value();
  }

 private:
  static sim::Coro<> close_expired() { co_await sim::yield(); }

  sim::Coro<> handle(bugs::Waiter assigned) {
    assign();
    co_await assigned;
    co_await sim::yield();
  }
  // The first request has the connection.
  void assign() {
    if (requests_.empty()) return;
    const bugs::Waiter first = requests_.front();
    if (!first.done()) first.set_result();
  }

  Closing closing_;
  std::list<bugs::Waiter> requests_;
};

sim::Coro<> two_requests(Closing closing) {
  Pool pool(closing);
  co_await sim::gather_settled(pool.request(), pool.request());
}

}  // namespace

SIM_SCENARIO(httpcore_830, "a request that was cancelled stays in the list and gets the connection",
             sim::expects(sim::FindingKind::deadlock)) {
  return two_requests(Closing::while_it_is_listed);
}
SIM_SCENARIO(httpcore_830_fixed, "httpcore_830, where nothing is waited for in between") {
  return two_requests(Closing::before);
}
