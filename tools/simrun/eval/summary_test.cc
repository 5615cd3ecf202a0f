// What outcomes come to: means, bounds and goals, on outcomes that are written down here.
#include "tools/simrun/eval/summary.h"

#include "gmock/gmock.h"
#include "tools/simrun/eval/table.h"

namespace {

using namespace simrun::eval;
using Kind = Unit::Kind;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

constexpr Published kNot{0, 0};

Program program(std::string name, std::optional<double> best = {}) {
  Program made{std::move(name), Program::Group::faulty, nullptr, {}};
  if (best) made.published = {kNot, {100}, kNot, kNot, {*best}, {30}};
  return made;
}

// Trials of the portfolio and of a random walk, with the numbers of the executions that failed.
class SummaryTest : public testing::Test {
 protected:
  SummaryTest() {
    measured_.options.strategies = {sim::Strategy::portfolio(), sim::Strategy::random()};
    measured_.options.executions = 1000;
  }
  std::size_t add(Program added) {
    measured_.programs.push_back(std::move(added));
    return measured_.programs.size() - 1;
  }
  void add_trials(std::size_t of, std::size_t strategy, std::vector<std::uint64_t> found_at) {
    for (const std::uint64_t each : found_at) {
      Outcome outcome;
      outcome.found_at = each;
      add_unit({Kind::trial, of, strategy}, outcome);
    }
  }
  void add_unit(const Unit& unit, const Outcome& outcome) {
    measured_.units.push_back(unit);
    measured_.outcomes.push_back(outcome);
  }
  Goal goal(const std::string& about) {
    for (const Goal& each : goals_of(Summary(measured_))) {
      if (each.what.find(about) != std::string::npos) return each;
    }
    return {"there is none", "", "", false};
  }

