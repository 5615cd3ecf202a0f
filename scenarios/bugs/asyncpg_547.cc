// asyncpg_547: the pool of asyncpg 0.20, which lost a connection and then never closed.
//
// Source: https://github.com/MagicStack/asyncpg/issues/547 and
// https://github.com/MagicStack/asyncpg/pull/548.
//
// Cause: acquire() with a timeout waits for a task that takes a connection; when it is cancelled it
// cancels the task and ends. Trigger: the task has taken the connection, and acquire() is cancelled
// in W1. The connection is in use, by nobody, and close() waits for it for ever. Fix: a task that
// ends with a connection all the same gives it back.
#include <memory>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Late { is_lost, is_given_back };

// Of one connection.
// The task that takes a connection may outlive main, and holds the pool.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(Late late) : late_(late) {}

  sim::Coro<> acquire() {
    const sim::Task<> taking = sim::create_task(take(shared_from_this()), "take");
    const bugs::Waiter end = bugs::end_of(taking);
    const sim::Outcome<void> waited = co_await sim::settle(end);
    if (!waited.has_value()) {
      taking.cancel();
      if (late_ == Late::is_given_back) give_back_when_taken(taking);
      waited.value();
    }
    taking.result();
  }
  void release() {
    in_use_ = false;
    waiters_.wake_next();
  }
  sim::Coro<> close() { return until_free(); }

 private:
  static sim::Coro<> take(std::shared_ptr<Pool> pool) {
    co_await pool->until_free();
    pool->in_use_ = true;
  }
  sim::Coro<> until_free() {
    while (in_use_) {
      const bugs::Waiter waiter = waiters_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      waiters_.leave(waiter);
      if (!waited.has_value() && !in_use_) waiters_.wake_next();
      waited.value();
    }
  }
  void give_back_when_taken(const sim::Task<>& taking) {
    const auto give_back = [pool = shared_from_this()](const sim::Task<>& ended) {
      if (!ended.cancelled()) pool->release();
    };
    taking.add_done_callback(give_back);
  }

  Late late_;
  bool in_use_ = false;
  bugs::Waiters waiters_;
};

sim::Coro<> use(std::shared_ptr<Pool> pool) {
  co_await pool->acquire();
  const sim::Outcome<void> worked = co_await sim::settle(sim::yield());
  pool->release();
  worked.value();
}

sim::Coro<> use_and_close(Late late) {
  const auto pool = std::make_shared<Pool>(late);
  const auto ended = co_await sim::settle(sim::gather_settled(use(pool)));
  co_await bugs::others_ended();
  ended.value();
  co_await pool->close();
}

}  // namespace

SIM_SCENARIO(asyncpg_547, "a connection is with a task that is done as its waiter is cancelled",
             sim::expects(sim::FindingKind::deadlock)) {
  return use_and_close(Late::is_lost);
}
SIM_SCENARIO(asyncpg_547_fixed, "asyncpg_547, where that task gives it back") {
  return use_and_close(Late::is_given_back);
}
