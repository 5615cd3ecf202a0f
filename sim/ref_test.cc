#include "sim/ref.h"

#include <gtest/gtest.h>

#include <utility>

namespace {

using sim::internal::Ref;

// Counts its references; says when the last one goes.
struct Instance {
  int references = 0;
  bool released = false;
  void retain() { ++references; }
  void release() { released = --references == 0; }
};

TEST(Ref, CountsCopiesAndNotMoves) {
  Instance object;
  {
    Ref<Instance> first(&object);
    EXPECT_EQ(object.references, 1);
    const Ref<Instance> copy = first;
    EXPECT_EQ(object.references, 2);
    const Ref<Instance> moved = std::move(first);
    EXPECT_EQ(object.references, 2);
    EXPECT_TRUE(first == nullptr);  // NOLINT: that is the claim
    EXPECT_EQ(moved.get(), &object);
    EXPECT_FALSE(object.released);
  }
  EXPECT_TRUE(object.released);
}

TEST(Ref, AssignmentReleasesWhatItHeld) {
  Instance a;
  Instance b;
  Ref<Instance> ref(&a);
  ref = Ref<Instance>(&b);
  EXPECT_TRUE(a.released);
  EXPECT_EQ(b.references, 1);
  const Ref<Instance>& same = ref;
  ref = same;
  EXPECT_EQ(b.references, 1);
  EXPECT_FALSE(b.released);
  ref = {};
  EXPECT_TRUE(b.released);
}

TEST(Ref, AdoptTakesOverAndDetachGivesUpACount) {
  Instance object;
  object.retain();
  auto ref = Ref<Instance>::adopt(&object);
  EXPECT_EQ(object.references, 1);
  EXPECT_EQ(ref.detach(), &object);
  EXPECT_FALSE(ref);
  EXPECT_EQ(object.references, 1);
}

TEST(Ref, ConvertsToARefOfABase) {
  struct Derived : Instance {};
  Derived object;
  Ref<Derived> derived(&object);
  const Ref<Instance> copied = derived;
  EXPECT_EQ(object.references, 2);
  const Ref<Instance> moved = std::move(derived);
  EXPECT_EQ(object.references, 2);
  EXPECT_EQ(moved.get(), &object);
}

}  // namespace
