// circular_buffer: a producer and a consumer that should take turns. Each has a fixed number of
// rounds, and one that is out of turn passes. The consumer takes the number of its round for the
// number of the item, which is right only while nobody has passed.
//
// Source: circular_buffer_bad of SCTBench.
#include <memory>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

struct Buffer {
  explicit Buffer(int rounds) : items(std::make_unique<sim::Shared<int>[]>(rounds)) {}

  sim::Lock lock;
  std::unique_ptr<sim::Shared<int>[]> items;
  sim::Shared<int> next{0};
  sim::Shared<int> first{0};
  sim::Shared<bool> send{true};
  sim::Shared<bool> receive{false};
};

// Of two ways to number the items: by rounds, or by those that were sent.
enum class Numbers { rounds, items };

sim::Coro<> produce(Buffer& buffer, int rounds, Numbers numbers) {
  int sent = 0;
  for (int round = 0; round < rounds; ++round) {
    auto guard = co_await lock(buffer.lock);
    const bool may_send = co_await read(buffer.send);
    if (may_send) {
      const int at = co_await read(buffer.next);
      co_await write(buffer.items[at], numbers == Numbers::rounds ? round : sent);
      co_await add(buffer.next, 1);
      co_await write(buffer.send, false);
      co_await write(buffer.receive, true);
      ++sent;
    }
    co_await unlock(guard);
  }
}

sim::Coro<> consume(Buffer& buffer, int rounds, Numbers numbers) {
  int received = 0;
  for (int round = 0; round < rounds; ++round) {
    auto guard = co_await lock(buffer.lock);
    const bool may_receive = co_await read(buffer.receive);
    if (may_receive) {
      const int at = co_await read(buffer.first);
      const int item = co_await read(buffer.items[at]);
      co_await write(buffer.first, at + 1);
      SIM_CHECK_EQ(item, numbers == Numbers::rounds ? round : received);
      co_await write(buffer.receive, false);
      co_await write(buffer.send, true);
      ++received;
    }
    co_await unlock(guard);
  }
}

}  // namespace

SIM_SCENARIO(circular_buffer, "a consumer takes the number of its round for that of the item",
             sim::param("items", 7, "rounds of each").at_least(1).at_most(10'000),
             sim::expects(sim::FindingKind::assertion)) {
  const int rounds = scenario.param<int>("items");
  Buffer buffer(rounds);
  co_await together(produce(buffer, rounds, Numbers::rounds),
                    consume(buffer, rounds, Numbers::rounds));
}

SIM_SCENARIO(circular_buffer_fixed, "circular_buffer, with items numbered as they are sent",
             sim::param("items", 7, "rounds of each").at_least(1).at_most(10'000)) {
  const int rounds = scenario.param<int>("items");
  Buffer buffer(rounds);
  co_await together(produce(buffer, rounds, Numbers::items),
                    consume(buffer, rounds, Numbers::items));
}
