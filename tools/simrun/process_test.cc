// simrun as a process: its exit code, its streams, terminals and broken pipes.
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "gmock/gmock.h"
#include "tools/simrun/test_shell.h"

namespace {

using simrun::Ended;
using simrun::shell;
using testing::HasSubstr;
using testing::Not;

// Runs the same on a terminal of its own.
std::string on_terminal(const std::string& line) {
  const std::string whole = "simrun='" SIMLOOP_SIMRUN "'; " + line;
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", whole.c_str(), nullptr);
    _exit(127);
  }
  std::string out;
  std::array<char, 4096> buffer;
  for (ssize_t count; (count = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
    out.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(terminal);
  waitpid(child, nullptr, 0);
  return out;
}

TEST(Process, EndsWithTheExitCodeOfTheVerdict) {
  EXPECT_EQ(shell("\"$simrun\" --seed 42 web_scraper").code, 0);
  EXPECT_EQ(shell("\"$simrun\" --seed 42 forgotten_await").code, 1);
  EXPECT_EQ(shell("\"$simrun\" --seed 42 blocking_step").code, 0);  // a warning
  EXPECT_EQ(shell("\"$simrun\" --seed x web_scraper 2>&1").code, 2);
}

TEST(Process, PrintsTheSameBytesForTheSameSeed) {
  const std::string first = shell("\"$simrun\" --seed 42 web_scraper").out;
  EXPECT_THAT(first, HasSubstr("\nPASSED: "));
  EXPECT_EQ(shell("cd / && \"$simrun\" web_scraper --seed 42").out, first);
  EXPECT_NE(shell("\"$simrun\" --seed 43 web_scraper").out, first);
}

TEST(Process, RepeatsAFailureByItsRepeatLine) {
  const Ended failed = shell("\"$simrun\" --seed 42 unbounded_tasks --requests=150");
  constexpr std::string_view kBefore = "repeat: ";
  const std::size_t at = failed.out.find(kBefore);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(shell(failed.out.substr(at + kBefore.size())).out, failed.out);
}

TEST(Process, TellsWhatAnInterruptedExplorationHasFound) {
  const std::string endless = " explore web_scraper --executions 1000000000 --seed 3";
  const std::string run = "timeout --preserve-status -s INT 1 \"$simrun\"" + endless + " 2>&1";
  const Ended ended = shell(run);
  EXPECT_EQ(ended.code, 130);
  EXPECT_THAT(ended.out, HasSubstr("INTERRUPTED: no bug in "));
}

TEST(Process, IgnoresSignalsWhereItIsToldTo) {
  const std::string endless = "\"$simrun\" explore web_scraper --executions 1000000000 2>&1";
  const std::string interrupted = " & sleep 0.3; kill -INT $!; sleep 0.3; kill -KILL $!; wait $!";
  EXPECT_EQ(shell("trap '' INT; " + endless + interrupted + " 2>/dev/null").out, "");
}

TEST(Process, PutsErrorsOnStderrOnly) {
  EXPECT_EQ(shell("\"$simrun\" --json web_scrapper 2>/dev/null").out, "");
  EXPECT_EQ(shell("\"$simrun\" --json web_scrapper 2>&1 >/dev/null").out,
            "simrun: unknown scenario 'web_scrapper'; did you mean 'web_scraper'?\n");
}

TEST(Process, HasNoColoursInAPipe) {
  EXPECT_THAT(shell("TERM=xterm \"$simrun\" web_scraper").out, Not(HasSubstr("\033")));
}

TEST(Process, HasColoursOnATerminalUnlessNoColorIsSet) {
  EXPECT_THAT(on_terminal("TERM=xterm NO_COLOR= \"$simrun\" hello"),
              HasSubstr("\033[1;32mPASSED\033[0m"));
  EXPECT_THAT(on_terminal("TERM=xterm NO_COLOR=1 \"$simrun\" hello"), Not(HasSubstr("\033")));
  EXPECT_THAT(on_terminal("TERM=dumb NO_COLOR= \"$simrun\" hello"), Not(HasSubstr("\033")));
}

TEST(Process, SaysOnATerminalHowMuchOfAnEvaluationIsDone) {
  const std::string out =
      on_terminal("\"$simrun\" eval --programs stack --strategies fifo --trials 1 --jobs 1");
  const std::string line = "\r\033[K1 of 2 measured, the last was stack, to be shrunk";
  EXPECT_THAT(out, testing::StartsWith(line));
  EXPECT_THAT(out, HasSubstr("\r\033[KSchedules to the first bug"));  // and then it is gone
}

TEST(Process, TellsTheVerdictToABrokenPipe) {
  const std::string run = "{ \"$simrun\" web_scraper --urls=2000 2>&1; echo $? >\"$code\"; } | :";
  EXPECT_EQ(shell("code=$(mktemp); " + run + "; cat \"$code\"; rm \"$code\"").out, "0\n");
}

TEST(Process, SaysThatTheOutputCannotBeWritten) {
  const Ended ended = shell("\"$simrun\" hello 2>&1 >/dev/full");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "simrun: cannot write the output: No space left on device\n");
}

}  // namespace
