// hello: the first program of every tutorial. sleep() lets other tasks run and takes no real time.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

SIM_SCENARIO(hello, "prints, sleeps for a second of virtual time, prints again") {
  scenario.print("Hello");
  co_await sim::sleep(1s);
  scenario.print("World");
  SIM_CHECK(sim::uptime() == 1s);
}
