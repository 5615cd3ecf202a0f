#include "sim/explore/explore.h"

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "sim/explore/crash_report.h"
#include "sim/explore/dfs.h"
#include "sim/explore/explanation.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/same_faults.h"
#include "sim/explore/shrink.h"
#include "sim/explore/stopwatch.h"
#include "sim/explore/token.h"
#include "sim/explore/trace_counts.h"

namespace sim {

namespace {

constexpr std::uint64_t kProgressEvery = 1024;
constexpr char kSomethingOutside[] =
    "; something outside of the test's own state decides: a global, an address, a clock";

// Whether two executions of the same decisions were the same; null if so.
std::optional<std::string> first_difference(const Trace& a, const Trace& b) {
  if (a.hash() == b.hash()) return std::nullopt;
  const std::vector<TraceEvent> left = a.events();
  const std::vector<TraceEvent> right = b.events();
  const auto same = [](const TraceEvent& x, const TraceEvent& y) {
    return x.time == y.time && x.subject == y.subject && x.value == y.value && x.kind == y.kind;
  };
  const auto at = std::ranges::mismatch(left, right, same);
  const auto index = static_cast<std::uint64_t>(at.in1 - left.begin()) + a.forgotten();
  const auto describe = [](const auto& from, const auto& to) -> std::string {
    if (from == to) return "the end of the run";
    static constexpr const char* kKinds[] = {"a step of a task", "a callback", "a timer",
                                             "a decision",       "an access",  "a line printed"};
    return std::string(kKinds[static_cast<int>(from->kind)]) + " at " +
           format_seconds(from->time);
  };
  return "two runs of the same decisions differ at event " + std::to_string(index) + ": " +
         describe(at.in1, left.end()) + ", then " + describe(at.in2, right.end()) +
         kSomethingOutside;
}

// Hands on the choices of another source and makes a hash of what there was to choose from.
class Shape final : public DecisionSource {
 public:
  explicit Shape(DecisionSource& of) : of_(of) {}
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    hash_ = internal::mix(hash_, n << 4 | static_cast<std::uint32_t>(kind));
    return of_.pick(kind, n, context);
  }
  std::uint16_t value() const { return static_cast<std::uint16_t>(hash_ & Token::kHashMask); }

 private:
  DecisionSource& of_;
  std::uint64_t hash_ = 0;
};

// What a token belongs to.
std::uint16_t context(const ExploreOptions& options) {
  std::uint64_t hash = static_cast<std::uint64_t>(options.order) |
                       static_cast<std::uint64_t>(options.time) << 8 |
                       static_cast<std::uint64_t>(options.cancellations) << 16;
  for (const char c : options.scenario_name) {
    hash = internal::mix(hash, static_cast<std::uint8_t>(c));
  }
  return static_cast<std::uint16_t>(hash & Token::kHashMask);
}

class Exploration {
 public:
  Exploration(Body body, const ExploreOptions& options)
      : body_(std::move(body)),
        options_(options),
        execution_(body_, run_options(options), options.ignore),
        crash_report_(options.scenario_name, replay_line("TOKEN"),
                      {context(options), 0, options.seed}) {}

  Report explore() {
    check_strategy();
    // What one cancellation breaks the sweep finds sooner than dpor, so that has the executions.
    const bool reducible = why_not_reducible() == nullptr && options_.cancellations == 0;
    const std::unique_ptr<Search> search =
        make_search(options_.strategy, options_.seed, nullptr, reducible);
    report_.strategy = options_.strategy.name();
    report_.cancellations = options_.cancellations;
    const Stopwatch watch;
    if (options_.check_determinism) check_determinism({});
    while (!enough() && report_.executions < options_.max_executions) {
      const bool late = options_.time_budget && watch.elapsed() >= *options_.time_budget;
      if (late && report_.executions > 0) break;
      if (options_.stop && options_.stop()) {
        report_.stopped = true;
        break;
      }
      DecisionSource* source = search->next();
      if (source == nullptr) break;
      try {
        if (!run_and_count(*source, *search)) break;
      } catch (const NotRepeated& difference) {
        not_deterministic("two runs of the same decisions differ: " +
                          std::string(difference.what()) + kSomethingOutside,
                          {});
        break;
      } catch (const NotSuited& why) {
        if (!search->gave_up()) throw std::invalid_argument(why.what());
      }
    }
    report_.exhausted = search->exhausted();
    report_.all_traces = search->all_traces();
    report_.explored = search->explored();
    finish();
    return std::move(report_);
  }

