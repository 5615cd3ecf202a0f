// For tests of searches: small programs with known bugs, each access one scheduling point, and how
// many executions a search takes to a failure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/explore/execution.h"
#include "sim/explore/search.h"
#include "sim/explore/strategy.h"

namespace sim::test {

inline RunOptions any_order() {
  RunOptions options;
  options.order = Order::any;
  options.max_steps = 100'000;
  return options;
}

// Two tasks add 1 with a step between read and write.
inline Coro<> add_one(Shared<int>& x) {
  co_await yield();
  const int seen = x.get();
  co_await yield();
  x.set(seen + 1);
}
inline Coro<> lost_update() {
  Shared<int> x{0};
  co_await gather(add_one(x), add_one(x));
  SIM_CHECK_EQ(x.get(), 2);
}

// A counter behind a lock: no schedule of tasks that take turns at it fails, and there are many.
struct Counted {
  Lock lock;
  Shared<int> x{0};

  Coro<> take(int turns) {
    for (int i = 0; i < turns; ++i) {
      auto guard = co_await lock.guard();
      co_await yield();
      x.update([](int& value) { ++value; });
    }
  }
};

// `setters` tasks write two variables one after the other, one expects to see both or none.
inline Coro<> set_both(Shared<int>& a, Shared<int>& b) {
  co_await yield();
  a.set(1);
  co_await yield();
  b.set(-1);
}
inline Coro<> check_both(Shared<int>& a, Shared<int>& b) {
  co_await yield();
  const int seen_a = a.get();
  co_await yield();
  const int seen_b = b.get();
  SIM_CHECK((seen_a == 0) == (seen_b == 0));
}
inline Coro<> reorder(int setters) {
  Shared<int> a{0};
  Shared<int> b{0};
  std::vector<Task<>> tasks;
  for (int i = 0; i < setters; ++i) tasks.push_back(create_task(set_both(a, b)));
  tasks.push_back(create_task(check_both(a, b)));
  co_await gather(std::move(tasks));
}

// Two tasks add 1 several times; it fails where two of these are lost. Whoever may be cancelled
// holds what it uses: main may be gone before it.
inline Coro<> add_some(std::shared_ptr<Shared<int>> x, int times) {
  for (int i = 0; i < times; ++i) co_await add_one(*x);
}
inline Coro<> lost_updates() {
  const auto x = std::make_shared<Shared<int>>(0);
  co_await gather(add_some(x, 3), add_some(x, 3));
  SIM_CHECK_NE(x->get(), 4);
}

// Two tasks hand a counter to and fro; it fails when each has had all its turns in time.
inline Coro<> play(Shared<int>& x, int first, int turns) {
  for (int i = 0; i < turns; ++i) {
    co_await yield();
    const int seen = x.get();
    co_await yield();
    if (seen == first + 2 * i) x.set(seen + 1);
  }
}
inline Coro<> pingpong(int turns) {
  Shared<int> x{0};
  co_await gather(play(x, 0, turns), play(x, 1, turns));
  SIM_CHECK_NE(x.get(), 2 * turns);
}

// A deposit, a withdrawal and an audit, each under the lock. The audit fails when it comes last.
struct Account {
  Lock lock;
  Shared<int> done{0};
};
inline Coro<> book(Account& account) {
  co_await yield();
  auto guard = co_await account.lock.guard();
  co_await yield();
  account.done.update([](int& done) { ++done; });
  co_await yield();
  guard.release();
}
inline Coro<> audit(Account& account) {
  co_await yield();
  auto guard = co_await account.lock.guard();
  co_await yield();
  SIM_CHECK(account.done.get() < 2);
  co_await yield();
  guard.release();
}
inline Coro<> account() {
  Account account;
  co_await gather(book(account), book(account), audit(account));
}

// How many executions `search` takes until one fails; 0 if none of `most` does.
inline std::uint64_t executions_to_failure(Search& search, const Body& body, std::uint64_t most,
                                           const RunOptions& options = any_order()) {
  Execution execution(body, options);
  for (std::uint64_t i = 1; i <= most; ++i) {
    DecisionSource* source = search.next();
    if (source == nullptr) return 0;
    const ExecutionResult& result = execution.run(*source);
    search.ended(result, true);
    if (result.failed) return i;
  }
  return 0;
}

// A program that says who took each step: a task for each of `yields`, which says how often that
// yields. Each step adds the letter of its task to `order`.
inline Coro<> say(std::string& order, char who, int yields) {
  order += who;
  for (int i = 0; i < yields; ++i) {
    co_await yield();
    order += who;
  }
}
inline Body steps_of(std::string& order, std::vector<int> yields) {
  return [&order, yields]() -> Coro<> {
    order.clear();
    std::vector<Task<>> tasks;
    char who = 'a';
    for (const int each : yields) tasks.push_back(create_task(say(order, who++, each)));
    co_await gather(std::move(tasks));
  };
}

// How often `order` goes from a task to another although the first is not at its end.
inline int preemptions(const std::string& order) {
  int count = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    count += order[i] != order[i - 1] && order.find(order[i - 1], i) != std::string::npos;
  }
  return count;
}

// The sum that the chi-square test looks at, for counts that are to be equal.
inline double chi_square(const std::vector<int>& counts, double expected) {
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

}  // namespace sim::test
