#include "primitives/primitives.h"
using namespace std::chrono_literals;

sim::Coro<> worker(sim::Semaphore& sem) {
  auto permit = co_await sem.guard();
  co_await sim::sleep(1s);
}
sim::Coro<> four_workers_two_permits() {
  sim::Semaphore sem(2);
  co_await sim::task_group([&](sim::TaskGroup& group) -> sim::Coro<> {
    for (int i = 0; i < 4; ++i) group.create_task(worker(sem));
    co_return;
  });
  SIM_CHECK(sim::uptime() == 2s);
}
int main() { sim::run(four_workers_two_permits()); }
