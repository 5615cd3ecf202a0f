// What ends a process is a finding with its token, behind which the exploration goes on.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "sim/explore/stopwatch.h"
#include "sim/explore/test_programs.h"
#include "sim/jobs/explore_jobs.h"

namespace sim::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kWithSanitizer = true;
#elif defined(__has_feature)
constexpr bool kWithSanitizer = __has_feature(address_sanitizer);
#else
constexpr bool kWithSanitizer = false;
#endif

void write_to_nowhere() {
  int* volatile nowhere = nullptr;
  *nowhere = 1;
}
// Through a pointer, so that no compiler makes a loop of it.
int go_deeper(int depth) {
  static int (*volatile again)(int) = go_deeper;
  char volatile room[4096];
  room[0] = static_cast<char>(depth);
  return depth == 0 ? 0 : again(depth + 1) + room[0];
}
void loop_for_ever() {
  for (int volatile rounds = 0; rounds >= 0;) rounds = 1;
}
void eat_memory() {
  constexpr std::size_t kPiece = std::size_t{1} << 24;
  for (std::vector<char*> pieces;;) {
    pieces.push_back(static_cast<char*>(std::malloc(kPiece)));
    for (std::size_t i = 0; i < kPiece; i += 4096) pieces.back()[i] = 1;
    ::usleep(4'000);
  }
}
void be_killed() {
  // As somebody else would, who does not ask.
  const pid_t worker = ::getpid();
  const pid_t killer = ::fork();
  if (killer == 0) {
    ::kill(worker, SIGKILL);
    ::_exit(0);
  }
  for (;;) ::pause();
}

struct Death {
  const char* name;
  void (*die)();
  const char* message;
  const char* with_sanitizer = nullptr;  // where that says it otherwise
  std::chrono::milliseconds step_limit = 60s;  // more than anything takes on a busy machine

  friend void PrintTo(const Death& death, std::ostream* out) { *out << death.name; }
};
const Death kDeaths[] = {
    {"null_pointer", write_to_nowhere, "SIGSEGV in step ", "a sanitizer's report in step "},
    {"abort", [] { std::abort(); }, "SIGABRT in step "},
    {"exit", [] { std::exit(3); }, "exit code 3 in step "},
    {"exit_well", [] { ::_exit(0); }, "exit code 0 in step "},
    {"stack_overflow", [] { go_deeper(1); }, "SIGSEGV in step ", "a sanitizer's report in step "},
    {"infinite_loop", loop_for_ever, "a step did not end within 0.3 s in step ", nullptr, 300ms},
    {"memory", eat_memory, "used more than "},
    {"killed", be_killed, "SIGKILL in step "},
};

// Dies if the second goes on before the first has run; fails, another bug, if the third runs
// before the second.
Body dies_and_fails(void (*die)()) {
  return [die]() -> Coro<> {
    Shared<int> first{0};
    Shared<int> second{0};
    const auto sets = [&]() -> Coro<> {
      first.set(1);
      co_return;
    };
    const auto dies = [&]() -> Coro<> {
      second.set(1);
      co_await yield();
      if (first.get() == 0) {
        std::fputs("about to die\n", stderr);
        die();
      }
    };
    const auto fails = [&]() -> Coro<> {
      SIM_CHECK_EQ(second.get(), 1);
      co_return;
    };
    co_await gather(sets(), dies(), fails());
  };
}

Jobs small(std::uint32_t count, std::chrono::milliseconds step_limit = 60s) {
  return {.count = count, .step_limit = step_limit, .memory_limit = std::uint64_t{400} << 20};
}

ExploreOptions all_bugs(const char* strategy) {
  ExploreOptions options;
  options.strategy = Strategy::parse(strategy);
  options.max_executions = 40;
  options.max_failures = 0;
  options.scenario_name = "dies";
  options.replay_command = "./simrun replay dies";
  return options;
}

// While it lives, what is written to stderr goes nowhere.
class Quiet {
 public:
  Quiet() : before_(::dup(STDERR_FILENO)) {
    std::FILE* const nowhere = std::fopen("/dev/null", "w");
    ::dup2(::fileno(nowhere), STDERR_FILENO);
    std::fclose(nowhere);
  }
  ~Quiet() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

bool no_child_is_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

class Crashes : public testing::TestWithParam<Death> {
 protected:
  Quiet quiet_;
};

TEST_P(Crashes, AreFoundWithATokenAndTheExplorationGoesOn) {
  const Body body = dies_and_fails(GetParam().die);
  const ExploreOptions options = all_bugs("random");
  const Report report = explore_jobs(body, options, small(2, GetParam().step_limit));
  EXPECT_EQ(report.executions, 40u);
  ASSERT_EQ(report.failures.size(), 2u) << report.to_json();
  const auto crash = std::ranges::find(report.failures, FindingKind::crash, &Failure::kind);
  ASSERT_NE(crash, report.failures.end());
  const bool otherwise = kWithSanitizer && GetParam().with_sanitizer != nullptr;
  EXPECT_THAT(crash->message,
              StartsWith(otherwise ? GetParam().with_sanitizer : GetParam().message));
  EXPECT_THAT(crash->message, HasSubstr("crashes_test.cc:"));
  if (!otherwise) {
    EXPECT_THAT(crash->message, HasSubstr("its last words:\n  about to die"));
  }
  EXPECT_THAT(crash->message, HasSubstr(", of lambda-2"));
  EXPECT_LE(crash->deviations.size(), 3u);
  EXPECT_TRUE(crash->minimality.certain);
  EXPECT_GT(crash->minimality.certified, 1u);
  EXPECT_THAT(crash->explanation(),
              AllOf(StartsWith("crash: "), HasSubstr("ran before"),
                    HasSubstr("replay: ./simrun replay dies " + crash->token)));
  EXPECT_EQ(std::ranges::count(report.failures, FindingKind::assertion, &Failure::kind), 1);

  const Report again =
      replay_in_worker(body, crash->token, options, small(1, GetParam().step_limit));
  ASSERT_EQ(again.failures.size(), 1u);
  EXPECT_EQ(again.failures[0].token, crash->token);
  EXPECT_EQ(again.failures[0].message, crash->message);
  EXPECT_TRUE(no_child_is_left());
}
INSTANTIATE_TEST_SUITE_P(Deaths, Crashes, testing::ValuesIn(kDeaths),
                         [](const auto& death) { return std::string(death.param.name); });

TEST(CrashesOfJobs, AreTheSameWhateverTheirNumber) {
  const Quiet quiet;
  for (const char* strategy : {"portfolio", "random"}) {
    // One in a few hundred executions dies, most of them behind the head.
    const Body body = []() -> Coro<> {
      Shared<int> x{0};
      co_await gather(play(x, 0, 3), play(x, 1, 3));
      if (x.get() == 6) std::abort();
      SIM_CHECK_NE(x.get(), 4);
    };
    ExploreOptions options = all_bugs(strategy);
    options.max_executions = 4'000;
    const Report by_one = explore_jobs(body, options, small(1));
    EXPECT_EQ(by_one.failures.size(), 2u) << by_one.to_json();
    EXPECT_EQ(by_one.executions, 4'000u);
    for (const std::uint32_t count : {2, 3}) {
      EXPECT_EQ(explore_jobs(body, options, small(count)).to_json(), by_one.to_json()) << count;
    }
  }
}

// What is left when no deviation can be taken away need not be the fewest.
TEST(CrashesOfJobs, AreToldByTheFewestDeviations) {
  const Quiet quiet;
  const Body body = []() -> Coro<> {
    const int three = choose(2) + choose(2) + choose(2);
    if (three == 3 || choose(1000) == 7) std::abort();
    co_return;
  };
  const Report report = explore_jobs(body, all_bugs("random"), small(2));
  ASSERT_EQ(report.failures.size(), 1u);
  ASSERT_EQ(report.failures[0].deviations.size(), 1u);
  EXPECT_EQ(report.failures[0].deviations[0].index, 7u);
  EXPECT_EQ(report.failures[0].minimality.certified, 1u) << "asyncio's order";
  EXPECT_TRUE(report.failures[0].minimality.certain);
}

// Where one with fewer ends its process in another way, it is not known whether they are fewest.
TEST(CrashesOfJobs, AreNotTakenForOneAnother) {
  const Quiet quiet;
  const Body body = []() -> Coro<> {
    const bool one = choose(2) == 1;
    const bool other = choose(2) == 1;
    if (one && other) std::abort();
    if (other) std::exit(3);
    co_return;
  };
  const Report report = explore_jobs(body, all_bugs("random"), small(2));
  ASSERT_EQ(report.failures.size(), 2u);
  int aborted = 0;
  for (const Failure& failure : report.failures) {
    const bool aborts = failure.message.find("SIGABRT") != std::string::npos;
    aborted += aborts;
    EXPECT_EQ(failure.deviations.size(), aborts ? 2u : 1u);
    EXPECT_EQ(failure.minimality.certified, 1u);
    EXPECT_EQ(failure.minimality.certain, !aborts);
  }
  EXPECT_EQ(aborted, 1);
}

TEST(CrashesOfJobs, OfAsynciosOwnOrderAreFindingsToo) {
  const Quiet quiet;
  const Body body = []() -> Coro<> {
    co_await yield();
    std::abort();
  };
  for (const std::size_t max_failures : {0, 1}) {
    ExploreOptions options = all_bugs("portfolio");
    options.max_failures = max_failures;
    const Report report = explore_jobs(body, options, small(2));
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_THAT(report.failures[0].message, StartsWith("SIGABRT in step 2"));
    EXPECT_TRUE(report.failures[0].deviations.empty());
    EXPECT_TRUE(report.failures[0].also_under_fifo);
    const Narration& told = report.failures[0].narration;
    EXPECT_TRUE(told.failed) << "reports mark the step";
    EXPECT_EQ(told.failure_step, 2u);
    EXPECT_EQ(told.run_steps, 2u);
    EXPECT_EQ(told.failure().kind, FindingKind::crash);
    EXPECT_EQ(replay_in_worker(body, report.failures[0].token, options).failures.size(), 1u);
  }
  EXPECT_TRUE(no_child_is_left());
}

TEST(CrashesOfJobs, EndTheExplorationWhereThereAreMany) {
  const Quiet quiet;
  for (const int one_in : {20, 300}) {  // in the head, and where rounds overlap
    const Body body = [one_in]() -> Coro<> {
      co_await yield();
      const int chosen = choose(one_in);
      if (chosen == 0) std::abort();
      SIM_CHECK_NE(chosen, one_in - 1);
    };
    std::vector<std::string> reports;
    for (const std::uint32_t count : {1, 2, 3}) {
      ExploreOptions options = all_bugs("random");
      options.max_executions = 20'000;
      const Report report = explore_jobs(body, options, small(count));
      EXPECT_EQ(report.failures.size(), 2u);
      EXPECT_GT(report.executions, 10u * static_cast<std::uint64_t>(one_in));
      EXPECT_LT(report.executions, 20'000u);
      ASSERT_EQ(report.warnings.size(), 1u);
      EXPECT_THAT(report.warnings[0].message, HasSubstr("16 executions had ended their process"));
      reports.push_back(report.to_json());
    }
    EXPECT_THAT(reports, testing::Each(reports[0]));
  }
}

// What dies in the next round, which does not count, has not ended the exploration.
TEST(CrashesOfJobs, EndNothingThatFailuresHaveEnded) {
  const Quiet quiet;
  const Body body = []() -> Coro<> {
    co_await yield();
    if (choose(600) == 0) std::abort();
    SIM_CHECK_NE(choose(9000), 0);
  };
  ExploreOptions options = all_bugs("random");
  options.max_executions = 40'000;
  options.max_failures = 2;
  options.shrink = false;
  for (const std::uint64_t seed : {42, 78, 83, 109}) {
    options.seed = seed;
    const std::string by_one = explore_jobs(body, options, small(1)).to_json();
    for (const std::uint32_t count : {2, 3, 5}) {
      EXPECT_EQ(explore_jobs(body, options, small(count)).to_json(), by_one) << seed;
    }
  }
}

TEST(CrashesOfJobs, EndDfsAndDporAsStrategies) {
  const Quiet quiet;
  for (const char* strategy : {"dfs", "dpor"}) {
    const Report report =
        explore_jobs(dies_and_fails([] { std::abort(); }), all_bugs(strategy), small(2));
    EXPECT_EQ(std::ranges::count(report.failures, FindingKind::crash, &Failure::kind), 1);
    EXPECT_FALSE(report.exhausted);
    EXPECT_THAT(report.warnings.at(0).message, HasSubstr("depth-first search and dpor ended"));
  }
}

// The failure shows alone; as it is shrunk, the process dies.
TEST(CrashesOfJobs, WhereAFailureIsShrunkAreFindingsBesideIt) {
  const Quiet quiet;
  const Body body = []() -> Coro<> {
    const int dies = choose(1000);
    const int fails = choose(1000);
    if (dies == 0 && fails == 0) co_return;
    if (dies < 500 && fails >= 500) std::abort();
    SIM_CHECK(fails < 500);
  };
  ExploreOptions options = all_bugs("random");
  options.max_failures = 1;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    options.seed = seed;
    const Report report = explore_jobs(body, options, small(1));
    if (report.failures.at(0).kind != FindingKind::assertion) continue;
    ASSERT_EQ(report.failures.size(), 2u);
    EXPECT_EQ(report.failures[0].deviations.size(), 2u);
    EXPECT_EQ(report.failures[1].kind, FindingKind::crash);
    return;
  }
  FAIL() << "no seed shows the failure first";
}

TEST(CrashesOfJobs, SayThatTheyDidNotComeAgain) {
  const Quiet quiet;
  void* const memory =
      ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const runs = static_cast<int*>(memory);
  for (const bool by_signal : {true, false}) {
    const Body body = [=]() -> Coro<> {
      co_await yield();
      if (++*runs != 30) co_return;
      if (by_signal) ::raise(SIGKILL);
      ::_exit(0);
    };
    *runs = 0;
    ExploreOptions options = all_bugs("random");
    options.check_determinism = false;
    const Report report = explore_jobs(body, options, small(2));
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_THAT(report.failures[0].message, AllOf(StartsWith(by_signal ? "SIGKILL" : "exit code 0"),
                                                  HasSubstr("it did not come again")));
    EXPECT_EQ(report.executions, 40u);
  }
  ::munmap(memory, sizeof(int));
}

// A step that ends in time is none, however many there are.
TEST(CrashesOfJobs, AreNotSeenInStepsThatEnd) {
  const Body body = []() -> Coro<> {
    for (int i = 0; i < 8; ++i) {
      const Stopwatch watch;
      while (watch.elapsed() < 300ms) ::usleep(10'000);
      co_await yield();
    }
  };
  ExploreOptions options = all_bugs("fifo");
  options.check_determinism = false;
  EXPECT_TRUE(explore_jobs(body, options, small(1, 1s)).ok());
}

// Writes over what the process shares with others, as far as it may: the beginning of each mapping
// that is not too large.
void write_over_shared_memory(int byte, std::size_t most, std::size_t largest = SIZE_MAX) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char access[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, access) != 3) continue;
    if (std::string(access) != "rw-s" || end - begin > largest) continue;
    std::memset(reinterpret_cast<void*>(begin), byte, std::min<std::size_t>(end - begin, most));
  }
}

TEST(CrashesOfJobs, AreFoundWhereWhatTheyAreAtIsOverwritten) {
  const Quiet quiet;
  for (const int byte : {0, 0x41, 0xff}) {
    for (const std::size_t most : {300, 1 << 22}) {
      for (const int one_in : {20, 2000}) {  // in the head, and behind it
        const Body body = [=]() -> Coro<> {
          co_await yield();
          if (choose(one_in) != 1) co_return;
          write_over_shared_memory(byte, most);
          std::abort();
        };
        ExploreOptions options = all_bugs("random");
        options.max_executions = 20'000;
        for (const std::uint32_t count : {1, 3}) {
          const Report report = explore_jobs(body, options, small(count));
          ASSERT_EQ(report.failures.size(), 1u) << byte << ' ' << most << ' ' << one_in;
          EXPECT_THAT(report.failures[0].message,
                      AllOf(StartsWith("SIGABRT"), HasSubstr("was overwritten")))
              << byte << ' ' << most << ' ' << one_in << ' ' << count;
        }
      }
    }
  }
  EXPECT_TRUE(no_child_is_left());
}

TEST(CrashesOfJobs, AreFoundWhereAProcessLivesOnThatHasOverwrittenWhatItIsAt) {
  const Quiet quiet;
  for (const std::size_t most : {100, 1 << 22}) {
    const Body body = [most]() -> Coro<> {
      co_await yield();
      if (choose(2000) == 1) write_over_shared_memory(0x41, most);
    };
    ExploreOptions options = all_bugs("random");
    options.max_executions = 20'000;
    const Report report = explore_jobs(body, options, small(2));
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_THAT(report.failures[0].message, HasSubstr("was overwritten"));
  }
}

// One page tells all workers when to stop.
TEST(CrashesOfJobs, CannotOverwriteWhatIsCommon) {
  const Body body = []() -> Coro<> {
    co_await yield();
    if (choose(100) == 1) write_over_shared_memory(0xff, 4096, 4096);
  };
  ExploreOptions options = all_bugs("random");
  options.max_executions = 2'000;
  EXPECT_EQ(explore_jobs(body, options, small(1)).executions, 2'000u);
}

TEST(CrashesOfJobs, WithASanitizerTellWhatItSays) {
  if (!kWithSanitizer) GTEST_SKIP() << "not built with AddressSanitizer";
  const Quiet quiet;
  const Body body = dies_and_fails([] {
    int* volatile freed = new int(1);
    delete freed;
    *freed = 2;
  });
  const Report report = explore_jobs(body, all_bugs("random"), small(2));
  ASSERT_EQ(report.failures.size(), 2u);
  const auto crash = std::ranges::find(report.failures, FindingKind::crash, &Failure::kind);
  ASSERT_NE(crash, report.failures.end());
  EXPECT_THAT(crash->message, AllOf(StartsWith("a sanitizer's report in step "),
                                    HasSubstr("heap-use-after-free"), Not(HasSubstr("Shadow"))));
}

}  // namespace
}  // namespace sim::test
