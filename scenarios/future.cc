// future: an eventual result without a coroutine behind it. Somebody else sets it, here a callback
// of the loop; everybody who awaits it resumes then, and callbacks added to it run.
#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<std::string> wait_for_answer(sim::Scenario& scenario, sim::Future<std::string> answer) {
  std::string text = co_await answer;
  scenario.print("got: ", text);
  co_return text;
}

}  // namespace

SIM_SCENARIO(future, "two tasks await one result, which a timer sets") {
  auto answer = sim::running_loop().create_future<std::string>();
  bool called_back = false;
  answer.add_done_callback([&called_back] { called_back = true; });
  auto set_answer = [&scenario, answer] {
    scenario.print("setting the result");
    answer.set_result("42");
  };
  sim::running_loop().call_later(1s, set_answer);

  const auto [first, second] =
      co_await sim::gather(wait_for_answer(scenario, answer), wait_for_answer(scenario, answer));
  SIM_CHECK_EQ(first, "42");
  SIM_CHECK_EQ(second, "42");
  SIM_CHECK(sim::uptime() == 1s);
  while (!called_back) co_await sim::yield();  // it may be the last that runs
}