  Report run_schedule(DecisionSource& source) {
    const ExecutionResult& result = execution_.run(source);
    report_.strategy = "one schedule";
    report_.executions = 1;
    report_.distinct_traces = 1;
    report_.steps = result.stats.steps;
    note_warnings(result);
    const std::vector<Deviation> made = result.tape.deviations();
    if (result.failed) found(result);
    if (options_.check_every_execution) check_determinism(made);
    return std::move(report_);
  }

  bool has_shape(const Token& token) { return token.shape == shape(); }
  TokenHead token_head() { return {context(options_), shape(), options_.seed}; }

  // The token is of this test; a crash gives it again.
  void accept(const Token& token) {
    if (token.context != context(options_)) {
      throw std::invalid_argument(
          "the token belongs to another test, other parameters or other options");
    }
    crash_report_.set_shape(token.shape);
  }

  // One execution, and a failure shrunk where the options say so.
  Report run(const std::vector<Deviation>& deviations, const char* what) {
    ReplaySource source(deviations);
    const ExecutionResult& result = execution_.run(source);
    if (const std::string misfit = source.misfit(); !misfit.empty()) {
      throw std::invalid_argument("the schedule does not fit this program any more: " + misfit);
    }
    report_.strategy = what;
    report_.executions = 1;
    report_.distinct_traces = 1;
    report_.steps = result.stats.steps;
    note_warnings(result);
    const std::vector<Deviation> made = result.tape.deviations();
    if (result.failed) {
      Failure failure;
      failure.finding = result.failure();
      failure.deviations = result.tape.deviations();
      failure.executions_to_find = 1;
      if (options_.shrink) shrink(failure);
      complete(failure);
    }
    if (options_.check_every_execution) check_determinism(made);
    return std::move(report_);
  }

 private:
  // What is asked for that dpor is not sound for; null if nothing is.
  const char* why_not_reducible() const {
    return options_.order != Order::any    ? "order fifo"
           : options_.time != Time::strict ? "timers that fire late"
                                           : nullptr;
  }
  void check_strategy() const {
    if (options_.strategy != Strategy::dpor()) return;
    const char* const given = why_not_reducible();
    if (given == nullptr) return;
    throw std::invalid_argument(
        std::string("dpor is sound for order any and strict time, not for ") +
        given + "; dfs visits every schedule of any test");
  }
  bool enough() const {
    return options_.max_failures != 0 && report_.failures.size() >= options_.max_failures;
  }

  // One execution of the search. False if the same decisions came to something else when they were
  // made again.
  bool run_and_count(DecisionSource& source, Search& search) {
    if (!options_.check_every_execution) {
      count(execution_.run(source), search);
      return true;
    }
    Trace first;
    const ExecutionResult& result = execution_.run_traced(source, first);
    const std::vector<Deviation> deviations = result.tape.deviations();
    count(result, search);
    return repeats(first, deviations);
  }

  void count(const ExecutionResult& result, Search& search) {
    ++report_.executions;
    report_.steps += result.stats.steps;
    const bool is_new = traces_.add(result.stats.canonical_hash);
    if (!is_new) ++report_.redundant;
    if (*search.sampler() != '\0') of_sampler(search.sampler()).add(result.stats.canonical_hash);
    note_warnings(result);
    search.ended(result, is_new);
    if (result.failed) found(result);
    if (options_.on_progress && report_.executions % kProgressEvery == 0) {
      options_.on_progress({report_.executions, traces_.distinct(), report_.failures.size()});
    }
  }

  TraceCounts& of_sampler(std::string_view name) {
    const auto found = of_samplers_.find(name);
    return found != of_samplers_.end() ? found->second : of_samplers_[std::string(name)];
  }

  void note_warnings(const ExecutionResult& result) {
    for (const Finding& finding : result.findings) {
      if (fails(finding.kind, options_.outside)) continue;
      const auto known = [&](const Finding& each) { return same_failure(each, finding); };
      if (std::ranges::any_of(report_.warnings, known)) continue;
      report_.warnings.push_back(execution_.in_words(finding));
    }
  }

  void found(const ExecutionResult& result) {
    Failure failure;
    failure.finding = result.failure();
    const auto known = [&](const Failure& each) {
      return same_failure(each.finding, failure.finding);
    };
    if (std::ranges::any_of(report_.failures, known)) return;
    failure.deviations = result.tape.deviations();
    failure.executions_to_find = report_.executions;
    if (options_.check_determinism && !check_determinism(failure.deviations)) return;
    if (options_.shrink) shrink(failure);
    complete(failure);
  }
  void shrink(Failure& failure) {
    ShrinkBudget budget;
    budget.stop = options_.stop;
    Shrunk shrunk = sim::shrink(execution_, failure.deviations, failure.finding, budget);
    failure.deviations = std::move(shrunk.deviations);
    failure.minimality = shrunk.minimality;
  }

