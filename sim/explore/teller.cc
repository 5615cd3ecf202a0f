#include "sim/explore/teller.h"

#include <algorithm>
#include <utility>

#include "sim/explore/dfs.h"
#include "sim/explore/explanation.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/same_faults.h"
#include "sim/explore/shrink.h"

namespace sim {

namespace {

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
    return std::string(kKinds[static_cast<int>(from->kind)]) + " at " + format_seconds(from->time);
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

}  // namespace

std::uint16_t token_context(const ExploreOptions& options) {
  std::uint64_t hash = static_cast<std::uint64_t>(options.order) |
                       static_cast<std::uint64_t>(options.time) << 8 |
                       static_cast<std::uint64_t>(options.cancellations) << 16;
  for (const char c : options.scenario_name) {
    hash = internal::mix(hash, static_cast<std::uint8_t>(c));
  }
  return static_cast<std::uint16_t>(hash & Token::kHashMask);
}

std::string replay_line(const ExploreOptions& options, const std::string& token) {
  static constexpr std::string_view kPlace = "TOKEN";
  std::string line = options.replay_command;
  if (const std::size_t at = line.find(kPlace); at != std::string::npos) {
    return line.replace(at, kPlace.size(), token);
  }
  return line.empty() ? token : line + " " + token;
}

Failure not_deterministic(const ExploreOptions& options, std::uint16_t shape,
                          const std::string& difference, std::vector<Deviation> deviations,
                          std::uint64_t execution) {
  Failure failure;
  failure.finding = {FindingKind::not_deterministic, difference, {}, {}};
  failure.kind = failure.finding.kind;
  failure.message = failure.finding.message;
  failure.deviations = std::move(deviations);
  failure.executions_to_find = execution;
  failure.token =
      Token{{token_context(options), shape, options.seed}, failure.deviations}.to_string();
  failure.text = std::string(to_string(failure.kind)) + ": " + failure.message + "\n";
  return failure;
}

std::string not_repeated(const std::string& difference) {
  return "two runs of the same decisions differ: " + difference + kSomethingOutside;
}

Teller::Teller(const Body& body, const ExploreOptions& options, CrashReport* crash_report)
    : body_(body),
      options_(options),
      crash_report_(crash_report),
      execution_(body, run_options(options), options.ignore) {}

std::optional<Failure> Teller::check_determinism() { return check({}, 0); }

// Runs the same decisions twice; null if they came to the same.
std::optional<Failure> Teller::check(const std::vector<Deviation>& deviations,
                                     std::uint64_t execution) {
  Trace first;
  ReplaySource source(deviations);
  Shape shown(source);
  execution_.run_traced(shown, first);
  if (deviations.empty()) set_shape(shown.value());
  return check_repeats(first, deviations, execution);
}

std::optional<Failure> Teller::check_repeats(const Trace& trace,
                                             const std::vector<Deviation>& deviations,
                                             std::uint64_t execution) {
  Trace again;
  ReplaySource source(deviations);
  const ExecutionResult& result = execution_.run_traced(source, again);
  std::optional<std::string> difference = first_difference(trace, again);
  if (!difference) return std::nullopt;
  *difference += calls_outside(result);
  return not_deterministic(options_, shape(), *difference, deviations, execution);
}

// What may be the cause, where the guard has seen it.
std::string Teller::calls_outside(const ExecutionResult& result) const {
  std::string text;
  for (const Finding& finding : result.findings) {
    if (finding.kind != FindingKind::outside_call) continue;
    const Finding& told = execution_.in_words(finding);
    text += "\nalso outside_call: " + told.message;
    if (!told.stack.empty()) text += "\n" + told.stack;
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

Failure Teller::tell(const Found& found) {
  if (options_.check_determinism) {
    if (auto differs = check(found.deviations, found.execution)) return *std::move(differs);
  }
  return options_.shrink ? tell_shrunk(found) : tell_unshrunk(found);
}

Failure Teller::tell_shrunk(const Found& found) {
  ShrinkBudget budget;
  budget.stop = options_.stop;
  Shrunk shrunk = shrink(execution_, found.deviations, found.finding, budget);
  Failure failure;
  failure.finding = found.finding;
  failure.deviations = std::move(shrunk.deviations);
  failure.minimality = shrunk.minimality;
  failure.executions_to_find = found.execution;
  return complete(std::move(failure));
}

Failure Teller::tell_unshrunk(const Found& found) {
  Failure failure;
  failure.finding = found.finding;
  failure.deviations = found.deviations;
  failure.executions_to_find = found.execution;
  return complete(std::move(failure));
}

// By the run that it was shrunk to.
Failure Teller::complete(Failure failure) {
  Narration narration =
      narrate(body_, run_options(options_), failure.deviations, options_.ignore);
  if (narration.failed) failure.finding = narration.failure();
  failure.kind = failure.finding.kind;
  failure.message = failure.finding.message;
  failure.token =
      Token{{token_context(options_), shape(), options_.seed}, failure.deviations}.to_string();
  failure.also_under_fifo =
      options_.order == Order::fifo || fails_under_fifo(failure.finding, narration.deviations);
  failure.text = explain(failure, narration, replay_line(options_, failure.token));
  failure.narration = std::move(narration);
  return failure;
}

// Looks for the same failure where the order of ready tasks is asyncio's and the rest is as it
// was, or else free.
bool Teller::fails_under_fifo(const Finding& finding,
                              const std::vector<NarratedDeviation>& deviations) {
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

std::uint16_t Teller::shape() {
  if (!shape_) {
    ReplaySource fifo;
    Shape shape(fifo);
    execution_.run(shape);
    set_shape(shape.value());
  }
  return *shape_;
}

void Teller::set_shape(std::uint16_t shape) {
  shape_ = shape;
  if (crash_report_ != nullptr) crash_report_->set_shape(shape);
}

}  // namespace sim
