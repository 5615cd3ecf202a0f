// pingora_931: the read-through cache of pingora, and a lookup that is cancelled.
//
// Source: https://github.com/cloudflare/pingora/issues/931. The same in the block cache of
// RisingWave: https://github.com/risingwavelabs/risingwave/pull/3911.
//
// Cause: who misses a key leaves a mark there, so that others wait instead of looking it up as
// well, and takes it away when it has the value. Trigger: it is cancelled during the lookup. The
// mark stays, and whoever wants that key from then on waits for a lookup that nobody makes. Fix,
// here: the mark goes however the lookup ends, and one of those that wait looks it up.
#include <optional>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Mark { goes_with_a_value, goes };

// Of one key.
class Cache {
 public:
  explicit Cache(Mark mark) : mark_(mark) {}

  sim::Coro<int> get() {
    while (!value_) {
      if (looking_up_) {
        co_await until_looked_up();
      } else {
        co_await look_up();
      }
    }
    co_return *value_;
  }

 private:
  sim::Coro<> look_up() {
    looking_up_ = true;
    const sim::Outcome<void> loaded = co_await sim::settle(sim::yield());
    if (loaded.has_value()) value_ = 42;
    if (loaded.has_value() || mark_ == Mark::goes) {
      looking_up_ = false;
      while (waiters_.wake_next()) continue;
    }
    loaded.value();
  }
  sim::Coro<> until_looked_up() {
    const bugs::Waiter waiter = waiters_.enter();
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    waiters_.leave(waiter);
    waited.value();
  }

  Mark mark_;
  bool looking_up_ = false;
  std::optional<int> value_;
  bugs::Waiters waiters_;
};

sim::Coro<> read(Cache& cache) {
  const int value = co_await cache.get();
  SIM_CHECK_EQ(value, 42);
}

sim::Coro<> two_readers(Mark mark) {
  Cache cache(mark);
  co_await sim::gather_settled(read(cache), read(cache));
}

}  // namespace

SIM_SCENARIO(pingora_931, "a lookup that was cancelled leaves the mark that lets others wait",
             sim::expects(sim::FindingKind::deadlock)) {
  return two_readers(Mark::goes_with_a_value);
}
SIM_SCENARIO(pingora_931_fixed, "pingora_931, where the mark goes however it ends") {
  return two_readers(Mark::goes);
}
