// Bugs that nobody chose: of generated programs around faulty algorithms the explorer finds nearly
// all, and it gives no alarm on their correct twins.
//
//   build/dev/property_tests --gtest_filter='GeneratedBugsLongRun.*'      # prints the tables
//   GENERATED_FIRST=100000 build/dev/property_tests ...                   # of other programs
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "property_tests/faulty/measurement.h"

namespace generated_bugs_test {
namespace {

using faulty::Drawn;
using faulty::Fault;
using faulty::Measured;
using faulty::Program;

// As many programs around each algorithm.
std::vector<Drawn> draw_programs(std::uint64_t around_each) {
  std::uint64_t first = 0;
  if (const char* from = std::getenv("GENERATED_FIRST")) first = std::strtoull(from, nullptr, 10);
  std::vector<Drawn> drawn;
  for (std::uint64_t n = 0; n < around_each * faulty::algorithms().size(); ++n) {
    drawn.push_back(faulty::draw(first + n));
  }
  return drawn;
}

std::vector<Measured> measure_all(const std::vector<Drawn>& drawn,
                                  const std::vector<sim::Strategy>& strategies,
                                  std::uint64_t most) {
  std::vector<Measured> all;
  for (const Drawn& each : drawn) all.push_back(faulty::measure(each, strategies, most));
  return all;
}

// Records how many were found within a budget, and expects it to be so many in a hundred.
void expect_share(const std::vector<Measured>& all, std::uint64_t budget, double percent) {
  const faulty::Share share = faulty::share(all, 0, budget);
  testing::Test::RecordProperty("found_within_" + std::to_string(budget),
                                std::to_string(share.found) + " of " + std::to_string(share.of));
  EXPECT_GE(share.percent(), percent) << "within " << budget << " executions";
}

void expect_silence(const Program& twin, const sim::ExploreOptions& options) {
  const sim::Report report = sim::explore([&twin] { return faulty::run(twin); }, options);
  EXPECT_TRUE(report.ok()) << twin << "\n" << report.failures[0].explanation();
}

// Explored as the program with the fault is, and with all that the explorer may do to it.
void expect_no_alarm(const Drawn& drawn, std::uint64_t most) {
  const Program twin = drawn.program.without_fault();
  sim::ExploreOptions options = faulty::options_for(twin);
  options.max_executions = most;
  expect_silence(twin, options);
  options.cancellations = 2;
  options.time = sim::Time::slow_loop;
  expect_silence(twin, options);
}

TEST(GeneratedBugs, AreFoundAroundEachAlgorithm) {
  const std::vector<Measured> all =
      measure_all(draw_programs(4), {sim::Strategy::portfolio()}, 1'000);
  expect_share(all, 100, 85);
  expect_share(all, 1'000, 98);
  std::set<std::string> of;
  for (const Measured& each : all) {
    if (each.fault == Fault::is_found) of.insert(each.program().algorithm->name);
  }
  EXPECT_EQ(of.size(), faulty::algorithms().size());
}

TEST(GeneratedBugs, AreGoneWithTheFault) {
  for (const Drawn& each : draw_programs(4)) expect_no_alarm(each, 1'000);
}

TEST(GeneratedBugs, AreTwoAlgorithmsOrMoreOfEachMistake) {
  std::vector<int> algorithms(faulty::kMistakes);
  for (const faulty::Algorithm& each : faulty::algorithms()) {
    ++algorithms[static_cast<std::size_t>(each.mistake)];
  }
  for (const int count : algorithms) EXPECT_GE(count, 2);
}

std::string in_words(const Program& program) {
  std::ostringstream text;
  text << program;
  return text.str();
}

TEST(GeneratedBugs, AreTheSameEveryTimeAndDifferFromEachOther) {
  std::set<std::string> programs;
  for (std::uint64_t n = 0; n < 100; ++n) {
    EXPECT_EQ(in_words(faulty::draw(n).program), in_words(faulty::draw(n).program));
    programs.insert(in_words(faulty::draw(n).program));
  }
  EXPECT_EQ(programs.size(), 100u);
}

TEST(GeneratedBugs, CountOnlyWhereAScheduleShowsThem) {
  const std::string_view algorithm = "channel fills one hand twice";
  Drawn drawn = faulty::draw(0);
  for (std::uint64_t n = 1; drawn.program.algorithm->name != algorithm; ++n) {
    drawn = faulty::draw(n);
  }
  Program& program = drawn.program;
  program.trigger = faulty::Trigger::order;
  program.has_late_timers = false;
  program.tasks = 2;
  program.first = 0;
  program.producers = 1;
  program.bystanders = 0;
  program.pauses = {{.yields = 1, .milliseconds = 0}};
  const std::vector<sim::Strategy> portfolio = {sim::Strategy::portfolio()};
  program.rounds = 1;  // a single item
  const Measured one = faulty::measure(drawn, portfolio, 1'000);
  EXPECT_EQ(one.fault, Fault::cannot_show);
  program.rounds = 2;
  const Measured two = faulty::measure(drawn, portfolio, 1'000);
  EXPECT_EQ(two.fault, Fault::is_found);
  EXPECT_EQ(faulty::share({one, two}, 0, 1'000).of, 1u);
}

TEST(GeneratedBugsLongRun, AreFoundByEachStrategySoOften) {
  const std::vector<sim::Strategy> strategies = {
      sim::Strategy::portfolio(), sim::Strategy::random(), sim::Strategy::pct(3),
      sim::Strategy::pos(),       sim::Strategy::surw(),
  };
  const std::vector<Measured> all = measure_all(draw_programs(25), strategies, 10'000);
  faulty::print_by_mistake(std::cout, all);
  std::cout << "\n";
  faulty::print_by_algorithm(std::cout, all);
  std::cout << "\n";
  faulty::print_by_strategy(std::cout, all, strategies);
  std::cout << "\n";
  faulty::print_missed(std::cout, all);
  expect_share(all, 100, 90);
  expect_share(all, 1'000, 99);
  expect_share(all, 10'000, 99.5);
}

class EachMistakeLongRun : public testing::TestWithParam<int> {};

TEST_P(EachMistakeLongRun, IsGoneWithTheFault) {
  for (const Drawn& each : draw_programs(25)) {
    if (static_cast<int>(each.program.algorithm->mistake) != GetParam()) continue;
    expect_no_alarm(each, 10'000);
  }
}

INSTANTIATE_TEST_SUITE_P(GeneratedBugs, EachMistakeLongRun, testing::Range(0, faulty::kMistakes));

}  // namespace
}  // namespace generated_bugs_test
