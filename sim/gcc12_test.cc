// A tripwire: what g++ 12 does to temporaries of a co_await expression (docs/gcc12.md). Each case
// is right with other compilers; where a later g++ 12 mends one, its test fails and the rule can
// go.
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "primitives/primitives.h"

namespace {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
constexpr bool kGcc12 = true;
#else
constexpr bool kGcc12 = false;
#endif

// Knows which of its objects live, so that destroying one twice is seen and does no harm.
struct Living {
  Living() { alive().insert(this); }
  Living(const Living&) { alive().insert(this); }
  ~Living() {
    if (alive().erase(this) == 0) ++destroyed_twice();
  }
  static std::set<const Living*>& alive() {
    static std::set<const Living*> objects;
    return objects;
  }
  static int& destroyed_twice() {
    static int count = 0;
    return count;
  }
};

struct Aggregate {
  int number;
  Living counted;
};

template <class F>
sim::Coro<> call(F function) {
  co_await sim::yield();
  function();
}
sim::Coro<> take(Aggregate) { co_await sim::yield(); }
sim::Coro<> take_counted(Living) { co_await sim::yield(); }

int destroyed_twice_by(sim::Coro<> program) {
  Living::destroyed_twice() = 0;
  sim::run(std::move(program));
  EXPECT_TRUE(Living::alive().empty());
  Living::alive().clear();
  return Living::destroyed_twice();
}

sim::Coro<> closure_with_a_capture_by_value() {
  Living counted;
  co_await call([counted] { static_cast<void>(counted); });
}
sim::Coro<> closure_named_first() {
  Living counted;
  auto function = [counted] { static_cast<void>(counted); };
  co_await call(function);
}
sim::Coro<> closure_that_captures_by_reference() {
  Living counted;
  co_await call([&counted] { static_cast<void>(counted); });
}
sim::Coro<> braced_aggregate() { co_await take({1, Living()}); }
sim::Coro<> class_value_of_a_conditional() {
  const bool yes = sim::choose(1) == 0;
  co_await take_counted(yes ? Living() : Living(Living()));
}
sim::Coro<> temporary_of_a_class_with_constructors() { co_await take_counted(Living()); }

sim::Coro<int> count(int& calls) { co_return ++calls; }
sim::Coro<int> count_if(bool wanted, int& calls) {
  co_return wanted ? 1 + co_await count(calls) : 0;
}
sim::Coro<int> count_if_named(bool wanted, int& calls) {
  const int counted = wanted ? 1 + co_await count(calls) : 0;
  co_return counted;
}

sim::Coro<> condition_that_awaits(int& calls) {
  if (co_await count(calls) < 1) co_await sim::yield();
}
sim::Coro<> loop_whose_condition_awaits(int& calls) {
  while (co_await count(calls) < 3) co_await sim::yield();
}
sim::Coro<> choice_that_awaits(int& calls) {
  switch (co_await count(calls)) {
    case 0: co_await sim::yield();
  }
}
sim::AsyncGenerator<int> generator_whose_condition_awaits(int& calls) {
  if (co_await count(calls) < 2) co_yield calls;
}
sim::Coro<> condition_that_awaits_beside_a_variable(int& calls) {
  const int least = 1;
  if (co_await count(calls) < least) co_await sim::yield();
}
sim::Coro<> for_loop_whose_condition_awaits(int& calls) {
  for (int waits = 0; co_await count(calls) < 3 && waits < 9; ++waits) co_await sim::yield();
}

template <class Make>
std::string refusal_of(Make make) {
  std::string refusal;
  sim::run([](Make& make, std::string& refusal) -> sim::Coro<> {
    int calls = 0;
    std::optional<decltype(make(calls))> made;
    try {
      made.emplace(make(calls));
    } catch (const std::logic_error& e) {
      refusal = e.what();
    }
    if constexpr (requires { made->decline(); }) {
      if (made) co_await std::move(*made);
    }
  }(make, refusal));
  return refusal;
}

TEST(Gcc12, LaysOutTheFrameWronglyWhereAConditionAwaitsAndIsRefusedThere) {
  EXPECT_EQ(refusal_of(condition_that_awaits).empty(), !kGcc12);
  EXPECT_EQ(refusal_of(loop_whose_condition_awaits).empty(), !kGcc12);
  EXPECT_EQ(refusal_of(choice_that_awaits).empty(), !kGcc12);
  EXPECT_EQ(refusal_of(generator_whose_condition_awaits).empty(), !kGcc12);
}
TEST(Gcc12, LaysOutTheFrameWellBesideAVariable) {
  EXPECT_EQ(refusal_of(condition_that_awaits_beside_a_variable), "");
  EXPECT_EQ(refusal_of(for_loop_whose_condition_awaits), "");
}
TEST(Gcc12, TheRefusalNamesTheCoroutineAndTheWayAround) {
  if (!kGcc12) GTEST_SKIP() << "the frame is right with this compiler";
  const std::string refusal = refusal_of(condition_that_awaits);
  const std::string begin = "coroutine 'condition_that_awaits' (sim/gcc12_test.cc:";
  EXPECT_EQ(refusal.substr(0, begin.size()), begin);
  EXPECT_NE(refusal.find("name the awaited value first"), std::string::npos) << refusal;
}
TEST(Gcc12, AwaitsInAConditionalOfACoReturnWhateverItsCondition) {
  int calls = 0;
  EXPECT_EQ(sim::run(count_if(false, calls)), 0);
  EXPECT_EQ(calls > 0, kGcc12);
}
TEST(Gcc12, AwaitsInAConditionalOfADeclarationOnlyWhereItIsTrue) {
  int calls = 0;
  EXPECT_EQ(sim::run(count_if_named(false, calls)), 0);
  EXPECT_EQ(calls, 0);
}
TEST(Gcc12, DestroysATemporaryClosureTwice) {
  EXPECT_EQ(destroyed_twice_by(closure_with_a_capture_by_value()) > 0, kGcc12);
}
TEST(Gcc12, DestroysABracedAggregateTwice) {
  EXPECT_EQ(destroyed_twice_by(braced_aggregate()) > 0, kGcc12);
}
TEST(Gcc12, DestroysTheClassValueOfAConditionalTwice) {
  EXPECT_EQ(destroyed_twice_by(class_value_of_a_conditional()) > 0, kGcc12);
}
TEST(Gcc12, KeepsAClosureThatWasNamedFirst) {
  EXPECT_EQ(destroyed_twice_by(closure_named_first()), 0);
}
TEST(Gcc12, KeepsAClosureThatCapturesByReference) {
  EXPECT_EQ(destroyed_twice_by(closure_that_captures_by_reference()), 0);
}
TEST(Gcc12, KeepsATemporaryWithConstructors) {
  EXPECT_EQ(destroyed_twice_by(temporary_of_a_class_with_constructors()), 0);
}

}  // namespace
