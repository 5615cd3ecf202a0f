#include "sim/explore/explore.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "sim/explore/course.h"
#include "sim/explore/crash_report.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/stopwatch.h"
#include "sim/explore/tally.h"
#include "sim/explore/teller.h"
#include "sim/explore/token.h"

namespace sim {

namespace {

constexpr std::uint64_t kProgressEvery = 1024;

class Exploration {
 public:
  Exploration(Body body, const ExploreOptions& options)
      : body_(std::move(body)),
        options_(options),
        crash_report_(options.scenario_name, replay_line(options, "TOKEN"),
                      {token_context(options), 0, options.seed}),
        execution_(body_, run_options(options), options.ignore),
        teller_(body_, options, &crash_report_) {}

  Report explore() {
    Course course(options_, {});
    Tally tally(options_);
    const Stopwatch watch;
    if (options_.check_determinism) {
      if (auto differs = teller_.check_determinism()) tally.fail(*std::move(differs));
    }
    for (std::uint64_t end = kHead; !tally.has_enough_failures();) {
      if (course.at() >= options_.max_executions) break;
      const bool late = options_.time_budget && watch.elapsed() >= *options_.time_budget;
      if (late && tally.seen() > 0) break;
      if (options_.stop && options_.stop()) {
        tally.stopped();
        break;
      }
      DecisionSource* source = course.next(std::min(end, options_.max_executions));
      if (source != nullptr) {
        if (!make(course, *source, tally)) break;
      } else if (course.is_over()) {
        break;
      }
      if (course.at() == end) {
        end == kHead ? course.begin_rounds() : course.learn(lesson(tally, course));
        end = end_of_round(end);
      }
    }
    return tally.finish(course.search().alone_progress());
  }

  Report run_schedule(DecisionSource& source) {
    Trace trace;
    return report_of(run_once(source, trace), trace, "one schedule", true);
  }

  TokenHead token_head() { return {token_context(options_), teller_.shape(), options_.seed}; }

  bool has_shape(const Token& token) { return token.shape == teller_.shape(); }

  // The token is of this test; a crash gives it again.
  void accept(const Token& token) {
    if (token.context != token_context(options_)) {
      throw std::invalid_argument(
          "the token belongs to another test, other parameters or other options");
    }
    crash_report_.set_shape(token.shape);
  }

  // One execution, and a failure shrunk where the options say so.
  Report run(const std::vector<Deviation>& deviations, const char* what) {
    ReplaySource source(deviations);
    Trace trace;
    const ExecutionResult& result = run_once(source, trace);
    if (const std::string misfit = source.misfit(); !misfit.empty()) {
      throw std::invalid_argument("the schedule does not fit this program any more: " + misfit);
    }
    return report_of(result, trace, what, false);
  }

 private:
  // Runs the next execution and counts it. False if that ends the exploration.
  bool make(Course& course, DecisionSource& source, Tally& tally) {
    const std::uint64_t number = course.at();
    try {
      Trace trace;
      const ExecutionResult& result = run_once(source, trace);
      const bool is_new = tally.add(made(number, result, course.search()));
      for (const Finding& finding : result.findings) {
        if (!fails(finding.kind, options_.outside)) tally.warn(execution_.in_words(finding));
      }
      course.ended(result, is_new);
      if (auto differs = check(trace, result, number + 1)) {
        tally.fail(*std::move(differs));
        return false;
      }
      if (result.failed && failures_.add(result.failure())) {
        tally.fail(teller_.tell(found(result, number + 1)));
      }
    } catch (const NotRepeated& difference) {
      tally.fail(not_deterministic(options_, teller_.shape(), not_repeated(difference.what()), {},
                                   number));
      return false;
    } catch (const NotSuited& why) {
      if (!course.gave_up()) throw std::invalid_argument(why.what());
    }
    const Progress progress = tally.progress();
    if (options_.on_progress && progress.executions % kProgressEvery == 0) {
      options_.on_progress(progress);
    }
    return true;
  }

