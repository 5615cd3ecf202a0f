#include "sim/shared.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using sim::Coro;
using sim::Shared;
using sim::TraceEvent;

TEST(Shared, HoldsAValue) {
  Shared<std::string> shared("a");
  EXPECT_EQ(shared.get(), "a");
  shared.set("b");
  EXPECT_EQ(shared.get(), "b");
  EXPECT_EQ(Shared<int>().get(), 0);
}

TEST(Shared, UpdateGivesWhatTheFunctionReturns) {
  Shared<int> shared(3);
  EXPECT_EQ(shared.update([](int& value) { return value *= 2; }), 6);
  shared.update([](int& value) { ++value; });
  EXPECT_EQ(shared.get(), 7);
  int& inside = shared.update([](int& value) -> int& { return value; });
  EXPECT_EQ(&inside, &shared.get());
}

TEST(Shared, CompareExchangeStoresOnlyOverWhatWasExpected) {
  Shared<int> shared(1);
  EXPECT_FALSE(shared.compare_exchange(2, 5));
  EXPECT_EQ(shared.get(), 1);
  EXPECT_TRUE(shared.compare_exchange(1, 5));
  EXPECT_EQ(shared.get(), 5);
}

TEST(Shared, FetchAddGivesTheValueBefore) {
  Shared<int> shared(1);
  EXPECT_EQ(shared.fetch_add(4), 1);
  EXPECT_EQ(shared.get(), 5);
}

// Reads and writes of a run, as 0 and 1.
template <class F>
std::vector<std::uint32_t> accesses(F f) {
  sim::RunOptions options;
  options.trace = true;
  sim::Runner runner(options);
  const auto body = [&]() -> Coro<> {
    Shared<int> shared(1);
    f(shared);
    co_return;
  };
  runner.run(body());
  std::vector<std::uint32_t> found;
  for (const TraceEvent& event : runner.trace().events()) {
    if (event.kind == TraceEvent::Kind::access) found.push_back(event.value);
  }
  return found;
}

TEST(Shared, EachAccessIsInTheTraceOnce) {
  using testing::ElementsAre;
  EXPECT_THAT(accesses([](Shared<int>& s) { s.get(); }), ElementsAre(0));
  EXPECT_THAT(accesses([](Shared<int>& s) { s.set(1); }), ElementsAre(1));
  EXPECT_THAT(accesses([](Shared<int>& s) { s.update([](int&) {}); }), ElementsAre(1));
  EXPECT_THAT(accesses([](Shared<int>& s) { s.fetch_add(1); }), ElementsAre(1));
  EXPECT_THAT(accesses([](Shared<int>& s) { s.compare_exchange(1, 2); }), ElementsAre(1));
  EXPECT_THAT(accesses([](Shared<int>& s) { s.compare_exchange(2, 1); }), ElementsAre(0));
}

Coro<> deposit_one(Shared<int>& balance) {
  const int read = balance.get();
  co_await sim::yield();
  balance.set(read + 1);
}

TEST(Shared, DoesNotPreventALostUpdate) {
  Shared<int> balance(0);
  const auto body = [&]() -> Coro<> {
    co_await sim::gather(deposit_one(balance), deposit_one(balance));
  };
  sim::run(body());
  EXPECT_EQ(balance.get(), 1);
}

TEST(Shared, CallbacksMayUseIt) {
  Shared<int> shared(0);
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_soon([&] { shared.fetch_add(1); });
    co_await sim::yield();
  };
  sim::run(body());
  EXPECT_EQ(shared.get(), 1);
}

// The identities of three variables of a run, in the order of access.
std::vector<std::uint64_t> identities(sim::DecisionSource* source) {
  sim::RunOptions options;
  options.trace = true;
  options.order = sim::Order::any;
  options.source = source;
  sim::Runner runner(options);
  const auto child = []() -> Coro<> {
    Shared<int> own(0);
    own.get();
    co_return;
  };
  const auto body = [&]() -> Coro<> {
    Shared<int> own(0);
    own.get();
    co_await sim::gather(child(), child());
  };
  runner.run(body());
  std::vector<std::uint64_t> found;
  for (const TraceEvent& event : runner.trace().events()) {
    if (event.kind == TraceEvent::Kind::access) found.push_back(event.subject);
  }
  return found;
}

// Lets the last of the ready handles run.
class LastFirst final : public sim::DecisionSource {
 public:
  std::uint32_t pick(sim::DecisionKind, std::uint32_t n, const sim::DecisionContext&) override {
    return n - 1;
  }
};

TEST(Shared, ItsIdentityIsThatOfTheTaskThatMadeItAndNotOfTheSchedule) {
  const auto forward = identities(nullptr);
  LastFirst last_first;
  const auto backward = identities(&last_first);
  ASSERT_EQ(forward.size(), 3u);
  EXPECT_THAT(backward, testing::ElementsAre(forward[0], forward[2], forward[1]));
  EXPECT_NE(forward[1], forward[2]);
}

}  // namespace
