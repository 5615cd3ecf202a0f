#include "sim/explore/strategy.h"

#include <stdexcept>

#include "gmock/gmock.h"

namespace sim {
namespace {

std::string error_of(std::string_view text) {
  try {
    Strategy::parse(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(Strategy, IsParsedFromItsName) {
  for (const char* name : {"fifo", "run_to_block", "lifo", "random", "pct:1", "pct:100", "pos",
                           "urw", "surw", "delay:2", "dfs", "dpor", "sweep", "portfolio"}) {
    EXPECT_EQ(Strategy::parse(name).name(), name);
    EXPECT_EQ(Strategy::parse(Strategy::parse(name).name()), Strategy::parse(name));
  }
}

TEST(Strategy, HasAConstructorForEachName) {
  EXPECT_EQ(Strategy::dpor(), Strategy::parse("dpor"));
  EXPECT_EQ(Strategy::pct(7), Strategy::parse("pct:7"));
  EXPECT_EQ(Strategy::delay(2), Strategy::parse("delay:2"));
  EXPECT_NE(Strategy::pct(3), Strategy::pct(4));
  EXPECT_NE(Strategy::pct(3), Strategy::delay(3));
}

TEST(Strategy, HasADefaultDepth) {
  EXPECT_EQ(Strategy::parse("pct"), Strategy::pct());
  EXPECT_EQ(Strategy::parse("delay"), Strategy::delay());
}

TEST(Strategy, NamesTheNearestForAnUnknownOne) {
  EXPECT_EQ(error_of("radnom"), "there is no strategy 'radnom'; did you mean 'random'?");
  EXPECT_EQ(error_of("pcd:3"), "there is no strategy 'pcd'; did you mean 'pct'?");
}

TEST(Strategy, ListsAllWhereNoneIsNear) {
  const std::string list =
      "it is one of fifo, run_to_block, lifo, random, pct:D, pos, urw, surw, delay:D, dfs, "
      "dpor, sweep, portfolio";
  EXPECT_EQ(error_of(""), "there is no strategy ''; " + list);
  EXPECT_EQ(error_of("exhaustive"), "there is no strategy 'exhaustive'; " + list);
  EXPECT_EQ(error_of(std::string(1000, 'x')),
            "there is no strategy '" + std::string(1000, 'x') + "'; " + list);
}

TEST(Strategy, NamesADepthThatIsNone) {
  for (const char* depth : {"", "0", "-1", "101", "3x", " 3", "99999999999999999999"}) {
    EXPECT_EQ(error_of("pct:" + std::string(depth)),
              "the number of 'pct:D' is 1 to 100, not '" + std::string(depth) + "'");
  }
  EXPECT_THROW(Strategy::delay(0), std::invalid_argument);
}

TEST(Strategy, TakesNoDepthWhereThereIsNone) {
  EXPECT_EQ(error_of("random:3"), "the strategy 'random' takes no ':3'");
}

}  // namespace
}  // namespace sim
