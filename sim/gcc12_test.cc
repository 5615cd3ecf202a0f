// A tripwire: what g++ 12 does to temporaries of a co_await expression (docs/gcc12.md). Each case
// is right with other compilers; where a later g++ 12 mends one, its test fails and the rule can
// go.
#include <gtest/gtest.h>

#include <set>

#include "primitives/primitives.h"

namespace {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
constexpr bool kGcc12 = true;
#else
constexpr bool kGcc12 = false;
#endif

// Knows which of its objects live, so that destroying one twice is seen and does no harm.
struct Counted {
  Counted() { alive().insert(this); }
  Counted(const Counted&) { alive().insert(this); }
  ~Counted() {
    if (alive().erase(this) == 0) ++destroyed_twice();
  }
  static std::set<const Counted*>& alive() {
    static std::set<const Counted*> objects;
    return objects;
  }
  static int& destroyed_twice() {
    static int count = 0;
    return count;
  }
};

struct Aggregate {
  int number;
  Counted counted;
};

template <class F>
sim::Coro<> call(F function) {
  co_await sim::yield();
  function();
}
sim::Coro<> take(Aggregate) { co_await sim::yield(); }
sim::Coro<> take_counted(Counted) { co_await sim::yield(); }

int destroyed_twice_by(sim::Coro<> program) {
  Counted::destroyed_twice() = 0;
  sim::run(std::move(program));
  EXPECT_TRUE(Counted::alive().empty());
  Counted::alive().clear();
  return Counted::destroyed_twice();
}

sim::Coro<> closure_with_a_capture_by_value() {
  Counted counted;
  co_await call([counted] { static_cast<void>(counted); });
}
sim::Coro<> closure_named_first() {
  Counted counted;
  auto function = [counted] { static_cast<void>(counted); };
  co_await call(function);
}
sim::Coro<> closure_that_captures_by_reference() {
  Counted counted;
  co_await call([&counted] { static_cast<void>(counted); });
}
sim::Coro<> braced_aggregate() { co_await take({1, Counted()}); }
sim::Coro<> class_value_of_a_conditional() {
  const bool yes = sim::choose(1) == 0;
  co_await take_counted(yes ? Counted() : Counted(Counted()));
}
sim::Coro<> temporary_of_a_class_with_constructors() { co_await take_counted(Counted()); }

sim::Coro<int> count(int& calls) { co_return ++calls; }
sim::Coro<int> count_if(bool wanted, int& calls) {
  co_return wanted ? 1 + co_await count(calls) : 0;
}
sim::Coro<int> count_if_named(bool wanted, int& calls) {
  const int counted = wanted ? 1 + co_await count(calls) : 0;
  co_return counted;
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
