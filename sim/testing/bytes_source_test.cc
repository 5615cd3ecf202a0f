#include "sim/testing/bytes_source.h"

#include <rapidcheck/gtest.h>

#include <array>
#include <string>

#include "gmock/gmock.h"
#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::BytesSource;
using sim::Coro;
using Bytes = std::vector<std::uint8_t>;

std::uint32_t pick(BytesSource& source, std::uint32_t n) {
  return source.pick(sim::DecisionKind::choose, n, {nullptr, ""});
}

TEST(BytesSource, DeviatesAfterSoManyDecisionsToTheChoiceOfTheNextByte) {
  const Bytes bytes = {1, 0, 0, 2};
  BytesSource source(bytes);
  EXPECT_EQ(pick(source, 2), 0u);
  EXPECT_EQ(pick(source, 2), 1u);
  EXPECT_EQ(pick(source, 4), 3u);
  EXPECT_EQ(pick(source, 4), 0u);
}

TEST(BytesSource, CountsChoicesThatAreNotThereFromTheFirstAfterAsynciosAgain) {
  const Bytes bytes = {0, 1, 0, 7};
  BytesSource source(bytes);
  EXPECT_EQ(pick(source, 2), 1u);
  EXPECT_EQ(pick(source, 4), 2u);
}

TEST(BytesSource, IsAsynciosOrderWhereTheBytesEnd) {
  const Bytes half = {0};
  for (const Bytes& bytes : {Bytes(), half}) {
    BytesSource source(bytes);
    EXPECT_EQ(pick(source, 2), 0u);
    EXPECT_EQ(pick(source, 1000), 0u);
  }
}

TEST(BytesSource, TakesNoDecisionBeyondThoseThatCanBeCounted) {
  const Bytes bytes = {0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0};
  EXPECT_TRUE(sim::schedule_of_bytes(bytes).choices.empty());
}

RC_GTEST_PROP(BytesSource, TakesAnyBytes, (const Bytes& bytes)) {
  const sim::Schedule schedule = sim::schedule_of_bytes(bytes);
  RC_ASSERT(schedule.choices.size() <= bytes.size() / 2);
  std::uint64_t next = 0;
  for (const sim::Schedule::Choice& choice : schedule.choices) {
    RC_ASSERT(choice.decision >= next);
    RC_ASSERT(choice.index >= 1u);
    next = std::uint64_t{choice.decision} + 1;
  }
  RC_ASSERT(sim::schedule_of_bytes(sim::bytes_of_schedule(schedule)) == schedule);
}

RC_GTEST_PROP(BytesSource, KeepsEveryScheduleOfAToken, ()) {
  sim::Schedule schedule;
  std::uint64_t next = 0;
  const auto gaps =
      *rc::gen::container<std::vector<std::uint16_t>>(rc::gen::arbitrary<std::uint16_t>());
  for (const std::uint16_t gap : gaps) {
    const auto index = *rc::gen::inRange<std::uint32_t>(1, 0xffffffff);
    next += gap;
    schedule.choices.push_back({static_cast<std::uint32_t>(next++), index});
  }
  RC_ASSERT(sim::schedule_of_bytes(sim::bytes_of_schedule(schedule)) == schedule);
}

Coro<> note(std::string& order, char letter) {
  co_await sim::yield();
  order += letter;
}

Coro<> ordered() {
  std::string order;
  co_await sim::gather(note(order, 'a'), note(order, 'b'));
  SIM_CHECK_EQ(order, "ab");
}

TEST(BytesSource, OfAFailingInputGivesAReportWithAToken) {
  const Bytes bytes = {0, 0};
  BytesSource source(bytes);
  const sim::Report report = sim::run_schedule(ordered, source);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_FALSE(sim::replay(ordered, report.failures[0].token).ok());
}

TEST(BytesSource, OfNoBytesIsTheDefaultRun) {
  BytesSource source({});
  EXPECT_TRUE(sim::run_schedule(ordered, source).ok());
}

}  // namespace
