// Exceptions wherever one can come from: from every awaiter, and from every copy or move of a value
// that passes through the runtime. Nothing may leak, hang or be destroyed twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::running_loop;
using sim::Task;

struct Fault {};

// Throws Fault at the n-th chance it is given.
class FaultAt {
 public:
  explicit FaultAt(int n) : left_(n) {}
  void chance() {
    if (left_-- == 0) throw Fault();
  }
  // There was no n-th chance.
  bool spared() const { return left_ >= 0; }

 private:
  int left_;
};

// Runs program(fault) with a fault at its first chance, its second one, and so on, until it is
// spared. Gives the number of chances. What the program leaves must be gone each time.
template <class Program>
int with_a_fault_at_each_chance(Program program) {
  for (int n = 0;; ++n) {
    FaultAt fault(n);
    const auto token = std::make_shared<int>(0);
    sim::test::Findings findings;
    bool thrown = false;
    try {
      sim::run(program(fault, token), sim::test::observed_by(findings));
    } catch (const Fault&) {
      thrown = true;
    }
    EXPECT_NE(thrown, fault.spared()) << "fault " << n << " did not reach the caller of run()";
    EXPECT_EQ(token.use_count(), 1) << "fault " << n;
    for (const sim::Finding& finding : findings.all()) {  // no more than that
      EXPECT_EQ(finding.kind, sim::FindingKind::unhandled_exception) << finding.message;
    }
    if (fault.spared() || testing::Test::HasFailure()) return n;
  }
}

// An awaiter that suspends for one iteration if it is told to, with a chance of a fault before and
// after.
class Risky {
 public:
  Risky(FaultAt& fault, bool suspends) : fault_(fault), suspends_(suspends) { fault_.chance(); }
  Risky(Risky&& other) : fault_(other.fault_), suspends_(other.suspends_) { fault_.chance(); }
  bool ready() {
    fault_.chance();
    return !suspends_;
  }
  void suspend(sim::internal::PromiseBase& at) {
    sim::internal::Scheduler& scheduler = sim::internal::Scheduler::here();
    scheduler.current()->suspended_at(at, nullptr);
    scheduler.push(sim::internal::Entry::task(scheduler.current()));
  }
  int resume() {
    fault_.chance();
    return 1;
  }

 private:
  FaultAt& fault_;
  bool suspends_;
};

using Witness = std::shared_ptr<int>;

Coro<int> risky_leaf(FaultAt& fault, Witness token, bool suspends) {
  const Witness local = token;
  const int a = co_await Risky(fault, suspends);
  const int b = co_await Risky(fault, !suspends);
  co_return a + b;
}
Coro<int> risky_branch(FaultAt& fault, Witness token) {
  const int a = co_await risky_leaf(fault, token, true);
  const Witness local = token;
  const int b = co_await risky_leaf(fault, local, false) + co_await Risky(fault, true);
  co_return a + b;
}

TEST(Fault, FromEveryAwaiterOfAChainOfCalls) {
  const int chances = with_a_fault_at_each_chance([](FaultAt& fault, Witness token) {
    return [](FaultAt& at, Witness kept) -> Coro<> {
      const int sum = co_await risky_branch(at, kept);
      EXPECT_EQ(sum, 5);
    }(fault, token);
  });
  EXPECT_EQ(chances, 15);  // five awaiters: made, ready, resumed
}

TEST(Fault, FromEveryAwaiterOfTasksThatWaitForOneAnother) {
  with_a_fault_at_each_chance([](FaultAt& fault, Witness token) {
    return [](FaultAt& at, Witness kept) -> Coro<> {
      auto first = create_task(risky_branch(at, kept));
      auto second = sim::create_eager_task(risky_branch(at, kept));
      const auto a = co_await sim::settle(first);
      const auto b = co_await sim::settle(second);
      const int sum = a.value() + b.value();
      EXPECT_EQ(sum, 10);
    }(fault, token);
  });
}