  // The failure as it is told: by the run that it was shrunk to.
  void complete(Failure failure) {
    const Narration narration =
        narrate(body_, run_options(options_), failure.deviations, options_.ignore);
    failure.finding = narration.result.failed ? narration.result.failure()
                                              : execution_.in_words(failure.finding);
    failure.kind = failure.finding.kind;
    failure.message = failure.finding.message;
    failure.token = Token{token_head(), failure.deviations}.to_string();
    failure.also_under_fifo =
        options_.order == Order::fifo || fails_under_fifo(failure.finding, narration.deviations);
    failure.text = explain(failure, narration, replay_line(failure.token));
    report_.failures.push_back(std::move(failure));
  }

  // Looks for the same failure where the order of ready tasks is asyncio's and the rest is as it
  // was, or else free.
  bool fails_under_fifo(const Finding& finding, const std::vector<NarratedDeviation>& deviations) {
    constexpr int kTries = 200;
    RunOptions run = run_options(options_);
    run.order = Order::fifo;
    Execution execution(body_, run, options_.ignore);
    const auto fails = [&](DecisionSource& source) {
      const ExecutionResult& result = execution.run(source);
      return result.failed && same_failure(result.failure(), finding);
    };
    SameFaults same(deviations);
    if (fails(same)) return true;
    Dfs dfs;
    for (int i = 0; i < kTries; ++i) {
      DecisionSource* source = dfs.next();
      if (source == nullptr) return false;
      if (fails(*source)) return true;
    }
    return false;
  }

  // Runs the same decisions twice. False if they came to something else: a finding of its own.
  bool check_determinism(const std::vector<Deviation>& deviations) {
    Trace first;
    ReplaySource source(deviations);
    Shape shown(source);
    execution_.run_traced(shown, first);
    if (deviations.empty()) note_shape(shown);
    return repeats(first, deviations);
  }

  // Whether `deviations` come to this trace again.
  bool repeats(const Trace& first, const std::vector<Deviation>& deviations) {
    Trace second;
    ReplaySource source(deviations);
    execution_.run_traced(source, second);
    const std::optional<std::string> difference = first_difference(first, second);
    if (!difference) return true;
    not_deterministic(*difference, deviations);
    return false;
  }

  void not_deterministic(const std::string& difference,
                         const std::vector<Deviation>& deviations) {
    Failure failure;
    failure.finding = {FindingKind::not_deterministic, difference, {}, {}};
    failure.kind = failure.finding.kind;
    failure.message = failure.finding.message;
    failure.deviations = deviations;
    failure.executions_to_find = report_.executions;
    failure.token = Token{token_head(), deviations}.to_string();
    failure.text = std::string(to_string(failure.kind)) + ": " + failure.message + "\n";
    report_.failures.push_back(std::move(failure));
  }

  void finish() {
    report_.distinct_traces = traces_.distinct();
    report_.distinct_is_exact = traces_.is_exact();
    for (const auto& [name, counts] : of_samplers_) {
      if (counts.executions() <= report_.estimate.executions) continue;
      report_.estimate = estimate_coverage(name.c_str(), counts);
    }
  }

  // Of the default run.
  std::uint16_t shape() {
    if (!shape_) {
      ReplaySource fifo;
      Shape shape(fifo);
      execution_.run(shape);
      note_shape(shape);
    }
    return *shape_;
  }
  void note_shape(const Shape& shape) {
    shape_ = shape.value();
    crash_report_.set_shape(*shape_);
  }
  std::string replay_line(const std::string& token) const {
    static constexpr std::string_view kPlace = "TOKEN";
    std::string line = options_.replay_command;
    if (const std::size_t at = line.find(kPlace); at != std::string::npos) {
      return line.replace(at, kPlace.size(), token);
    }
    return line.empty() ? token : line + " " + token;
  }

  Body body_;
  const ExploreOptions& options_;
  Execution execution_;
  CrashReport crash_report_;
  std::optional<std::uint16_t> shape_;
  TraceCounts traces_;
  std::map<std::string, TraceCounts, std::less<>> of_samplers_;
  Report report_;
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
  return Token::parse(token).context == context(options);
}

bool token_belongs(Body body, std::string_view token, const ExploreOptions& options) {
  const Token parsed = Token::parse(token);
  ExploreOptions with_seed = options;
  with_seed.seed = parsed.seed;
  return parsed.context == context(options) &&
         Exploration(std::move(body), with_seed).has_shape(parsed);
}

}  // namespace sim