  // The trace is written where the execution is to be made once more.
  const ExecutionResult& run_once(DecisionSource& source, Trace& trace) {
    return options_.check_every_execution ? execution_.run_traced(source, trace)
                                          : execution_.run(source);
  }

  // What the decisions of an execution come to when they are made again, where that is asked for;
  // null if to the same.
  std::optional<Failure> check(const Trace& trace, const ExecutionResult& result,
                               std::uint64_t execution) {
    if (!options_.check_every_execution) return std::nullopt;
    return teller_.check_repeats(trace, result.tape.deviations(), execution);
  }

  static Lesson lesson(Tally& tally, const Course& course) {
    Lesson lesson = tally.take_lesson();
    lesson.alone = course.search().alone_progress();
    return lesson;
  }

  Found found(const ExecutionResult& result, std::uint64_t execution) const {
    return {execution_.in_words(result.failure()), result.tape.deviations(), execution};
  }

  Report report_of(const ExecutionResult& result, const Trace& trace, const char* what,
                   bool check_failure) {
    Report report;
    report.strategy = what;
    report.executions = 1;
    report.distinct_traces = 1;
    report.steps = result.stats.steps;
    KnownFindings warned;
    for (const Finding& finding : result.findings) {
      if (!fails(finding.kind, options_.outside) && warned.add(finding)) {
        report.warnings.push_back(execution_.in_words(finding));
      }
    }
    if (auto differs = check(trace, result, 1)) {
      report.failures.push_back(*std::move(differs));
      return report;
    }
    if (!result.failed) return report;
    const Found as_found = found(result, 1);
    report.failures.push_back(check_failure     ? teller_.tell(as_found)
                              : options_.shrink ? teller_.tell_shrunk(as_found)
                                                : teller_.tell_unshrunk(as_found));
    return report;
  }

  Body body_;
  const ExploreOptions& options_;
  CrashReport crash_report_;
  Execution execution_;  // of exploring; the teller has another, so that telling changes nothing
  Teller teller_;
  KnownFindings failures_;
};

}  // namespace

RunOptions run_options(const ExploreOptions& options) {
  RunOptions run;
  run.seed = options.seed;
  run.order = options.order;
  run.limits = options.limits;
  run.max_steps = options.max_steps;
  run.time = options.time;
  run.cancellations = options.cancellations;
  run.canonical = true;
  run.detect_blocking = options.detect_blocking;
  run.outside = options.outside;
  return run;
}

Report explore(Body body, const ExploreOptions& options) {
  return Exploration(std::move(body), options).explore();
}

namespace {

Report run_token(Body body, std::string_view text, ExploreOptions options, bool shrink) {
  const Token token = Token::parse(text);
  options.seed = token.seed;
  options.shrink = shrink;
  Exploration exploration(std::move(body), options);
  exploration.accept(token);
  return exploration.run(token.deviations, shrink ? "shrink" : "replay");
}

}  // namespace

Report replay(Body body, std::string_view token, const ExploreOptions& options) {
  return run_token(std::move(body), token, options, false);
}

Report shrink_token(Body body, std::string_view token, const ExploreOptions& options) {
  return run_token(std::move(body), token, options, true);
}

Report shrink_schedule(Body body, const std::vector<Deviation>& deviations,
                       const ExploreOptions& options) {
  return Exploration(std::move(body), options).run(deviations, "shrink");
}

Report run_schedule(Body body, DecisionSource& source, const ExploreOptions& options) {
  return Exploration(std::move(body), options).run_schedule(source);
}

TokenHead token_head(Body body, const ExploreOptions& options) {
  return Exploration(std::move(body), options).token_head();
}

bool token_belongs(std::string_view token, const ExploreOptions& options) {
  return Token::parse(token).context == token_context(options);
}

bool token_belongs(Body body, std::string_view token, const ExploreOptions& options) {
  const Token parsed = Token::parse(token);
  ExploreOptions with_seed = options;
  with_seed.seed = parsed.seed;
  return parsed.context == token_context(options) &&
         Exploration(std::move(body), with_seed).has_shape(parsed);
}

}  // namespace sim
