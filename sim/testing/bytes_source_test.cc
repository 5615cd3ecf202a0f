#include "sim/testing/bytes_source.h"

#include <array>
#include <string>

#include "gmock/gmock.h"
#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::BytesSource;
using sim::Coro;

std::uint32_t pick(BytesSource& source, std::uint32_t n) {
  return source.pick(sim::DecisionKind::choose, n, {nullptr, ""});
}

TEST(BytesSource, TakesOneByteForADecisionAndTwoWhereThereAreManyChoices) {
  const std::array<std::uint8_t, 4> bytes = {1, 5, 2, 3};
  BytesSource source(bytes);
  EXPECT_EQ(pick(source, 2), 1u);
  EXPECT_EQ(pick(source, 4), 1u);
  EXPECT_EQ(pick(source, 1000), 0x0203u);
  EXPECT_TRUE(source.left().empty());
}

TEST(BytesSource, IsAsynciosOrderWhereTheBytesEnd) {
  BytesSource source({});
  EXPECT_EQ(pick(source, 2), 0u);
  EXPECT_EQ(pick(source, 1000), 0u);
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
  const std::array<std::uint8_t, 1> bytes = {1};
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
