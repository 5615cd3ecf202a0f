// The guard and --check-determinism in worker processes: whatever their number, the report is that
// of one process.
#include <sys/random.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/in_test.h"

namespace {

using simrun::call;
using simrun::Called;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Who came when: a 1 and then a bit for each step of two tasks, set for the second's. Both come in
// most orders, and in each particular one seldom.
sim::Coro<> note_twelve(sim::Shared<int>& order) {
  const auto notes = [&order](int who) -> sim::Coro<> {
    for (int i = 0; i < 6; ++i) {
      order.update([who](int& bits) { bits = bits * 2 + who; });
      co_await sim::yield();
    }
  };
  co_await sim::gather(notes(0), notes(1));
}
constexpr int kSeldom = 0b1'011001011001;

void draw_one() {
  char drawn = 0;
  SIM_CHECK_EQ(getrandom(&drawn, sizeof drawn, 0), ssize_t{sizeof drawn});
}

// Each call has its own place, and the last of them is seldom made.
SIM_SCENARIO(guard_jobs_calls, "calls that most schedules make, some make and few make") {
  sim::Shared<int> order{1};
  const auto calls = [&](int after) -> sim::Coro<> {
    for (int i = 0; i < after; ++i) co_await sim::yield();
    if (order.get() % 2 == 1) usleep(0);
  };
  co_await sim::gather(note_twelve(order), calls(2), calls(4));
  if (order.get() % 4 == 2) co_await sim::yield();
  if (order.get() % 8 == 5) {
    co_await sim::yield();
    draw_one();
  }
  if (order.get() == kSeldom) {
    co_await sim::yield();
    draw_one();
  }
}

SIM_SCENARIO(guard_jobs_nothing, "nothing is asked of the world outside") {
  sim::Shared<int> order{1};
  co_await note_twelve(order);
}

// In each process every other run is one that differs where the order is the seldom one. Each
// execution that is checked has two runs.
SIM_SCENARIO(guard_jobs_differs, "one order in thousands is not the same twice") {
  static int runs = 0;
  const bool differs = ++runs % 2 == 0;
  sim::Shared<int> order{1};
  co_await note_twelve(order);
  if (order.get() == kSeldom && differs) co_await sim::yield();
}

SIM_SCENARIO(guard_jobs_differs_soon, "most orders are not the same twice") {
  static int runs = 0;
  const bool differs = ++runs % 2 == 0;
  sim::Shared<int> order{1};
  co_await note_twelve(order);
  if (order.get() % 4 == 2 && differs) co_await sim::yield();
}

// Aborts where the first of the two tasks is the last to note.
SIM_SCENARIO(guard_jobs_abort, "another order than asyncio's aborts") {
  sim::Shared<int> order{1};
  co_await note_twelve(order);
  if (order.get() % 4 == 2) std::abort();
}

// The report of a run without workers, which those with workers have too.
Called same_with_jobs(const std::vector<std::string>& arguments) {
  const auto with = [&](const char* count) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--jobs", count});
    return call(all);
  };
  const Called here = with("0");
  for (const char* count : {"1", "2", "3"}) EXPECT_EQ(with(count), here) << count << " jobs";
  return here;
}

std::uint64_t executions_in(const std::string& json) {
  return nlohmann::json::parse(json)["executions"];
}

TEST(GuardInWorkers, TellsTheSameWarnings) {
  for (const char* strategy : {"portfolio", "random", "dpor"}) {
    const Called called = same_with_jobs({"explore", "guard_jobs_calls", "--strategy", strategy,
                                          "--executions", "1500", "--json"});
    EXPECT_EQ(called.code, 0) << called.out;
    EXPECT_THAT(called.out, AllOf(HasSubstr("usleep was called by"),
                                  HasSubstr("getrandom was called by main")));
  }
}

TEST(GuardInWorkers, TellsTheSameFailures) {
  const Called called = same_with_jobs({"explore", "guard_jobs_calls", "--guard", "fail",
                                        "--max-failures", "0", "--executions", "3000", "--json"});
  EXPECT_EQ(called.code, 3);
  EXPECT_THAT(called.out, HasSubstr("usleep was called by"));
}

TEST(GuardInWorkers, DoesNotTellOfTheirOwnCalls) {
  const Called called = same_with_jobs({"explore", "guard_jobs_nothing", "--guard", "fail",
                                        "--executions", "3000", "--max-failures", "0", "--json"});
  EXPECT_EQ(called.code, 0) << called.out;
  EXPECT_THAT(called.out, Not(HasSubstr("outside_call")));
}

