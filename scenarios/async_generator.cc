// async_generator: a coroutine that yields values and awaits in between. aclose() ends one that is
// not read to its end, and waits for its cleanup.
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::AsyncGenerator<int> ticks(int count, bool& closed) {
  try {
    for (int i = 0; i < count; ++i) {
      co_await sim::sleep(1s);
      co_yield i;
    }
  } catch (const sim::GeneratorExit&) {
    closed = true;
    throw;
  }
}

}  // namespace

SIM_SCENARIO(async_generator, "reads a generator to its end, and another only halfway") {
  bool closed = false;
  std::vector<int> read;
  auto all = ticks(3, closed);
  while (const int* tick = co_await all.next()) {
    scenario.print("tick ", *tick);
    read.push_back(*tick);
  }
  SIM_CHECK(read == std::vector<int>({0, 1, 2}));
  SIM_CHECK(!closed);
  SIM_CHECK(sim::uptime() == 3s);

  auto some = ticks(1000, closed);
  const int* first = co_await some.next();
  SIM_CHECK(first != nullptr && *first == 0);
  scenario.print("one tick of a thousand is enough");
  co_await some.aclose();
  SIM_CHECK(closed);
  SIM_CHECK(sim::uptime() == 4s);
}
