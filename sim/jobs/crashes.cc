#include "sim/jobs/crashes.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/explore/explanation.h"
#include "sim/explore/reduction.h"
#include "sim/explore/token.h"

namespace sim::jobs {

namespace {

constexpr std::uint64_t kMostTries = 300;
constexpr std::uint64_t kMostSlowTries = 20;  // of what takes as long as a step may
constexpr std::size_t kMostLines = 12;

// Of what it wrote to stderr the lines that say most: those of a sanitizer, or else the last ones.
std::string last_words(std::string_view said) {
  std::vector<std::string_view> lines;
  while (!said.empty()) {
    const std::size_t end = std::min(said.find('\n'), said.size());
    if (end > 0) lines.push_back(said.substr(0, end));
    said.remove_prefix(std::min(end + 1, said.size()));
  }
  // Its other lines have addresses in them, which are not the same twice.
  const auto says_little = [](std::string_view line) {
    return line.find("SUMMARY: ") == std::string_view::npos;
  };
  if (!std::ranges::all_of(lines, says_little)) std::erase_if(lines, says_little);
  const std::size_t first = lines.size() > kMostLines ? lines.size() - kMostLines : 0;
  std::string text;
  for (std::size_t i = first; i < lines.size(); ++i) text.append("\n  ").append(lines[i]);
  return text.empty() ? text : "\nits last words:" + text;
}

}  // namespace

Failure failure_of(const ExploreOptions& options, std::uint16_t shape, const Found& found,
                   const Minimality& minimality, const Narration& narration) {
  Failure failure;
  failure.finding = found.finding;
  failure.kind = failure.finding.kind;
  failure.message = failure.finding.message;
  failure.deviations = found.deviations;
  failure.executions_to_find = found.execution;
  failure.minimality = minimality;
  failure.also_under_fifo = options.order == Order::fifo || failure.deviations.empty();
  failure.token =
      Token{{token_context(options), shape, options.seed}, failure.deviations}.to_string();
  failure.text = explain(failure, narration, replay_line(options, failure.token));
  failure.narration = narration;
  // What ended the process is not among what the run found, and is where the last step is.
  if (Narration& told = failure.narration; !told.failed && !told.steps.empty()) {
    told.failed = true;
    told.failure_at = told.findings.size();
    told.failure_step = told.run_steps = told.steps.back().number;
    told.virtual_time = told.steps.back().time;
    told.findings.push_back(found.finding);
  }
  return failure;
}

Crash crash_in(Crew& crew, Crew::Slot slot, const Death& death, std::uint64_t execution) {
  const Area& area = crew.area(slot);
  Crash crash;
  crash.death = death;
  crash.execution = execution;
  crash.said = crew.said(slot);
  crash.is_known = area.is_intact();
  if (!crash.is_known) return crash;
  crash.deviations = shown_deviations(area);
  crash.is_whole = area.tape.count.load() <= ShownTape::kMost;
  return crash;
}

// Runs schedules each in a process, for a Reduction.
class CrashTeller::Tries {
 public:
  Tries(CrashTeller& teller, const Ended& wanted) : teller_(&teller), wanted_(&wanted) {}
  const std::vector<Deviation>* fails_with(const std::vector<Deviation>& deviations) {
    latest_ = teller_->retrace(deviations);
    return latest_ && latest_->is_same(*wanted_) ? &latest_->deviations : nullptr;
  }

