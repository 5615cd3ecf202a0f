#include "sim/sim.h"

sim::Coro<> nothing_awaited() {}
