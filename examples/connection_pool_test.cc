// A pool of connections: a client takes one and gives it back, or waits for one. Clients may be
// cancelled at any of their awaits.
#include <deque>

#include "sim/testing/gtest.h"

using namespace std::chrono_literals;

namespace {

class Pool {
 public:
  explicit Pool(int connections) : free_(connections) {}

  void give_back() {
    ++free_;
    wake_one();
  }

 protected:
  using Waiter = sim::Future<void>;

  bool is_empty() const { return free_ == 0; }
  void take() { --free_; }
  Waiter enqueue() { return waiters_.emplace_back(sim::running_loop().create_future<void>()); }
  // The first that still waits. One that was cancelled has a future that is done.
  void wake_one() {
    while (!waiters_.empty()) {
      Waiter first = waiters_.front();
      waiters_.pop_front();
      if (first.done()) continue;
      first.set_result();
      return;
    }
  }

 private:
  int free_;
  std::deque<Waiter> waiters_;
};

// The bug: a client that is cancelled after it was woken and before it ran leaves, and nobody else
// learns of the connection that is free. asyncio's own Queue and Semaphore have had it.
class NaivePool : public Pool {
 public:
  using Pool::Pool;
  sim::Coro<> acquire() {
    while (is_empty()) {
      const Waiter woken = enqueue();
      co_await woken;
    }
    take();
  }
};

// The fix: who leaves passes the wake-up on.
class PassingPool : public Pool {
 public:
  using Pool::Pool;
  sim::Coro<> acquire() {
    while (is_empty()) {
      const Waiter woken = enqueue();
      const sim::Outcome<void> ended = co_await sim::settle(woken);
      if (ended.cancelled() && !is_empty()) wake_one();
      ended.value();
    }
    take();
  }
};

template <class P>
sim::Coro<> client(P& pool) {
  co_await pool.acquire();
  struct Borrowed {
    P& pool;
    ~Borrowed() { pool.give_back(); }
  } borrowed{pool};
  co_await sim::sleep(10ms);
}

template <class P>
sim::Coro<> three_clients_one_connection() {
  P pool(1);
  co_await sim::gather_settled(client(pool), client(pool), client(pool));
}

const sim::ExploreOptions kOneCancellation = {.cancellations = 1};

TEST(NaivePool, ForgetsAClient) {
  const sim::Report report =
      sim::explore(three_clients_one_connection<NaivePool>, kOneCancellation);
  ASSERT_EQ(report.failures.size(), 1u) << report.verdict();
  EXPECT_EQ(report.failures[0].kind, sim::FindingKind::deadlock);
}

SIM_TEST_WITH(PassingPool, ServesEveryClient, kOneCancellation) {
  co_await three_clients_one_connection<PassingPool>();
}

}  // namespace
