// producer_consumer: a bounded queue holds the producer back (backpressure) and spreads the items
// over the consumers; shutdown() ends them once the queue is empty.
#include <algorithm>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

constexpr std::ptrdiff_t kCapacity = 2;

sim::Coro<> produce(sim::Scenario& scenario, sim::Queue<int>& queue, int items) {
  for (int i = 0; i < items; ++i) {
    co_await queue.put(i);
    SIM_CHECK_LE(queue.size(), static_cast<std::size_t>(kCapacity));
    scenario.print("put ", i);
  }
  queue.shutdown();
}

sim::Coro<> consume(sim::Scenario& scenario, sim::Queue<int>& queue, std::vector<int>& consumed) {
  try {
    for (;;) {
      const int item = co_await queue.get();
      scenario.print("got ", item);
      co_await sim::sleep(1s);
      consumed.push_back(item);
    }
  } catch (const sim::QueueShutDown&) {
    scenario.print("nothing left");
  }
}

}  // namespace

SIM_SCENARIO(producer_consumer, "two consumers of a second an item share six items: three seconds",
             sim::param("items", 6, "how many are produced").at_least(0)) {
  const int items = scenario.param<int>("items");
  sim::Queue<int> queue(kCapacity);
  std::vector<int> consumed;
  const sim::Task<> producer = sim::create_task(produce(scenario, queue, items), "producer");
  const sim::Task<> first = sim::create_task(consume(scenario, queue, consumed), "consumer-1");
  const sim::Task<> second = sim::create_task(consume(scenario, queue, consumed), "consumer-2");
  co_await sim::gather(producer, first, second);

  std::ranges::sort(consumed);
  SIM_CHECK_EQ(consumed.size(), static_cast<std::size_t>(items));
  for (int i = 0; i < items; ++i) SIM_CHECK_EQ(consumed[static_cast<std::size_t>(i)], i);
  SIM_CHECK(sim::uptime() == (items + 1) / 2 * 1s);
}
