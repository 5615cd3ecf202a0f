// aiohttp_2910: aiohttp's connector before April 2018, where the cancellation of one request
// cancelled others.
//
// Source: https://github.com/aio-libs/aiohttp/pull/2910 and
// https://github.com/aio-libs/aiohttp/issues/3431.
//
// Cause: several requests want the address of one host; the first looks it up, the others wait for
// what comes of it: the address, or the exception, be it a CancelledError. Trigger: the first is
// cancelled. The others end cancelled, and nobody has cancelled them. Fix: the lookup is a task of
// its own, shielded from the cancellation of who waits for it.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

constexpr int kAddress = 42;

sim::Coro<int> look_up() {
  co_await sim::sleep(std::chrono::seconds(1));
  co_return kAddress;
}

class LooksUpItself {
 public:
  sim::Coro<int> resolve() {
    if (!looking_up_) {
      looking_up_ = true;
      ended_ = co_await sim::settle(look_up());
      looking_up_ = false;
      while (waiters_.wake_next()) continue;
    } else {
      const bugs::Waiter waiter = waiters_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      waiters_.leave(waiter);
      waited.value();
    }
    co_return ended_.value();
  }

 private:
  bool looking_up_ = false;
  sim::Outcome<int> ended_ = sim::Outcome<int>(0);
  bugs::Waiters waiters_;
};

class HasATask {
 public:
  sim::Coro<int> resolve() {
    while (!lookup_ || !lookup_.done() || lookup_.cancelled()) {
      if (!lookup_ || lookup_.done()) lookup_ = sim::create_task(look_up(), "lookup");
      const bugs::Waiter end = bugs::end_of(lookup_);
      co_await end;
    }
    co_return lookup_.result();
  }

 private:
  sim::Task<int> lookup_;
};

template <class Resolver>
sim::Coro<> connect(Resolver& resolver) {
  const sim::Outcome<int> address = co_await sim::settle(resolver.resolve());
  if (address.cancelled()) SIM_CHECK(sim::current_task().cancelling() != 0);
  SIM_CHECK_EQ(address.value(), kAddress);
}

template <class Resolver>
sim::Coro<> two_requests() {
  Resolver resolver;
  const auto ended =
      co_await sim::settle(sim::gather_settled(connect(resolver), connect(resolver)));
  co_await bugs::others_ended();
  ended.value();
}

}  // namespace

SIM_SCENARIO(aiohttp_2910, "a request that is cancelled cancels those that wait for its lookup",
             sim::expects(sim::FindingKind::assertion)) {
  return two_requests<LooksUpItself>();
}
SIM_SCENARIO(aiohttp_2910_fixed, "aiohttp_2910, where the lookup is a task of its own") {
  return two_requests<HasATask>();
}
