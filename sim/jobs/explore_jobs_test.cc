// explore_jobs() reports what explore() does, whatever the number of workers.
#include "sim/jobs/explore_jobs.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "sim/explore/test_programs.h"

namespace sim::test {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

// Two bugs: one that most schedules show, one that few do; and a warning.
Coro<> two_bugs() {
  Shared<int> x{0};
  Shared<int> y{0};
  Lock a;
  Lock b;
  const auto take = [](Lock& first, Lock& second) -> Coro<> {
    auto outer = co_await first.guard();
    auto inner = co_await second.guard();
  };
  const auto adds = [&]() -> Coro<> {
    co_await take(a, b);
    for (int i = 0; i < 3; ++i) co_await add_one(x);
  };
  const auto looks = [&]() -> Coro<> {
    co_await yield();
    for (int i = 0; i < 4; ++i) {
      co_await yield();
      if (x.get() == 3 && i == 2) y.set(1);
    }
    SIM_CHECK_EQ(y.get(), 0);
    co_await take(b, a);
  };
  co_await gather(adds(), looks(), adds());
  SIM_CHECK_NE(x.get(), 2);
}

// None of its schedules fails, and there are many.
Coro<> no_bug() {
  Counted counted;
  co_await gather(counted.take(3), counted.take(4), counted.take(3), counted.take(2));
}

// One schedule in a few thousand fails.
Coro<> rare() { return pingpong(4); }

// Has callbacks, where dpor gives up; and many schedules.
Coro<> has_callbacks() {
  Event called;
  Shared<int> x{0};
  int left = 3;
  const auto call = [&] {
    if (--left == 0) called.set();
  };
  for (int i = 0; i < 3; ++i) running_loop().call_soon(call);
  const auto waits = [&]() -> Coro<> {
    co_await called.wait();
    for (int i = 0; i < 3; ++i) co_await add_one(x);
  };
  co_await gather(waits(), waits(), add_one(x));
}

// One of two traces, for ever.
Coro<> few_traces() {
  Shared<int> x{0};
  const auto write = [&](int value) -> Coro<> {
    for (int i = 0; i < 12; ++i) co_await yield();
    x.set(value);
  };
  co_await gather(write(1), write(2), write(3));
}

struct Explored {
  const char* name;
  Body body;
  const char* strategy;
  std::uint64_t executions;
  std::size_t max_failures;
  std::uint32_t cancellations = 0;