TEST(GuardInWorkers, IsQuietWhereTheRunAnswers) {
  const Called called =
      same_with_jobs({"explore", "guard_jobs_calls", "--virtualize", "--guard", "fail",
                      "--check-determinism", "--executions", "1500", "--json"});
  EXPECT_EQ(called.code, 0) << called.out;
}

TEST(CheckDeterminismInWorkers, FindsTheSameDifferenceInARound) {
  for (const char* strategy : {"random", "portfolio"}) {
    int behind_the_head = 0;
    for (const char* seed : {"0", "1", "2", "3"}) {
      const Called called = same_with_jobs({"explore", "guard_jobs_differs", "--seed", seed,
                                            "--check-determinism", "--strategy", strategy,
                                            "--executions", "20000", "--max-failures", "0",
                                            "--json"});
      EXPECT_EQ(called.code, 3) << called.out;
      EXPECT_THAT(called.out, HasSubstr("two runs of the same decisions differ at event "));
      EXPECT_LT(executions_in(called.out), 20'000u) << strategy;
      behind_the_head += executions_in(called.out) > 512;
    }
    EXPECT_GT(behind_the_head, 0) << strategy;
  }
}

TEST(CheckDeterminismInWorkers, FindsTheSameDifferenceInTheHead) {
  for (const char* strategy : {"portfolio", "random", "dpor", "dfs"}) {
    const Called called = same_with_jobs({"explore", "guard_jobs_differs_soon", "--strategy",
                                          strategy, "--check-determinism", "--json"});
    EXPECT_EQ(called.code, 3) << strategy << called.out;
    EXPECT_LT(executions_in(called.out), 512u);
  }
}

TEST(CheckDeterminismInWorkers, ChangesNothingWhereNothingDiffers) {
  for (const char* strategy : {"portfolio", "pos", "dpor"}) {
    const std::vector<std::string> plain = {"explore", "guard_jobs_calls", "--strategy", strategy,
                                            "--executions", "1000", "--json"};
    std::vector<std::string> checked = plain;
    checked.push_back("--check-determinism");
    EXPECT_EQ(same_with_jobs(checked).out, call(plain).out);
  }
}

TEST(CheckDeterminismInWorkers, GoesOnBehindACrash) {
  const Called called =
      call({"explore", "guard_jobs_abort", "--check-determinism", "--jobs", "2", "--json"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out, HasSubstr("SIGABRT"));
}

// The second task of the two comes first, and so the other one last.
const std::string kOtherFirst(2, '\0');

std::string file_of(const std::string& bytes) {
  const std::string path = testing::TempDir() + "guard_jobs_test.input";
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(ScheduleFileInAWorker, IsReplayedAndShrunkAsItIsWithout) {
  for (const std::string& bytes : {std::string(), kOtherFirst, std::string(40, '\0')}) {
    const std::string path = file_of(bytes);
    for (const char* subcommand : {"replay", "shrink"}) {
      const Called called =
          same_with_jobs({subcommand, "guard_jobs_calls", path, "--guard", "fail", "--json"});
      EXPECT_THAT(called.out, HasSubstr("\"executions\":1,")) << called.err;
    }
    std::filesystem::remove(path);
  }
}

TEST(ScheduleFileInAWorker, IsCheckedForDeterminism) {
  const std::string path = file_of(kOtherFirst);
  for (const char* count : {"0", "1", "2"}) {
    const Called called = call(
        {"replay", "guard_jobs_differs_soon", path, "--check-determinism", "--jobs", count});
    EXPECT_EQ(called.code, 3) << count << " jobs" << called.out << called.err;
    EXPECT_THAT(called.out, HasSubstr("not_deterministic: two runs"));
  }
  std::filesystem::remove(path);
}

// The crash is told with its token, which tells it again.
TEST(ScheduleFileInAWorker, ThatEndsItIsACrash) {
  const std::string path = file_of(kOtherFirst);
  const Called called = call({"replay", "guard_jobs_abort", path, "--jobs", "1", "--json"});
  std::filesystem::remove(path);
  ASSERT_EQ(called.code, 1) << called.out << called.err;
  EXPECT_THAT(called.out, HasSubstr("SIGABRT"));
  const std::string token = nlohmann::json::parse(called.out)["failures"][0]["token"];
  EXPECT_THAT(call({"replay", "guard_jobs_abort", token}).out, HasSubstr("SIGABRT"));
}

}  // namespace