  Measured measured_;
};

TEST_F(SummaryTest, MeansAreOfTheTrialsThatFoundIt) {
  add(program("a"));
  add_trials(0, 0, {2, 0, 6, 4});
  const Trials trials = Summary(measured_).trials(0, 0);
  EXPECT_EQ(trials.count, 4u);
  EXPECT_EQ(trials.hits, 3u);
  EXPECT_EQ(trials.most, 6u);
  EXPECT_DOUBLE_EQ(trials.mean, 4);
  EXPECT_NEAR(trials.at_least, 4 - 1.645 * 2 / std::sqrt(3.0), 1e-9);
  EXPECT_FALSE(trials.all_found());
}

TEST_F(SummaryTest, OneTrialSaysNothingOfHowTheyDiffer) {
  add(program("a"));
  add_trials(0, 0, {7});
  EXPECT_DOUBLE_EQ(Summary(measured_).trials(0, 0).at_least, 7);
}

TEST_F(SummaryTest, GeometricMeansAreOfThePublishedProgramsAndCountAMissAsAllExecutions) {
  add(program("a", 2));
  add(program("b", 8));
  add(program("c"));
  add_trials(0, 0, {10});
  add_trials(1, 0, {0});
  add_trials(2, 0, {999});
  const auto mean = Summary(measured_).geometric_mean(0);
  EXPECT_NEAR(mean->value, 100, 1e-9);
  EXPECT_EQ(mean->never, 1u);
  EXPECT_NEAR(*Summary(measured_).geometric_mean_of_the_best(), 4, 1e-9);
}

TEST_F(SummaryTest, AMissIsAGoalMissed) {
  add(program("a"));
  add(program("b"));
  add_trials(0, 0, {1, 2});
  add_trials(1, 0, {1, 0});
  EXPECT_THAT(goal("in every trial"),
              AllOf(Field(&Goal::measured, "1 of 2; not b (1 of 2)"), Field(&Goal::met, false)));
}

TEST_F(SummaryTest, ARowIsWithinItsLimitAsLongAsTheTrueMeanMayBe) {
  add(program("a", 5));
  add(program("b", 5));
  add_trials(0, 0, {1, 22});   // 11.5, at least -5.8
  add_trials(1, 0, {11, 11});  // 11, at least 11
  EXPECT_THAT(goal("twice the best published"), Field(&Goal::measured, "1 of 2; not b"));
}

TEST_F(SummaryTest, ThePortfolioIsHeldAgainstTheBestSampler) {
  add(program("a", 5));
  add_trials(0, 0, {2});
  add_trials(0, 1, {4});
  EXPECT_THAT(goal("best single sampler"),
              AllOf(Field(&Goal::what, HasSubstr("(random)")), Field(&Goal::measured, "0.50"),
                    Field(&Goal::met, true)));
  add_trials(0, 1, {1});
  EXPECT_THAT(goal("best single sampler"),
              AllOf(Field(&Goal::measured, "0.80"), Field(&Goal::met, false)));
}

TEST_F(SummaryTest, ABugOfFewTracesIsFoundWithinTwiceThoseAnd16) {
  Program few = program("few");
  few.traces = 10;
  add(few);
  add(program("many"));
  add_trials(0, 0, {36});
  add_trials(1, 0, {37});
  Outcome dpor;
  dpor.traces = 65;
  dpor.exhausted = true;
  add_unit({Kind::dpor, 1}, dpor);
  EXPECT_THAT(goal("at most 64 traces"), Field(&Goal::measured, "1 of 1"));
  measured_.outcomes.back().traces = 10;
  EXPECT_THAT(goal("at most 64 traces"), Field(&Goal::measured, "1 of 2; not many"));
}

TEST_F(SummaryTest, AHistoricalBugIsFoundWithTimersOnTimeOrLate) {
  Program bug = program("bug");
  bug.group = Program::Group::historical;
  add(bug);
  bug.time = sim::Time::slow_loop;
  add(bug);
  add_trials(0, 0, {101});
  add_trials(1, 0, {100});
  EXPECT_THAT(goal("historical"), Field(&Goal::measured, "1 of 1"));
  add_trials(1, 0, {101, 1});  // the mean would do
  EXPECT_THAT(goal("historical"), Field(&Goal::measured, "0 of 1; not bug"));
}

TEST_F(SummaryTest, WhatIsFoundInACorrectProgramIsAGoalMissed) {
  Program correct = program("correct");
  correct.group = Program::Group::silent;
  add(correct);
  add_unit({Kind::silence, 0}, {});
  EXPECT_TRUE(goal("correct programs").met);
  measured_.outcomes.back().found_at = 3;
  EXPECT_THAT(goal("correct programs"), Field(&Goal::measured, "0 of 1; not correct"));
}

TEST_F(SummaryTest, DporIsHeldAgainstWhatIsPublishedOrAgainstAllSchedules) {
  add(program("locks"));
  Outcome outcome;
  outcome.executions = 36;
  outcome.traces = 36;
  outcome.exhausted = true;
  add_unit({Kind::dpor, 0}, outcome);
  EXPECT_EQ(goal("dpor").what, "there is none");  // nothing to hold it against
  add_unit({Kind::dfs, 0}, outcome);
  EXPECT_TRUE(goal("dpor").met);
  measured_.programs[0].traces = 35;
  EXPECT_FALSE(goal("dpor").met);
}

TEST_F(SummaryTest, ShrunkFailuresAreHeldAgainstTheFewestKnown) {
  add(program("a"));
  measured_.programs[0].fewest_from_fifo = 2;
  measured_.programs[0].fewest_from_run_to_block = 1;
  Outcome outcome;
  outcome.found_at = 5;
  outcome.deviations = 2;
  outcome.from_run_to_block = 1;
  add_unit({Kind::shrink, 0}, outcome);
  EXPECT_TRUE(goal("shrunk").met);
  measured_.outcomes[0].from_run_to_block = 0;  // no fewer than 2
  EXPECT_TRUE(goal("shrunk").met);
  measured_.outcomes[0].from_run_to_block = 3;
  EXPECT_FALSE(goal("shrunk").met);
  measured_.outcomes[0].from_run_to_block = 1;
  measured_.outcomes[0].deviations = 3;
  EXPECT_FALSE(goal("shrunk").met);
}

TEST(EvalTable, IsAlignedAsTextAndMarkedUpAsAPage) {
  const Table table{"Title", "Words.", {"name", "n"}, {{"a", "1,000"}, {"long name", ""}}};
  EXPECT_EQ(as_text(table),
            "Title\n\n"
            "  name           n\n"
            "  a          1,000\n"
            "  long name\n");
  EXPECT_EQ(as_markdown(table),
            "## Title\n\nWords.\n\n| name | n |\n|---|---:|\n| a | 1,000 |\n| long name |  |\n");
}

TEST(EvalTable, FiguresHaveADigitBehindThePointBelow100) {
  EXPECT_EQ(figure(7.26), "7.3");
  EXPECT_EQ(figure(99.94), "99.9");
  EXPECT_EQ(figure(99.96), "100");
  EXPECT_EQ(figure(24'750.4), "24,750");
  EXPECT_EQ(figure(std::uint64_t{1'234'567}), "1,234,567");
  EXPECT_EQ(figure(std::uint64_t{999}), "999");
}

}  // namespace