  friend void PrintTo(const Explored& explored, std::ostream* out) { *out << explored.name; }
};
const Explored kExplored[] = {
    {"first_failure", two_bugs, "portfolio", 10'000, 1},
    {"all_failures", two_bugs, "portfolio", 2'000, 0},
    {"two_failures", two_bugs, "random", 2'000, 2},
    {"two_failures_of_dpor", two_bugs, "dpor", 2'000, 2},
    {"all_failures_of_dfs", two_bugs, "dfs", 1'500, 0},
    {"no_failure", no_bug, "portfolio", 3'000, 1},
    {"below_the_head", no_bug, "portfolio", 100, 1},
    {"the_head", no_bug, "portfolio", 512, 1},
    {"one_behind_the_head", no_bug, "portfolio", 513, 1},
    {"a_round", no_bug, "surw", 1'024, 1},
    {"into_a_round", no_bug, "pos", 1'500, 1},
    {"rare_failure", rare, "random", 20'000, 1},
    {"rare_failure_of_the_portfolio", rare, "portfolio", 20'000, 1},
    {"rare_failure_and_on", rare, "random", 30'000, 0},
    {"cancels", lost_updates, "portfolio", 1'200, 0, 1},
    {"cancels_pct", lost_updates, "pct:3", 1'200, 0, 2},
    {"without_dpor", has_callbacks, "portfolio", 3'000, 0},
    {"all_traces", few_traces, "portfolio", 2'000, 1},
    {"exhausted_by_dfs", lost_update, "dfs", 10'000, 0},
    {"exhausted_by_dpor", few_traces, "dpor", 50'000, 0},
    {"one_schedule", no_bug, "fifo", 10'000, 0},
    {"dpor_on_its_way", no_bug, "dpor", 1'500, 0},
    {"sweep", no_bug, "sweep", 10'000, 0},
};

ExploreOptions options_of(const Explored& explored) {
  ExploreOptions options;
  options.strategy = Strategy::parse(explored.strategy);
  options.max_executions = explored.executions;
  options.max_failures = explored.max_failures;
  options.cancellations = explored.cancellations;
  options.scenario_name = explored.name;
  options.replay_command = "./again TOKEN";
  return options;
}

class ExploreJobs : public testing::TestWithParam<Explored> {};

TEST_P(ExploreJobs, ReportWhatOneProcessReports) {
  for (const std::uint64_t seed : {0, 7}) {
    ExploreOptions options = options_of(GetParam());
    options.seed = seed;
    const std::string in_process = explore(GetParam().body, options).to_json();
    const std::vector<std::uint32_t> counts =
        seed == 0 ? std::vector<std::uint32_t>{1, 2, 3, 5} : std::vector<std::uint32_t>{3};
    for (const std::uint32_t count : counts) {
      const Report report = explore_jobs(GetParam().body, options, {.count = count});
      EXPECT_EQ(report.to_json(), in_process) << count << " jobs, seed " << seed;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Explorations, ExploreJobs, testing::ValuesIn(kExplored),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(ExploreJobsWhole, AreTriedOnWhatGoesBehindTheHead) {
  for (const Explored& each : kExplored) {
    if (std::string(each.name).find("fail") != std::string::npos) continue;
    const Report report = explore(each.body, options_of(each));
    EXPECT_TRUE(report.executions == each.executions || each.executions >= 10'000) << each.name;
  }
}

TEST(ExploreJobsWhole, TheParentRunsNothing) {
  void* const shared =
      ::mmap(nullptr, sizeof(pid_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* const ran_in_parent = static_cast<int*>(shared);
  const pid_t parent = ::getpid();
  const Body body = [=]() -> Coro<> {
    if (::getpid() == parent) ++*ran_in_parent;
    return two_bugs();
  };
  ExploreOptions options;
  options.max_executions = 700;
  options.max_failures = 0;
  EXPECT_FALSE(explore_jobs(body, options, {.count = 2}).ok());
  EXPECT_EQ(*ran_in_parent, 0);
  ::munmap(shared, sizeof(pid_t));
}

TEST(ExploreJobsWhole, NoProcessIsLeft) {
  explore_jobs(rare, {}, {.count = 3});
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ExploreJobsWhole, RefuseWhatExploreRefuses) {
  ExploreOptions options;
  options.strategy = Strategy::dpor();
  options.order = Order::fifo;
  EXPECT_THAT([&] { explore_jobs(rare, options, {}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("not for order fifo")));
  // Found out by running it.
  ExploreOptions strict;
  strict.strategy = Strategy::dpor();
  std::string why;
  try {
    explore(has_callbacks, strict);
  } catch (const std::invalid_argument& refused) {
    why = refused.what();
  }
  ASSERT_NE(why, "");
  EXPECT_THAT([&] { explore_jobs(has_callbacks, strict, {}); },
              ThrowsMessage<std::invalid_argument>(why));
}

TEST(ExploreJobsWhole, EndWhereTheyAreStopped) {
  ExploreOptions options;
  options.max_executions = UINT64_MAX;
  int asked = 0;
  options.stop = [&] { return ++asked > 10; };
  const Report report = explore_jobs(no_bug, options, {.count = 2});
  EXPECT_TRUE(report.stopped);
  EXPECT_GT(report.executions, 0u);
}

TEST(ExploreJobsWhole, EndBehindTheExecutionThatTheyAreAt) {
  const Body slow = []() -> Coro<> {
    ::usleep(1'000);
    return no_bug();
  };
  ExploreOptions options;
  int asked = 0;
  options.stop = [&] { return ++asked > 2; };  // twenty times a second
  const Report report = explore_jobs(slow, options, {.count = 2});
  EXPECT_TRUE(report.stopped);
  EXPECT_LT(report.executions, 512u) << "not at the end of the head";
}

TEST(ExploreJobsWhole, EndWhenTheirTimeIsUp) {
  ExploreOptions options;
  options.max_executions = UINT64_MAX;
  options.time_budget = std::chrono::milliseconds(300);
  const Report report = explore_jobs(no_bug, options, {.count = 2});
  EXPECT_FALSE(report.stopped);
  EXPECT_GT(report.executions, 0u);
}

// Zeroes at first; what one process writes all see.
template <class T>
class InAllProcesses {
 public:
  InAllProcesses()
      : memory_(::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                       0)) {}
  InAllProcesses(const InAllProcesses&) = delete;
  InAllProcesses& operator=(const InAllProcesses&) = delete;
  ~InAllProcesses() { ::munmap(memory_, sizeof(T)); }
  T* get() const { return memory_ == MAP_FAILED ? nullptr : static_cast<T*>(memory_); }

 private:
  void* memory_;
};

// One worker fails in the second round while the other is at the first.
TEST(ExploreJobsWhole, TellWhatTheNextRoundHadFoundWhenTheyAreStopped) {
  struct Seen {
    std::atomic<pid_t> slow;
    std::atomic<bool> failed;
  };
  const InAllProcesses<Seen> shared;
  Seen* const seen = shared.get();
  ASSERT_NE(seen, nullptr);
  int runs = 0;
  const Body body = [&runs, seen]() -> Coro<> {
    co_await yield();
    if (++runs <= 520) co_return;  // the head
    pid_t slow = 0;
    if (seen->slow.compare_exchange_strong(slow, ::getpid()) || slow == ::getpid()) {
      ::usleep(10'000);
    } else if (runs > 900) {
      seen->failed = true;
      SIM_CHECK(false);
    }
  };
  ExploreOptions options;
  options.strategy = Strategy::random();
  options.check_determinism = options.shrink = false;
  options.stop = [&] { return seen->failed.load(); };
  const Report report = explore_jobs(body, options, {.count = 2});
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.failures.size(), 1u);
}

// The first child of a process; 0 if it has none.
pid_t child_of(pid_t process) {
  const std::string number = std::to_string(process);
  std::ifstream children("/proc/" + number + "/task/" + number + "/children");
  pid_t child = 0;
  children >> child;
  return child;
}

// Whoever keeps the end of the head is made again, and what went with it.
TEST(ExploreJobsWhole, GoOnWhenTheZygoteIsKilled) {
  ExploreOptions options;
  options.strategy = Strategy::random();
  options.max_executions = 40'000;
  const std::string in_process = explore(no_bug, options).to_json();
  int asked = 0;
  options.stop = [&] {
    const pid_t zygote = child_of(::getpid());
    if (zygote != 0 && child_of(zygote) != 0 && ++asked == 2) ::kill(zygote, SIGKILL);
    return false;
  };
  EXPECT_EQ(explore_jobs(no_bug, options, {.count = 2}).to_json(), in_process);
  EXPECT_GE(asked, 2);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(ExploreJobsWhole, TellWhatTheyHaveWhereNoProcessLivesAnyMore) {
  ExploreOptions options;
  options.strategy = Strategy::random();
  options.max_executions = UINT64_MAX;
  int asked = 0;
  options.stop = [&] {
    const pid_t zygote = child_of(::getpid());
    if (zygote != 0 && (child_of(zygote) != 0 || asked > 0) && ++asked > 1) ::kill(zygote, SIGKILL);
    return false;
  };
  const Report report = explore_jobs(no_bug, options, {.count = 2});
  EXPECT_GE(report.executions, 512u);
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_THAT(report.warnings[0].message,
              HasSubstr("ended before its time: worker processes do not live"));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

// Each is in a worker and there is nobody to tell it.
TEST(ExploreJobsWhole, KeepEveryFailureWhereNoProcessLivesAnyMore) {
  struct Seen {
    std::atomic<std::uint32_t> failures;  // a bit each
    std::atomic<std::uint32_t> crashes;
  };
  const InAllProcesses<Seen> shared;
  Seen* const seen = shared.get();
  ASSERT_NE(seen, nullptr);
  int runs = 0;
  const Body body = [&runs, seen]() -> Coro<> {
    if (++runs <= 520) co_return;  // the head
    const auto pick = choose(3);
    seen->failures |= 1u << pick;
    SIM_CHECK(pick != 0);
    SIM_CHECK(pick != 1);
    if (seen->failures == 7) ++seen->crashes;
    std::abort();
  };
  ExploreOptions options;
  options.strategy = Strategy::random();
  options.check_determinism = options.shrink = false;
  options.max_failures = 0;
  options.stop = [&] {
    // The first was noted where there is a worker again.
    if (const pid_t zygote = child_of(::getpid()); zygote != 0 && seen->crashes > 1) {
      ::kill(zygote, SIGKILL);
    }
    return false;
  };
  const Report report = explore_jobs(body, options, {.count = 1});
  std::vector<std::string> messages;
  for (const Failure& failure : report.failures) messages.push_back(failure.message);
  EXPECT_THAT(messages, UnorderedElementsAre(HasSubstr("pick != 0"), HasSubstr("pick != 1"),
                                             HasSubstr("no process could be had to run")));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(ExploreJobsWhole, GoOnWhenAWorkerIsKilled) {
  ExploreOptions options;
  options.strategy = Strategy::random();
  options.max_executions = 40'000;
  options.max_failures = 0;
  int asked = 0;
  options.stop = [&] {
    const pid_t worker = child_of(child_of(::getpid()));
    if (worker != 0 && ++asked == 2) ::kill(worker, SIGKILL);
    return false;
  };
  const Report report = explore_jobs(no_bug, options, {.count = 1});
  EXPECT_EQ(report.executions, 40'000u);
  for (const Failure& failure : report.failures) {  // none where it was between two executions
    EXPECT_THAT(failure.message, HasSubstr("it did not come again"));
  }
  EXPECT_GE(asked, 2);
}

// A timer that makes its thread has one.
TEST(ExploreJobsWhole, AreRefusedWhereThereAreThreads) {
  const pid_t child = ::fork();
  if (child == 0) {
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval) {};
    timer_t timer;
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) ::_exit(2);
    try {
      explore_jobs(no_bug, {}, {.count = 2});
    } catch (const JobsUnavailable& why) {
      ::_exit(std::string(why.what()).find("there are 2 threads") != std::string::npos ? 0 : 3);
    }
    ::_exit(4);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ExploreJobsWhole, ReplayInAWorker) {
  ExploreOptions options;
  options.scenario_name = "rare";
  const Report found = explore(rare, options);
  ASSERT_EQ(found.failures.size(), 1u);
  const std::string& token = found.failures[0].token;
  EXPECT_EQ(replay_in_worker(rare, token, options).to_json(),
            replay(rare, token, options).to_json());
  EXPECT_EQ(shrink_in_worker(rare, token, options).to_json(),
            shrink_token(rare, token, options).to_json());
  options.scenario_name = "another";
  EXPECT_THAT([&] { replay_in_worker(rare, token, options); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("belongs to another test")));
}

}  // namespace
}  // namespace sim::test
