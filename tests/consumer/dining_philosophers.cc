#include "sim/scenario.h"

SIM_SCENARIO(dining_philosophers, "N philosophers, one fork each; the naive order deadlocks", sim::param("n", 5, "philosophers")) {
  const int n = scenario.param<int>("n");            // --n=7 on the command line
  scenario.print("table for ", n);
  co_return;
}
