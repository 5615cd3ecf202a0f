// explore(): runs a test under many schedules and says what it found.
//
//   sim::Report report = sim::explore(lost_update);
//   if (!report.ok()) std::puts(report.failures[0].explanation().c_str());
//   sim::Report again = sim::replay(lost_update, report.failures[0].token);
//
// The body is called anew for each execution and makes all that it uses; what it keeps outside must
// not change from one execution to the next. Everything depends on the options alone, so the same
// call gives the same report, but for a time budget.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/explore/execution.h"
#include "sim/explore/report.h"
#include "sim/explore/rounds.h"
#include "sim/explore/strategy.h"
#include "sim/explore/token.h"

namespace sim {

// Where an exploration is.
struct Progress {
  std::uint64_t executions;
  std::uint64_t distinct_traces;
  std::size_t failures;
};

struct ExploreOptions {
  // Which schedules, and in what order.
  Strategy strategy = Strategy::parse("portfolio");
  // Of the samplers, and of rng() in the test.
  std::uint64_t seed = 0;
  // The exploration ends after so many executions; those of shrinking do not count.
  std::uint64_t max_executions = 10'000;
  // The part of them that is this exploration's, where several share one: see rounds.h. Budgets are
  // those of the whole. The executions and steps that the shares report add up to those of the
  // whole, their distinct traces to as many or more; failures of the head are in every report.
  Share share = {};
  // Real time after which it ends, looked at between executions: there is one at least. None by
  // default: a report is then the same every time.
  std::optional<std::chrono::nanoseconds> time_budget = {};
  Order order = Order::any;
  Time time = Time::strict;
  // How many tasks may be cancelled in one execution, at any await.
  std::uint32_t cancellations = 0;
  // An execution of so many steps is a livelock.
  std::uint64_t max_steps = 100'000;
  // It ends when so many different failures have been found; 0: never because of that.
  std::size_t max_failures = 1;
  // Whether failures are shrunk to the fewest deviations.
  bool shrink = true;
  // Whether the first execution is run twice, and every failure too, to see that nothing differs.
  bool check_determinism = true;
  // Whether every execution is, all that is asked for besides; twice the time and more.
  bool check_every_execution = false;
  // Kinds of finding that are none.
  std::vector<FindingKind> ignore = {};
  Limits limits = {};
  // Whether steps that take much real time are warned of. Reports then depend on the machine.
  bool detect_blocking = false;
  // What becomes of calls that ask the world outside of the run, where simloop::guard is linked.
  OutsideWorld outside = {};
  // Called now and then, at most every 1,024 executions.
  std::function<void(const Progress&)> on_progress = {};
  // Called with the hash of each trace when it is seen for the first time, and in which execution.
  std::function<void(std::uint64_t trace, std::uint64_t execution)> on_new_trace = {};
  // Asked between executions: true ends the exploration where it is; Report::stopped says so.
  std::function<bool()> stop = {};
  // What tokens and reports call it, parameters included.
  std::string scenario_name = {};
  // The line that repeats a failure, with TOKEN where the token goes; behind it, if nowhere:
  // "./simrun replay bank", "SIM_REPLAY=TOKEN ./bank_test".
  std::string replay_command = {};
};

// What each execution of such an exploration is asked to do.
RunOptions run_options(const ExploreOptions& options);

// Throws std::invalid_argument for options that do not fit together.
Report explore(Body body, const ExploreOptions& options = {});

// Runs the one schedule of a token, with the options it was found with, and reports as explore()
// does. Throws std::invalid_argument for a token that is damaged or belongs to another test or
// other options, or that does not fit any more: then the text says at which decision.
Report replay(Body body, std::string_view token, const ExploreOptions& options = {});

// Shrinks the schedule of a token, or one that was recorded, and reports what it comes to.
Report shrink_token(Body body, std::string_view token, const ExploreOptions& options = {});
Report shrink_schedule(Body body, const std::vector<Deviation>& deviations,
                       const ExploreOptions& options = {});

// Runs one schedule, the choices of `source`, and reports as explore() does; a failure is shrunk if
// the options say so. For sources of one's own: bytes of a fuzzer, a generated value.
Report run_schedule(Body body, DecisionSource& source, const ExploreOptions& options = {});

// What the tokens of a test begin with. Runs it in asyncio's order.
TokenHead token_head(Body body, const ExploreOptions& options);

// Whether a token may be of the test that these options name. Tokens keep 12 bits of it, so one in
// 4,096 others is taken for it too. Throws std::invalid_argument for a damaged token.
bool token_belongs(std::string_view token, const ExploreOptions& options);
// Also runs the test in asyncio's order, to see whether it is still the program that the token was
// made from; another 12 bits.
bool token_belongs(Body body, std::string_view token, const ExploreOptions& options);

}  // namespace sim
