// Work in several processes: outcomes stand where their units do, and who dies is named.
#include "tools/simrun/eval/processes.h"

#include <unistd.h>

#include <csignal>

#include "gmock/gmock.h"

namespace {

using simrun::eval::measure_in_processes;
using simrun::eval::Outcome;
using testing::HasSubstr;

std::string name_of_unit(std::size_t unit) { return "unit " + std::to_string(unit); }

Outcome square(std::size_t unit) {
  Outcome outcome;
  outcome.executions = unit * unit;
  return outcome;
}

absl::StatusOr<std::vector<Outcome>> run(std::size_t count, int jobs,
                                         const std::function<Outcome(std::size_t)>& measure) {
  return measure_in_processes(count, jobs, measure, name_of_unit, [](auto, auto) {});
}

TEST(Processes, GiveEachUnitItsOutcome) {
  for (const int jobs : {1, 2, 5, 50}) {
    const auto outcomes = run(20, jobs, square);
    ASSERT_TRUE(outcomes.ok());
    ASSERT_EQ(outcomes->size(), 20u);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ((*outcomes)[i].executions, i * i);
  }
}

TEST(Processes, TellOfEachUnitOnce) {
  std::vector<std::size_t> counts;
  std::vector<std::size_t> units;
  const auto note = [&](std::size_t done, std::size_t unit) {
    counts.push_back(done);
    units.push_back(unit);
  };
  ASSERT_TRUE(measure_in_processes(4, 3, square, name_of_unit, note).ok());
  EXPECT_THAT(counts, testing::ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(units, testing::UnorderedElementsAre(0, 1, 2, 3));
}

TEST(Processes, HaveNothingToDoForNoUnits) { EXPECT_TRUE(run(0, 2, square)->empty()); }

TEST(Processes, DoNotShareWhatTheyChange) {
  int calls = 0;
  const auto count_calls = [&](std::size_t) {
    ++calls;
    return Outcome{};
  };
  ASSERT_TRUE(run(3, 2, count_calls).ok());
  EXPECT_EQ(calls, 0);
}

TEST(Processes, NameTheUnitOfOneThatDies) {
  for (const int jobs : {1, 3}) {
    const auto killed = run(20, jobs, [](std::size_t unit) {
      if (unit == 7) std::raise(SIGKILL);
      return square(unit);
    });
    EXPECT_EQ(killed.status().message(), "the process that measured unit 7 was ended by signal 9");
    const auto left = run(20, jobs, [](std::size_t unit) {
      if (unit == 19) _exit(3);
      return square(unit);
    });
    EXPECT_EQ(left.status().message(), "the process that measured unit 19 ended with code 3");
  }
}

TEST(Processes, EndWithOneThatDiesThoughOthersAreAtWork) {
  const auto died = run(2, 2, [](std::size_t unit) {
    if (unit == 1) std::raise(SIGKILL);
    pause();  // until it is killed
    return square(unit);
  });
  EXPECT_THAT(std::string(died.status().message()), HasSubstr("unit 1 was ended by signal 9"));
}

}  // namespace