 private:
  CrashTeller* teller_;
  const Ended* wanted_;
  std::optional<Ended> latest_;
};

std::optional<Message> CrashTeller::wait_for_answer() {
  for (;;) {
    look_around_();
    constexpr int kTick = 50;
    if (auto event = crew_.wait(kTick, slot_)) return std::move(event->message);
  }
}

std::optional<CrashTeller::Ended> CrashTeller::retrace(const std::vector<Deviation>& deviations) {
  if (!crew_.start(slot_, Command::retrace, to_bytes(RetraceOrder{deviations}), true)) {
    return std::nullopt;
  }
  const bool survived = wait_for_answer().has_value();
  const Area& area = crew_.area(slot_);
  Ended ended;
  ended.death = crew_.bury(slot_);
  if (survived || !area.is_intact()) return std::nullopt;
  ended.deviations = shown_deviations(area);
  ended.step = area.step.load();
  ended.time = area.time.load();
  ended.place = area.place;
  ended.task = std::string(area.task, ::strnlen(area.task, sizeof area.task));
  ended.said = crew_.said(slot_);
  return ended;
}

// All schedules with fewer deviations are run, those with none first; one that ends its process in
// the same way is the fewest.
void CrashTeller::certify(const Ended& wanted, std::vector<Deviation>& fewest,
                          Minimality& minimality) {
  if (!crew_.start(slot_, Command::certify, to_bytes(CertifyOrder{fewest.size()}), true)) return;
  const auto answer = wait_for_answer();
  crew_.bury(slot_);
  if (answer) {
    read(answer->bytes, minimality.certified, minimality.certain);
    return;
  }
  minimality.certified = crew_.area(slot_).at.load();
  if (!crew_.area(slot_).is_intact()) return;
  const auto fewer = retrace(shown_deviations(crew_.area(slot_)));
  if (!fewer || !fewer->is_same(wanted)) return;
  fewest = fewer->deviations;
  minimality.certain = true;
}

std::optional<Failure> CrashTeller::tell(const Crash& crash, std::uint16_t shape, bool shrink) {
  std::optional<Ended> ended;
  if (crash.is_known) ended = retrace(crash.deviations);
  const bool comes_again = ended && ended->death == crash.death;
  if (!comes_again) ended = ended_in(crash);
  if (!is_new(*ended)) return std::nullopt;
  Minimality minimality;
  std::vector<Deviation> deviations = crash.deviations;
  if (comes_again && crash.is_whole && shrink) {
    const bool is_slow = crash.death.verdict == Verdict::step_limit;
    deviations = internal::Reduction(Tries(*this, told_.back()), std::move(deviations),
                                     minimality.replays, is_slow ? kMostSlowTries : kMostTries)
                     .reduce();
    certify(told_.back(), deviations, minimality);
    if (auto again = retrace(deviations)) ended = std::move(again);
  }
  Found found = found_in(
      crash, *ended,
      comes_again ? "" : "it did not come again when the same schedule was run once more");
  found.deviations = std::move(deviations);
  return narrate(found, minimality, *ended, shape);
}

std::optional<Failure> CrashTeller::untold(const Crash& crash, std::uint16_t shape) {
  const Ended ended = ended_in(crash);
  if (!is_new(ended)) return std::nullopt;
  const Found found = found_in(crash, ended,
                               "no process could be had to run the same schedule once more: it may "
                               "be one that is told above");
  return failure_of(crew_.setup().options, shape, found, {}, {});
}

// `doubt` is said of a crash whose schedule is known.
Found CrashTeller::found_in(const Crash& crash, const Ended& ended, std::string_view doubt) const {
  Found found;
  found.finding = {FindingKind::crash, message(ended), ended.place, {}};
  std::string& text = found.finding.message;
  if (!crash.is_known) {
    text +=
        "\nthe memory was overwritten in which simloop keeps its schedule, so the token holds none "
        "of it";
  } else if (!doubt.empty()) {
    absl::StrAppend(&text, "\n", absl::string_view(doubt.data(), doubt.size()));
  }
  if (!crash.is_whole) text += "\nthe token holds the beginning of the schedule";
  found.deviations = crash.deviations;
  found.execution = crash.execution;
  return found;
}

CrashTeller::Ended CrashTeller::ended_in(const Crash& crash) {
  Ended ended;
  ended.death = crash.death;
  ended.said = crash.said;
  return ended;
}

bool CrashTeller::is_new(const Ended& ended) {
  const auto is_it = [&](const Ended& each) { return each.is_same(ended); };
  if (std::ranges::any_of(told_, is_it)) return false;
  told_.push_back(ended);
  return true;
}

std::string CrashTeller::message(const Ended& ended) const {
  std::string text = describe(ended.death, crew_.setup().jobs);
  if (ended.step > 0) {
    absl::StrAppend(&text, " in step ", ended.step, ", at ", format_seconds(ended.time), ", of ",
                    ended.task);
  }
  if (ended.place.line() != 0) absl::StrAppend(&text, " behind ", to_string(ended.place));
  return text + last_words(ended.said);
}

// In a process that ends before the step that would end it; without one where there is no step.
Failure CrashTeller::narrate(const Found& found, const Minimality& minimality, const Ended& ended,
                             std::uint16_t shape) {
  Failure failure;
  const NarrateOrder order{found, minimality, ended.step};
  if (ended.step > 0 && crew_.start(slot_, Command::narrate, to_bytes(order), true)) {
    const auto answer = wait_for_answer();
    const bool is_told = answer && from_bytes(answer->bytes, failure) && !failure.text.empty();
    if (crew_.is_alive(slot_)) crew_.bury(slot_);
    if (is_told) return failure;
  }
  return failure_of(crew_.setup().options, shape, found, minimality, {});
}

}  // namespace sim::jobs