TEST(Fault, FromEveryAwaiterUnderEveryPrimitiveThatRunsOthers) {
  using Run = std::function<Coro<>(FaultAt&, Witness)>;
  const Run programs[] = {
      [](FaultAt& at, Witness t) -> Coro<> {
        auto result = co_await sim::gather_settled(risky_branch(at, t), risky_leaf(at, t, true));
        std::get<0>(result).value();
        std::get<1>(result).value();
      },
      [](FaultAt& at, Witness t) -> Coro<> { co_await sim::wait_for(risky_branch(at, t), 1s); },
      [](FaultAt& at, Witness t) -> Coro<> {
        co_await sim::wait_for(create_task(risky_branch(at, t)), 1s);
      },
      [](FaultAt& at, Witness t) -> Coro<> { co_await sim::shield(risky_branch(at, t)); },
      [](FaultAt& at, Witness t) -> Coro<> {
        const auto body = [&](sim::Timeout&) -> Coro<> { co_await risky_branch(at, t); };
        co_await sim::timeout(1s, body);
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        const auto body = [&]() -> Coro<> { co_await risky_leaf(at, t, true); };
        co_await sim::finally_do(body, body);
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        auto [done, pending] = co_await sim::wait({}, create_task(risky_branch(at, t)));
        done.at(0).result();
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        sim::Lock lock;
        const auto guard = co_await lock.guard();
        co_await risky_branch(at, t);
      },
  };
  for (const Run& program : programs) {
    with_a_fault_at_each_chance(
        [&](FaultAt& fault, Witness token) { return program(fault, token); });
  }
}

// A value that may throw whenever it is copied or moved.
class Fragile {
 public:
  Fragile(FaultAt& fault, Witness token) : fault_(&fault), token_(std::move(token)) {}
  Fragile(const Fragile& other) : fault_(chance_of(other)), token_(other.token_) {}
  Fragile(Fragile&& other) : fault_(chance_of(other)), token_(std::move(other.token_)) {}
  Fragile& operator=(Fragile other) {
    chance_of(other);
    fault_ = other.fault_;
    token_.swap(other.token_);
    return *this;
  }

 private:
  static FaultAt* chance_of(const Fragile& other) {
    other.fault_->chance();
    return other.fault_;
  }
  FaultAt* fault_;
  Witness token_;
};

Coro<Fragile> give(FaultAt& fault, Witness token) {
  Fragile value(fault, std::move(token));
  co_await sim::yield();
  co_return value;
}
Coro<> take(Fragile value) {
  co_await sim::yield();
  const Fragile local = value;
}

TEST(Fault, FromEveryCopyOfAResult) {
  using Run = std::function<Coro<>(FaultAt&, Witness)>;
  const Run programs[] = {
      [](FaultAt& at, Witness t) -> Coro<> { const Fragile value = co_await give(at, t); },
      [](FaultAt& at, Witness t) -> Coro<> {
        auto task = create_task(give(at, t));
        co_await task;
        const Fragile copied = co_await Task<Fragile>(task);
        const Fragile moved = co_await std::move(task);
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        const auto ended = co_await sim::settle(give(at, t));
        const Fragile copied = ended.value();
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        auto future = running_loop().create_future<Fragile>();
        future.set_result(Fragile(at, t));
        auto copy = future;
        const Fragile copied = co_await std::move(copy);
        const Fragile moved = co_await std::move(future);
      },
      [](FaultAt& at, Witness t) -> Coro<> { co_await sim::wait_for(give(at, t), 1s); },
      [](FaultAt& at, Witness t) -> Coro<> {
        sim::Shared<Fragile> shared(Fragile(at, t));
        shared.set(Fragile(at, t));
        const Fragile copied = shared.get();
        co_return;
      },
  };
  for (const Run& program : programs) {
    const int chances = with_a_fault_at_each_chance(
        [&](FaultAt& fault, Witness token) { return program(fault, token); });
    EXPECT_GT(chances, 0);
  }
}

TEST(Fault, FromEveryCopyOfAnArgument) {
  using Run = std::function<Coro<>(FaultAt&, Witness)>;
  const Run programs[] = {
      [](FaultAt& at, Witness t) -> Coro<> {
        const Fragile value(at, t);
        co_await take(value);
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        const Fragile value(at, t);
        auto task = create_task(take(value));
        co_await task;
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        const Fragile value(at, t);
        auto task = sim::spawn(take, value);
        co_await task;
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        const Fragile value(at, t);
        auto called = running_loop().create_future<>();
        running_loop().call_soon([called, value] { called.set_result(); });
        co_await called;
      },
      [](FaultAt& at, Witness t) -> Coro<> {
        sim::ContextVar<std::optional<Fragile>> variable("v");
        auto token = variable.set(Fragile(at, t));
        const auto copied = variable.get();
        variable.reset(token);
        co_return;
      },
  };
  for (const Run& program : programs) {
    const int chances = with_a_fault_at_each_chance(
        [&](FaultAt& fault, Witness token) { return program(fault, token); });
    EXPECT_GT(chances, 0);
  }
}

}  // namespace
