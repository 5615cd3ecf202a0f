// A process that dies in the middle of an exploration has said which schedule it was running.
#include "sim/explore/crash_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using sim::Coro;
using sim::ExploreOptions;
using testing::HasSubstr;
using testing::Not;

struct Ended {
  int status;
  std::string text;  // what it said on stderr
};

// What becomes of a child process that does this.
Ended in_a_child(const std::function<void()>& what) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::dup2(ends[1], STDERR_FILENO);
    what();
    ::_exit(0);
  }
  ::close(ends[1]);
  Ended ended{};
  char some[512];
  for (ssize_t read; (read = ::read(ends[0], some, sizeof some)) > 0;) {
    ended.text.append(some, static_cast<std::size_t>(read));
  }
  ::close(ends[0]);
  ::waitpid(child, &ended.status, 0);
  return ended;
}

ExploreOptions options() {
  ExploreOptions options;
  options.strategy = sim::Strategy::parse("random");
  options.scenario_name = "crashes";
  options.replay_command = "./again TOKEN --with=this";
  return options;
}

// The token in "replay: ./again TOKEN --with=this".
std::string token_in(const std::string& text) {
  static constexpr std::string_view kBefore = "replay: ./again ";
  const std::size_t at = text.find(kBefore);
  if (at == std::string::npos) return {};
  const std::string rest = text.substr(at + kBefore.size());
  return rest.substr(0, rest.find(' '));
}

// Dies if the second task runs before the first.
template <class Die>
sim::Body dies_out_of_order(Die die) {
  return [die]() -> Coro<> {
    bool first_ran = false;
    const auto first = [&]() -> Coro<> {
      first_ran = true;
      co_return;
    };
    const auto second = [&]() -> Coro<> {
      if (!first_ran) die();
      co_return;
    };
    co_await sim::gather(first(), second());
  };
}

void read_address_zero() {
  int* volatile nowhere = nullptr;
  *nowhere = 1;
}
// Through a pointer, so that no compiler makes a loop of it.
int overflow_the_stack(int depth) {
  static int (*volatile again)(int) = overflow_the_stack;
  char volatile room[4096];
  room[0] = static_cast<char>(depth);
  return depth == 0 ? 0 : again(depth + 1) + room[0];
}
// Through a pointer, so that no compiler warns of it.
void throw_where_none_may() noexcept {
  static void (*volatile throws)() = [] { throw 1; };
  throws();
}

struct Death {
  const char* name;
  void (*die)();
  const char* said;
};
const Death kDeaths[] = {
    {"abort", [] { std::abort(); }, "simloop: SIGABRT in crashes"},
    {"segmentation_fault", read_address_zero, "simloop: "},
    {"stack_overflow", [] { overflow_the_stack(1); }, "simloop: "},
    {"terminate", [] { throw_where_none_may(); }, "simloop: SIGABRT in crashes"},
    {"raised", [] { std::raise(SIGFPE); }, "simloop: SIGFPE in crashes"},
};

class CrashReport : public testing::TestWithParam<Death> {};

TEST_P(CrashReport, NamesTheScheduleWhichCrashesAgain) {
  const sim::Body body = dies_out_of_order(GetParam().die);
  const Ended found = in_a_child([&] { sim::explore(body, options()); });
  EXPECT_NE(found.status, 0);
  EXPECT_THAT(found.text, HasSubstr(GetParam().said));
  EXPECT_THAT(found.text, HasSubstr(" --with=this\n"));
  const std::string token = token_in(found.text);
  ASSERT_NE(token, "") << found.text;
  EXPECT_EQ(sim::Token::parse(token).deviations.size(), 1u);
  EXPECT_TRUE(sim::token_belongs(token, options()));
  const Ended again = in_a_child([&] { sim::replay(body, token, options()); });
  EXPECT_EQ(again.status, found.status);
  EXPECT_EQ(token_in(again.text), token);
}
INSTANTIATE_TEST_SUITE_P(Deaths, CrashReport, testing::ValuesIn(kDeaths),
                         [](const auto& death) { return std::string(death.param.name); });

TEST(CrashReportOnce, IsSilentWhereNothingCrashes) {
  const Ended ended = in_a_child([] { sim::explore(dies_out_of_order([] {}), options()); });
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.text, "");
}
TEST(CrashReportOnce, GivesTheHandlersBack) {
  const Ended ended = in_a_child([] {
    std::signal(SIGFPE, [](int) { ::_exit(7); });
    sim::explore(dies_out_of_order([] {}), options());
    std::raise(SIGFPE);
  });
  EXPECT_EQ(WEXITSTATUS(ended.status), 7);
  EXPECT_THAT(ended.text, Not(HasSubstr("simloop")));
}
TEST(CrashReportOnce, HandsTheSignalOnToTheHandlerBefore) {
  const Ended ended = in_a_child([] {
    std::signal(SIGFPE, [](int) { ::_exit(7); });
    sim::explore(dies_out_of_order([] { std::raise(SIGFPE); }), options());
  });
  EXPECT_EQ(WEXITSTATUS(ended.status), 7);
  EXPECT_THAT(ended.text, HasSubstr("simloop: SIGFPE in crashes\nreplay: ./again "));
}

}  // namespace
