#include "sim/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sim/internal/test_support.h"

namespace {

using sim::CancelledError;
using sim::InvalidStateError;
using sim::internal::Result;
using sim::internal::ResultKind;

// Counts its living instances.
struct Counted {
  explicit Counted(int* living) : living(living) { ++*living; }
  Counted(const Counted& other) : Counted(other.living) {}
  ~Counted() { --*living; }
  int* living;
};

TEST(Result, IsEmptyUntilItIsSet) {
  const Result<int> result;
  EXPECT_EQ(result.kind(), ResultKind::none);
  EXPECT_THROW(result.get(), InvalidStateError);
}

TEST(Result, HoldsAValueThatCanBeLookedAtAgainAndAgain) {
  Result<std::string> result;
  result.emplace("a string that is too long to stand in the object itself");
  EXPECT_EQ(result.kind(), ResultKind::value);
  EXPECT_EQ(result.get(), std::as_const(result).get());
  EXPECT_EQ(result.error(), nullptr);
}

TEST(Result, AValueIsMovedOutOnce) {
  Result<std::unique_ptr<int>> result;
  result.emplace(std::make_unique<int>(5));
  EXPECT_EQ(*result.take(), 5);
  EXPECT_EQ(result.kind(), ResultKind::moved);
  EXPECT_THROW(result.take(), InvalidStateError);
  EXPECT_THROW(result.get(), InvalidStateError);
}

TEST(Result, AReferenceStaysOne) {
  int variable = 1;
  Result<int&> result;
  result.emplace(variable);
  result.take() = 2;
  EXPECT_EQ(variable, 2);
  EXPECT_EQ(&result.take(), &variable);
}

TEST(Result, AnExceptionIsThrownAgainAndAgain) {
  Result<int> result;
  result.set_error(ResultKind::exception, std::make_exception_ptr(std::out_of_range("far")));
  EXPECT_THROW(result.get(), std::out_of_range);
  EXPECT_THROW(result.take(), std::out_of_range);
}

TEST(Result, ACancellationWithoutAMessageHoldsNoException) {
  Result<int> result;
  result.set_error(ResultKind::cancelled, nullptr);
  EXPECT_EQ(result.error(), nullptr);
  EXPECT_EQ(sim::test::cancel_message_of([&] { result.get(); }), "");
}

TEST(Result, ACancellationKeepsItsMessage) {
  Result<void> result;
  result.set_error(ResultKind::cancelled, sim::internal::make_cancelled_error("enough"));
  EXPECT_EQ(sim::test::cancel_message_of([&] { result.get(); }), "enough");
}

TEST(Result, TheCurrentExceptionIsToldApartFromACancellation) {
  Result<int> result;
  try {
    throw CancelledError("m");
  } catch (...) {
    result.set_current_exception();
  }
  EXPECT_EQ(result.kind(), ResultKind::cancelled);
  try {
    throw 5;
  } catch (...) {
    result.set_current_exception();
  }
  EXPECT_EQ(result.kind(), ResultKind::exception);
  EXPECT_THROW(result.get(), int);
}

TEST(Result, AnErrorReplacesAValueAndDestroysIt) {
  int living = 0;
  {
    Result<Counted> result;
    result.emplace(&living);
    EXPECT_EQ(living, 1);
    result.set_error(ResultKind::cancelled, nullptr);
    EXPECT_EQ(living, 0);
  }
  EXPECT_EQ(living, 0);
}

TEST(Result, WhatItHoldsGoesWithIt) {
  int living = 0;
  {
    Result<Counted> held;
    held.emplace(&living);
    Result<Counted> moved;
    moved.emplace(&living);
    const Counted out = moved.take();
    EXPECT_EQ(living, 3);
  }
  EXPECT_EQ(living, 0);
}

struct ThrowsWhenMade {
  explicit ThrowsWhenMade(int) { throw std::runtime_error("no"); }
};

TEST(Result, AValueThatCannotBeMadeLeavesItEmpty) {
  Result<ThrowsWhenMade> result;
  EXPECT_THROW(result.emplace(1), std::runtime_error);
  EXPECT_EQ(result.kind(), ResultKind::none);
  result.set_error(ResultKind::exception, std::make_exception_ptr(1));
  EXPECT_EQ(result.kind(), ResultKind::exception);
}

TEST(CancelledError, IsNoStandardException) {
  EXPECT_FALSE((std::is_base_of_v<std::exception, CancelledError>));
  EXPECT_TRUE(sim::internal::is_cancelled_error(std::make_exception_ptr(CancelledError())));
  EXPECT_FALSE(sim::internal::is_cancelled_error(std::make_exception_ptr(1)));
  EXPECT_FALSE(sim::internal::is_cancelled_error(nullptr));
}

TEST(Errors, SayWhatTheyAre) {
  EXPECT_STREQ(sim::TimeoutError().what(), "timed out");
  EXPECT_STREQ(sim::QueueEmpty().what(), "the queue is empty");
  EXPECT_STREQ(sim::QueueFull().what(), "the queue is full");
  EXPECT_STREQ(sim::QueueShutDown().what(), "the queue has been shut down");
}

}  // namespace
