// coredis_106: the cluster client of coredis before October 2022, set up by two at once.
//
// Source: https://github.com/alisaifee/coredis/issues/106.
//
// Cause: whoever finds the client not set up does so, and notes in a member whether a node could be
// reached: false at the beginning, true when one answers, looked at in the end. Trigger: a second
// one begins while the first is about to look. The first fails although every node has answered it.
// Fix, as proposed there: a lock around the setup.
#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Setup { by_anybody, by_one };

class Cluster {
 public:
  explicit Cluster(Setup setup) : setup_(setup) {}

  sim::Coro<> execute() {
    if (setup_ == Setup::by_anybody) {
      if (!initialized_) co_await initialize();
    } else {
      auto guard = co_await lock_.guard();
      if (!initialized_) co_await initialize();
    }
  }

 private:
  sim::Coro<> initialize() {
    reachable_ = false;
    co_await sim::yield();  // the first node answers
    reachable_ = true;
    co_await sim::yield();  // and so do those that it has told of
    SIM_CHECK(reachable_);
    initialized_ = true;
  }

  Setup setup_;
  sim::Lock lock_;
  bool initialized_ = false;
  bool reachable_ = false;
};

sim::Coro<> two_commands(Setup setup) {
  Cluster cluster(setup);
  co_await sim::gather_settled(cluster.execute(), cluster.execute());
}

}  // namespace

SIM_SCENARIO(coredis_106, "two set one client up, and one resets what the other looks at",
             sim::expects(sim::FindingKind::assertion)) {
  return two_commands(Setup::by_anybody);
}
SIM_SCENARIO(coredis_106_fixed, "coredis_106, with a lock around it") {
  return two_commands(Setup::by_one);
}
