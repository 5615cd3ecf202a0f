#include "sim/testing/fuzz/subject.h"

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "sim/explore/token.h"
#include "sim/testing/bytes_source.h"
#include "sim/testing/named_bodies.h"
#include "tools/simrun/command.h"

namespace sim::fuzz {

namespace {

constexpr std::string_view kScenario = "--scenario=";

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

// The schedule of an input, and who is shown the run.
class FuzzedSource final : public DecisionSource {
 public:
  FuzzedSource(std::span<const std::uint8_t> input, TraceFeatures& features)
      : bytes_(input), features_(features) {}
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    return bytes_.pick(kind, n, context);
  }
  internal::Watcher* watcher() override { return &features_; }
  std::uint32_t decisions() const { return bytes_.decisions(); }

 private:
  BytesSource bytes_;
  TraceFeatures& features_;
};

// What may be fuzzed, by name.
std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const ScenarioInfo* each : registered_scenarios()) all.push_back(each->name);
  for (const internal::NamedBody& each : internal::named_bodies()) all.push_back(each.name);
  return all;
}

// The name that is asked for, taken out of the arguments; else the only one there is.
std::string take_name(std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with(kScenario)) continue;
    std::string name = arguments[i].substr(kScenario.size());
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
    return name;
  }
  const std::vector<std::string> all = names();
  if (all.empty()) refuse("no scenario and no SIM_TEST is linked into this fuzzer");
  if (all.size() == 1) return all.front();
  std::string listed;
  for (const std::string& each : all) listed += " " + each;
  refuse("--scenario=NAME or SIM_FUZZ=NAME says which one to fuzz:" + listed);
}

}  // namespace

// What is run, and what must live as long as it is.
struct Subject::Chosen {
  void choose(std::vector<std::string> arguments, ExploreOptions& options) {
    const std::string name = take_name(arguments);
    for (const internal::NamedBody& each : internal::named_bodies()) {
      if (each.name == name) return choose_test(each, arguments, options);
    }
    arguments.insert(arguments.begin(), {"explore", name});
    absl::StatusOr<simrun::Command> parsed =
        simrun::parse_command(arguments, registered_scenarios());
    if (!parsed.ok()) refuse(std::string(parsed.status().message()));
    command = *std::move(parsed);
    if (command.kind != simrun::Command::Kind::explore) refuse("a fuzzer only explores");
    const bool is_of_simrun = command.reports.any() || command.json || command.jobs ||
                              command.explore.check_every_execution;
    if (is_of_simrun) refuse("a fuzzer takes only the options that say how a schedule may be");
    options = command.explore;
    scenario.emplace(*command.scenario, command.options.parameters, Scenario::Sink());
    body = [this] { return command.scenario->body(*scenario); };
  }

  void choose_test(const internal::NamedBody& test, const std::vector<std::string>& arguments,
                   ExploreOptions& options) {
    if (!arguments.empty()) refuse("a SIM_TEST has no parameters: " + arguments.front());
    options = test.options();
    options.scenario_name = test.name;
    options.replay_command =
        std::string("SIM_REPLAY=TOKEN SIM_FUZZ=") + test.name + " " + program_invocation_name;
    held = test.hold();
    body = test.body;
  }

  Body body;
  simrun::Command command;
  std::optional<Scenario> scenario;
  std::shared_ptr<void> held;
};

Subject::Subject(const std::vector<std::string>& arguments, TraceFeatures::Seen seen)
    : chosen_(std::make_unique<Chosen>()), features_(std::move(seen)) {
  chosen_->choose(arguments, options_);
}

Subject::~Subject() = default;

bool Subject::fails(std::span<const std::uint8_t> input) {
  if (!execution_) {
    execution_.emplace(chosen_->body, run_options(options_), options_.ignore);
    std::string line = options_.replay_command;
    if (line.find("TOKEN") == std::string::npos) line += " TOKEN";
    crash_report_.emplace(options_.scenario_name, line, token_head(chosen_->body, options_));
  }
  FuzzedSource source(input, features_);
  features_.begin();
  const ExecutionResult& result = execution_->run(source);
  features_.end(result.stats.canonical_hash);
  decisions_ = source.decisions();
  if (!result.failed) return false;
  failed_ = result.tape.deviations();
  const Finding& found = execution_->in_words(result.failure());
  found_ = std::string(to_string(found.kind)) + ": " + found.message;
  return true;
}

std::string Subject::explain() {
  crash_report_.reset();  // what follows is no crash
  std::string differs;
  try {
    const Report report = shrink_schedule(chosen_->body, failed_, options_);
    if (!report.ok()) return report.failures.front().explanation();
  } catch (const std::invalid_argument& misfit) {
    differs = std::string("; ") + misfit.what();
  }
  return "not_deterministic: a schedule failed, and when it was run again it did not" + differs +
         "\nit failed with " + found_ + "\n";
}

std::string Subject::replay(const std::string& token) {
  const Report report = sim::replay(chosen_->body, token, options_);
  return report.ok() ? "" : report.failures.front().explanation();
}

}  // namespace sim::fuzz
