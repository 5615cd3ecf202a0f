// bluetooth_driver: a request and the stop of a driver. `pending` counts the requests, and one for
// the driver itself; who brings it to 0 says so in `event`, and then the driver may be stopped. The
// request looks at `stopping` before it has counted itself: stopped in between, it goes on with a
// driver that is gone.
//
// Source: Qadeer and Wu, "KISS: keep it simple and sequential", PLDI 2004; bluetooth_driver_bad of
// SCTBench.
#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

struct Driver {
  sim::Shared<bool> stopping{false};
  sim::Shared<int> pending{1};
  sim::Shared<bool> event{false};
  sim::Shared<bool> stopped{false};
};

sim::Coro<> leave(Driver& driver) {
  const int pending = co_await atomic_add(driver.pending, -1);
  if (pending == 0) co_await write(driver.event, true);
}

sim::Coro<> request(Driver& driver) {
  const bool stopping = co_await read(driver.stopping);
  if (!stopping) {
    co_await atomic_add(driver.pending, 1);
    const bool stopped = co_await read(driver.stopped);
    SIM_CHECK(!stopped);
  }
  co_await leave(driver);
}

sim::Coro<> request_counted_first(Driver& driver) {
  co_await atomic_add(driver.pending, 1);
  const bool stopping = co_await read(driver.stopping);
  if (!stopping) {
    const bool stopped = co_await read(driver.stopped);
    SIM_CHECK(!stopped);
  }
  co_await leave(driver);
}

sim::Coro<> stop(Driver& driver) {
  co_await write(driver.stopping, true);
  co_await leave(driver);
  const bool event = co_await read(driver.event);
  if (event) co_await write(driver.stopped, true);
}

}  // namespace

SIM_SCENARIO(bluetooth_driver, "a driver is stopped between a request's look and its count",
             sim::expects(sim::FindingKind::assertion)) {
  Driver driver;
  co_await together(request(driver), stop(driver));
}

SIM_SCENARIO(bluetooth_driver_fixed, "bluetooth_driver, with the request counted before the look") {
  Driver driver;
  co_await together(request_counted_first(driver), stop(driver));
}
