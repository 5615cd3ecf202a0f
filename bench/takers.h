// W8's test: three tasks take a lock three times each.
#pragma once

#include "primitives/primitives.h"

namespace bench {

inline sim::Coro<> take_turns(sim::Lock& lock) {
  for (int i = 0; i < 3; ++i) {
    co_await lock.acquire();
    co_await sim::yield();
    lock.release();
  }
}

inline sim::Coro<> three_takers() {
  sim::Lock lock;
  co_await sim::gather(take_turns(lock), take_turns(lock), take_turns(lock));
}

}  // namespace bench
