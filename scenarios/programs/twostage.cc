// twostage: writers change a first variable under one lock, then a second one, made from the first,
// under another. A reader that comes between the two stages sees the first changed and the second
// not yet.
//
// Source: twostage_bad to twostage_100_bad of SCTBench.
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

struct Stages {
  sim::Lock first_lock;
  sim::Lock second_lock;
  sim::Shared<int> first{0};
  sim::Shared<int> second{0};
};

sim::Coro<> change_second(Stages& stages) {
  auto guard = co_await lock(stages.second_lock);
  const int first = co_await read(stages.first);
  co_await write(stages.second, first + 1);
  co_await unlock(guard);
}

sim::Coro<> change(Stages& stages) {
  auto guard = co_await lock(stages.first_lock);
  co_await write(stages.first, 1);
  co_await unlock(guard);
  co_await change_second(stages);
}

sim::Coro<> change_under_first_lock(Stages& stages) {
  auto guard = co_await lock(stages.first_lock);
  co_await write(stages.first, 1);
  co_await change_second(stages);
  co_await unlock(guard);
}

sim::Coro<> look(Stages& stages) {
  auto guard = co_await lock(stages.first_lock);
  const int first = co_await read(stages.first);
  co_await unlock(guard);
  if (first == 0) co_return;
  guard = co_await lock(stages.second_lock);
  const int second = co_await read(stages.second);
  co_await unlock(guard);
  SIM_CHECK_EQ(second, first + 1);
}

}  // namespace

SIM_SCENARIO(twostage, "a reader comes between two writes that are each under a lock",
             sim::param("a", 1, "writers").at_least(0), sim::param("b", 1, "readers").at_least(0),
             sim::expects(sim::FindingKind::assertion)) {
  Stages stages;
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < scenario.param<int>("a"); ++i) tasks.push_back(change(stages));
  for (int i = 0; i < scenario.param<int>("b"); ++i) tasks.push_back(look(stages));
  co_await together(std::move(tasks));
}

SIM_SCENARIO(twostage_fixed, "twostage, with the first lock held until the second write",
             sim::param("a", 1, "writers").at_least(0), sim::param("b", 1, "readers").at_least(0)) {
  Stages stages;
  std::vector<sim::Coro<>> tasks;
  for (int i = 0; i < scenario.param<int>("a"); ++i) {
    tasks.push_back(change_under_first_lock(stages));
  }
  for (int i = 0; i < scenario.param<int>("b"); ++i) tasks.push_back(look(stages));
  co_await together(std::move(tasks));
}
