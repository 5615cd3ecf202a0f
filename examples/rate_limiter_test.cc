// A token bucket: so many requests may begin in each second, the rest waits.
#include "sim/testing/gtest.h"

using namespace std::chrono_literals;

namespace {

// The bucket is full again every second, as long as somebody waits.
class Bucket {
 public:
  explicit Bucket(int per_second) : per_second_(per_second), tokens_(per_second) {}
  int tokens() const { return tokens_; }

 protected:
  sim::Coro<> refilled() {
    if (!timer_is_set_) sim::running_loop().call_later(1s, [this] { refill(); });
    timer_is_set_ = true;
    co_await refilled_.wait();
  }
  void take() { --tokens_; }

 private:
  void refill() {
    timer_is_set_ = false;
    tokens_ = per_second_;
    refilled_.set();
    refilled_.clear();
  }

  int per_second_;
  int tokens_;
  bool timer_is_set_ = false;
  sim::Event refilled_;
};

// The bug: who has waited takes a token without another look. A request that comes between the
// refill and the step of the waiter may have taken the last one.
class NaiveLimiter : public Bucket {
 public:
  using Bucket::Bucket;
  sim::Coro<> acquire() {
    if (tokens() == 0) co_await refilled();
    take();
  }
};

class Limiter : public Bucket {
 public:
  using Bucket::Bucket;
  sim::Coro<> acquire() {
    while (tokens() == 0) co_await refilled();
    take();
  }
};

template <class L>
sim::Coro<> request(L& limiter) {
  co_await limiter.acquire();
  SIM_CHECK_GE(limiter.tokens(), 0);
}

// Parses an answer that arrives after a second, which takes two more steps, and asks again.
template <class L>
sim::Coro<> request_after_an_answer(L& limiter) {
  co_await sim::sleep(1s);
  co_await sim::yield();
  co_await sim::yield();
  co_await request(limiter);
}

template <class L>
sim::Coro<> request_at_the_refill() {
  L limiter(1);
  co_await request(limiter);
  co_await sim::gather(request(limiter), request_after_an_answer(limiter));
}

TEST(NaiveLimiter, LetsTooManyThrough) {
  sim::run(request_at_the_refill<NaiveLimiter>());  // asyncio's own order does not show it
  const sim::Report report = sim::explore(request_at_the_refill<NaiveLimiter>);
  ASSERT_EQ(report.failures.size(), 1u) << report.verdict();
  EXPECT_EQ(report.failures[0].kind, sim::FindingKind::assertion);
}

SIM_TEST(Limiter, KeepsToTheRate) { co_await request_at_the_refill<Limiter>(); }

}  // namespace
