// async_context: setup and cleanup that await, as Python's `async with`. The cleanup runs however
// the body ends; here once with a value, once with an exception.
#include <stdexcept>
#include <string>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

class Connection {
 public:
  explicit Connection(sim::Scenario& scenario) : scenario_(scenario) {}

  sim::Coro<> aenter() {
    co_await sim::sleep(200ms);
    open_ = true;
    scenario_.print("connected");
  }
  sim::Coro<> aexit(std::exception_ptr error) {
    scenario_.print(error == nullptr ? "closing" : "closing after an exception");
    co_await sim::sleep(100ms);
    open_ = false;
  }
  sim::Coro<std::string> query(std::string text) {
    SIM_CHECK(open_);
    co_await sim::sleep(700ms);
    if (text.empty()) throw std::invalid_argument("an empty query");
    co_return "rows for " + text;
  }
  bool is_open() const { return open_; }

 private:
  sim::Scenario& scenario_;
  bool open_ = false;
};

}  // namespace

SIM_SCENARIO(async_context,
             "a connection is opened, used and closed, whatever happens in between") {
  Connection connection(scenario);
  const auto ask = [&]() -> sim::Coro<std::string> { return connection.query("users"); };
  const std::string rows = co_await sim::async_with(connection, ask);
  scenario.print(rows);
  SIM_CHECK_EQ(rows, "rows for users");
  SIM_CHECK(!connection.is_open());
  SIM_CHECK(sim::uptime() == 1s);

  const auto ask_badly = [&]() -> sim::Coro<std::string> { return connection.query(""); };
  std::string caught;
  try {
    co_await sim::async_with(connection, ask_badly);
  } catch (const std::invalid_argument& error) {
    caught = error.what();
  }
  scenario.print("caught: ", caught);
  SIM_CHECK_EQ(caught, "an empty query");
  SIM_CHECK(!connection.is_open());
  SIM_CHECK(sim::uptime() == 2s);
}
