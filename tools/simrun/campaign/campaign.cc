#include "tools/simrun/campaign/campaign.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "sim/internal/with_commas.h"
#include "tools/simrun/arguments.h"
#include "tools/simrun/campaign/campaign_reports.h"
#include "tools/simrun/campaign/keeper.h"
#include "tools/simrun/campaign/lane.h"
#include "tools/simrun/campaign/plan.h"
#include "tools/simrun/campaign/process.h"
#include "tools/simrun/interruption.h"
#include "tools/simrun/nearest.h"
#include "tools/simrun/program.h"
#include "tools/simrun/reports.h"
#include "tools/simrun/terminal_line.h"

namespace simrun::campaign {

namespace {

using sim::internal::with_commas;

// A finding is replayed by one of the shards.
bool is_of_share(const std::string& id, const Share& share) {
  std::uint64_t hash = 0;
  return !absl::SimpleHexAtoi(id, &hash) || hash % share.of == share.index;
}

class Campaign {
 public:
  Campaign(const Options& options, const Scenarios& scenarios, const Explorer& explorer,
           const ReportFiles& reports, bool json, Output& output, std::FILE* err)
      : options_(options),
        explorer_(explorer),
        reports_(reports),
        json_(json),
        output_(output),
        err_(err),
        keeper_(options.store, [this](const std::string& line) { complain(line); }),
        plan_(scenarios.size()) {
    for (const sim::ScenarioInfo* each : scenarios) lanes_.push_back(make_lane(*each, options));
  }

  int run() {
    const Interruption interruption;
    begin();
    replay_all();
    while (!is_over()) {
      const std::optional<std::size_t> next = plan_.next();
      if (!next) break;
      run_slice(*next);
    }
    return finish();
  }

 private:
  struct Unsettled {
    std::size_t lane;
    int slices;  // so many more without it, and it is fixed
  };

  void complain(const std::string& line) {
    say_now();
    simrun::complain(err_, line);
  }
  std::optional<std::size_t> lane_of(const std::string& scenario,
                                     const std::string& parameters) const {
    const auto lane = std::ranges::find_if(lanes_, [&](const Lane& each) {
      return each.scenario->name == scenario && each.parameters == parameters;
    });
    if (lane == lanes_.end()) return std::nullopt;
    return static_cast<std::size_t>(lane - lanes_.begin());
  }
  void say_now() { output_.flush(); }

  double seconds() const { return seconds_before_ + absl::ToDoubleSeconds(absl::Now() - began_); }
  double seconds_left() const { return absl::ToDoubleSeconds(*options_.budget) - seconds(); }
  bool is_over() const {
    if (Interruption::came()) return true;
    // However short it is, one slice runs: a campaign that has run nothing must not pass.
    if (options_.budget && seconds_left() <= 0 && !slices_.empty()) return true;
    if (options_.executions && executions_ >= *options_.executions) return true;
    return options_.max_failures != 0 && news_.size() >= options_.max_failures;
  }

  void begin() {
    CampaignRun wanted;
    wanted.arguments = arguments_of(options_);
    wanted.commit = options_.commit;
    wanted.seed = options_.seed;
    wanted.share = options_.share;
    wanted.process = this_process();
    run_ = keeper_.begin(wanted);
    slices_ = keeper_.slices_of(run_);
    for (const Slice& slice : slices_) {
      const auto lane = lane_of(slice.scenario, slice.parameters);
      if (!lane) continue;
      account(*lane, slice);
      seconds_before_ += slice.seconds;
      summary_.continued = true;
    }
    if (summary_.continued) {
      CampaignRun itself = run_;  // and not the others of its commit
      itself.commit.clear();
      news_ = keeper_.news_of(itself);
      fixed_ = keeper_.fixed_by(run_);
    }
    if (json_) return;
    if (options_.share.of > 1) {
      output_.write(absl::StrCat("shard ", options_.share.index, "/", options_.share.of, "\n"));
    }
    if (!summary_.continued) return;
    output_.write(absl::StrFormat(
        "continuing the campaign that was killed: %s executions and %.1f s of it are done\n",
        with_commas(executions_), seconds_before_));
  }

  // What a slice changes in the books, whether it runs now or did before.
  void account(std::size_t index, const Slice& slice) {
    Tally& tally = lanes_[index].tally;
    ++tally.slices;
    tally.executions += slice.executions;
    tally.traces += slice.new_traces;
    tally.exhausted = slice.exhausted;
    tally.new_of_late = slice.executions == 0 ? 0
                                              : static_cast<double>(slice.new_traces) /
                                                    static_cast<double>(slice.executions);
    executions_ += slice.executions;
    const double cost = options_.executions ? static_cast<double>(slice.executions) : slice.seconds;
    plan_.ran(index, slice, cost);
  }

  void replay_all() {
    std::vector<Stored> all = keeper_.findings();
    // A finding that has returned is the news that people wait for.
    std::ranges::stable_partition(
        all, [](const Stored& stored) { return stored.state == State::fixed; });
    for (const Stored& stored : all) {
      const auto lane = lane_of(stored.signature.scenario, stored.signature.parameters);
      if (!lane || !is_of_share(stored.id, options_.share)) continue;
      if (Interruption::came() || (options_.budget && seconds_left() <= 0)) return;
      replay(stored, *lane);
    }
  }

  void replay(const Stored& stored, std::size_t index) {
    // Replaying a schedule once does not show that it comes out otherwise the second time.
    if (stored.signature.kind == sim::to_string(sim::FindingKind::not_deterministic)) {
      if (stored.state != State::fixed) unsettled_[stored.id] = {index, kSecondLook};
      return;
    }
    say_now();
    Entry entry;
    bool passed = false;
    bool failed = false;
    for (const Schedule& schedule : stored.schedules) {
      sim::ExploreOptions options;
      if (!options_of(schedule, *lanes_[index].scenario, options)) continue;
      try {
        const sim::Report report =
            explorer_.replay(*lanes_[index].scenario, schedule.token, options);
        passed = passed || report.ok();
        for (const sim::Failure& failure : report.failures) {
          Seen seen = seen_of(failure, lanes_[index], options);
          const std::string id = seen.signature.id();
          failed = failed || id == stored.id;
          failures_.insert_or_assign(id, failure);
          note(std::move(seen), entry);
        }
      } catch (const std::invalid_argument&) {
        continue;  // it does not fit any more
      }
      if (failed) break;
    }
    if (!failed && passed && stored.state != State::fixed) entry.fixed.push_back(stored.id);
    if (!failed && !passed && stored.state != State::fixed) {
      if (stored.state != State::stale) entry.stale.push_back(stored.id);
      unsettled_[stored.id] = {index, kSecondLook};
      plan_.favour(index, kSecondLook);
    }
    if (!entry.seen.empty() || !entry.fixed.empty() || !entry.stale.empty()) put_down(entry);
  }

  // One of each signature.
  static void note(Seen seen, Entry& entry) {
    const std::string id = seen.signature.id();
    const bool twice = std::ranges::any_of(
        entry.seen, [&](const Seen& each) { return each.signature.id() == id; });
    if (!twice) entry.seen.push_back(std::move(seen));
  }

  void run_slice(std::size_t index) {
    Lane& lane = lanes_[index];
    Slice slice{lane.scenario->name, lane.parameters};
    sim::ExploreOptions options = lane.explore;
    // Slice by slice the shards take turns, so together they explore what one campaign would.
    const Share& share = options_.share;
    const std::uint64_t used = keeper_.seeds_used(slice, options_.seed);
    const std::uint64_t turns =
        used > share.index ? (used - share.index + share.of - 1) / share.of : 0;
    options.seed = options_.seed + share.index + turns * share.of;
    options.max_executions = slice_executions();
    if (options_.budget) options.time_budget = absl::ToChronoNanoseconds(slice_time());
    options.stop = Interruption::came;
    options.on_new_trace = [&](std::uint64_t trace, std::uint64_t execution) {
      if (!lane.traces.add(trace)) return;
      ++slice.new_traces;
      lane.note_new_trace(lane.tally.executions + execution + 1);
    };
    TerminalLine line(err_);
    options.on_progress = [&](const sim::Progress&) { show_progress(line, lane); };
    show_progress(line, lane);

    say_now();  // a process that is forked has no lines of ours to write
    const absl::Time began = absl::Now();
    const sim::Report report = explorer_.explore(*lane.scenario, options);
    Entry entry;
    for (const sim::Failure& failure : report.failures)
      note(as_seen(failure, lane, options), entry);
    slice.seed = options.seed;
    slice.strategy = report.strategy;
    slice.executions = report.executions;
    slice.steps = report.steps;
    slice.distinct_traces = report.distinct_traces;
    slice.exhausted = report.exhausted;
    slice.seconds = absl::ToDoubleSeconds(absl::Now() - began);
    account(index, slice);
    slices_.push_back(slice);
    settle(index, slice, entry);
    entry.slice = &slice;
    line.show("");
    put_down(entry);
  }

  // What is new is shrunk. The smaller schedule may turn out to show what is known.
  Seen as_seen(const sim::Failure& failure, const Lane& lane, const sim::ExploreOptions& options) {
    Seen seen = seen_of(failure, lane, options);
    const std::string id = seen.signature.id();
    failures_.try_emplace(id, failure);
    if (const auto same = shrunk_.find(id); same != shrunk_.end()) return same->second;
    const std::optional<State> known = keeper_.state_of(id);
    if (known && is_open(*known)) return seen;
    if (failure.deviations.empty() || failure.kind == sim::FindingKind::not_deterministic) {
      return seen;
    }
    sim::ExploreOptions shrinking = lane.explore;
    shrinking.shrink = true;
    shrinking.stop = options.stop;
    const sim::Report report = explorer_.shrink(*lane.scenario, failure.token, shrinking);
    if (report.ok()) return seen;
    Seen smaller = seen_of(report.failures.front(), lane, options);
    failures_.insert_or_assign(smaller.signature.id(), report.failures.front());
    if (smaller.signature.id() != id) shrunk_[id] = smaller;
    return smaller;
  }

  // Findings of the scenario that are in doubt come one slice nearer to being fixed.
  void settle(std::size_t index, const Slice& slice, Entry& entry) {
    for (const Seen& seen : entry.seen) unsettled_.erase(seen.signature.id());
    for (auto at = unsettled_.begin(); at != unsettled_.end();) {
      auto& [id, unsettled] = *at;
      if (unsettled.lane == index && (--unsettled.slices == 0 || slice.exhausted)) {
        entry.fixed.push_back(id);
        at = unsettled_.erase(at);
      } else {
        ++at;
      }
    }
  }

  std::uint64_t slice_executions() const {
    if (!options_.executions) return UINT64_MAX;
    const std::uint64_t fair = *options_.executions / (4 * lanes_.size());
    return std::min(std::clamp<std::uint64_t>(fair, 1, kSliceExecutions),
                    *options_.executions - executions_);
  }
  absl::Duration slice_time() const {
    const absl::Duration left = absl::Seconds(std::max(seconds_left(), 1e-3));
    if (options_.executions) return left;
    const absl::Duration fair = *options_.budget / (4.0 * static_cast<double>(lanes_.size()));
    return std::min(left, std::clamp(fair, absl::Milliseconds(10), absl::Seconds(10)));
  }

  void show_progress(TerminalLine& line, const Lane& lane) const {
    if (!line.is_due()) return;
    std::string left;
    if (options_.executions) {
      left = absl::StrCat(with_commas(*options_.executions - executions_), " executions left");
    }
    if (options_.budget) {
      const absl::Duration time = absl::Seconds(std::ceil(std::max(seconds_left(), 0.0)));
      absl::StrAppend(&left, left.empty() ? "" : ", ", absl::FormatDuration(time), " left");
    }
    line.show(absl::StrCat(lane.scenario->name, ", slice ", lane.tally.slices + 1, "; ",
                           with_commas(executions_), " executions, ", news_.size(), " new, ",
                           left));
  }

  // First into the store, then to the terminal: what has been said is kept.
  void put_down(const Entry& entry) {
    const std::vector<State> states = keeper_.add(run_, entry);
    for (std::size_t i = 0; i < entry.seen.size(); ++i) {
      const Seen& seen = entry.seen[i];
      const std::string id = seen.signature.id();
      const bool is_news = states[i] == State::found || states[i] == State::returned;
      if (is_news) news_[id] = states[i];
      if (is_news || !told_.contains(id)) tell(seen, states[i], is_news);
    }
    for (const auto& [ids, state] :
         {std::pair(&entry.fixed, State::fixed), std::pair(&entry.stale, State::stale)}) {
      for (const std::string& id : *ids) {
        if (state == State::fixed) fixed_.insert(id);
        tell_change(id, state);
      }
    }
    say_now();
  }

  void tell(const Seen& seen, State state, bool with_explanation) {
    const std::string id = seen.signature.id();
    told_.insert(id);
    if (json_) return;
    const Reported reported{id,
                            state == State::found      ? News::fresh
                            : state == State::returned ? News::returned
                                                       : News::known,
                            seen.signature,
                            seen.schedule,
                            {}};
    output_.write(absl::StrCat(event_line(reported, output_), "\n"));
    if (with_explanation) output_.write(absl::StrCat("\n", seen.schedule.explanation, "\n"));
  }

  void tell_change(const std::string& id, State state) {
    if (json_) return;
    for (const Stored& stored : keeper_.findings()) {
      if (stored.id != id) continue;
      const Reported reported{id,
                              state == State::fixed ? News::fixed : News::stale,
                              stored.signature,
                              stored.schedules.empty() ? Schedule{} : stored.schedules.front(),
                              {}};
      output_.write(absl::StrCat(event_line(reported, output_), "\n"));
    }
  }

  int finish() {
    keeper_.end(run_);
    const std::map<std::string, State> news = keeper_.news_of(run_);
    for (const Stored& stored : keeper_.findings()) report(stored, news);
    std::ranges::stable_sort(summary_.findings, {}, &Reported::news);
    for (const Lane& lane : lanes_) summary_.tallies.push_back(lane.tally);
    summary_.seconds = seconds();
    summary_.run = run_.id;
    summary_.store = options_.store;
    summary_.trouble = keeper_.trouble();
    summary_.interrupted = Interruption::came();
    summary_.failed = summary_.count(News::fresh) + summary_.count(News::returned) > 0 ||
                      (options_.fail_on_any && summary_.count(News::known) > 0);
    output_.write(json_ ? summary_as_json(summary_, options_) : summary_as_text(summary_, output_));
    const bool reported = write_all_reports();
    if (summary_.failed) return kBugFound;
    if (summary_.interrupted) return kInterrupted;
    return summary_.trouble.empty() && reported ? kNoBug : kBadUsage;
  }

  bool write_all_reports() {
    if (!reports_.any()) return true;
    const auto outcomes = outcomes_of(summary_, lanes_, slices_, failures_, options_);
    const auto page = [&](const sim::report::SourceReader& read_source) {
      auto failed = outcomes;
      std::erase_if(failed, [](const auto& each) { return each.passed; });
      const auto overview = overview_of(summary_, lanes_, slices_);
      return sim::report::campaign_page(overview, failed, read_source);
    };
    const absl::Status status = write_reports(reports_, outcomes, output_, page);
    if (!status.ok()) complain(std::string(status.message()));
    return status.ok();
  }

  // Of the scenarios of this campaign: what it has seen, what changed, and what is stale.
  void report(const Stored& stored, const std::map<std::string, State>& news) {
    const auto lane = lane_of(stored.signature.scenario, stored.signature.parameters);
    if (!lane) return;
    const auto own = news_.find(stored.id);
    const auto at = news.find(stored.id);
    News what = News::known;
    if (stored.state == State::stale) {
      what = News::stale;
    } else if (stored.state == State::fixed) {
      if (!fixed_.contains(stored.id)) return;
      what = News::fixed;
    } else if (own != news_.end()) {
      what = own->second == State::returned ? News::returned : News::fresh;
    } else if (at != news.end()) {
      what = at->second == State::returned ? News::returned : News::fresh;
    }
    Schedule schedule = stored.schedules.empty() ? Schedule{} : stored.schedules.front();
    std::string line = replay_line(schedule, *lanes_[*lane].scenario);
    summary_.findings.push_back(
        {stored.id, what, stored.signature, std::move(schedule), std::move(line)});
  }

  const Options& options_;
  const Explorer& explorer_;
  const ReportFiles& reports_;
  bool json_;
  Output& output_;
  std::FILE* err_;
  Keeper keeper_;
  Plan plan_;
  std::vector<Lane> lanes_;
  CampaignRun run_;
  absl::Time began_ = absl::Now();
  double seconds_before_ = 0;  // of the process that was killed
  std::uint64_t executions_ = 0;
  std::vector<Slice> slices_;
  std::map<std::string, sim::Failure> failures_;  // signatures, as they are reported
  std::map<std::string, Seen> shrunk_;  // what a signature turned out to be when it was shrunk
  std::map<std::string, Unsettled> unsettled_;
  std::map<std::string, State> news_;
  std::set<std::string> told_;
  std::set<std::string> fixed_;
  Summary summary_;
};

}  // namespace

absl::StatusOr<Scenarios> choose(const Scenarios& scenarios,
                                 const std::vector<std::string>& globs) {
  const auto fits = [](const std::string& glob, const sim::ScenarioInfo* scenario) {
    return fnmatch(glob.c_str(), scenario->name.c_str(), 0) == 0;
  };
  for (const std::string& glob : globs) {
    if (std::ranges::any_of(scenarios, [&](auto* each) { return fits(glob, each); })) continue;
    Arguments names;
    for (const sim::ScenarioInfo* each : scenarios) names.push_back(each->name);
    std::string storage;
    return error("no scenario is called '", glob, "'",
                 hint(nearest(glob, names), storage, "'simrun list' shows them all"));
  }
  Scenarios chosen;
  for (const sim::ScenarioInfo* each : scenarios) {
    const bool named = std::ranges::any_of(globs, [&](auto& glob) { return fits(glob, each); });
    if (globs.empty() ? each->expects.empty() : named) chosen.push_back(each);
  }
  if (!chosen.empty()) return chosen;
  return error(
      "every scenario is there to show a finding; name the ones to explore: "
      "simrun campaign '*'");
}

absl::StatusOr<int> run_campaign(const Options& options, const Scenarios& scenarios,
                                 const Explorer& explorer, const ReportFiles& reports, bool json,
                                 Output& output, std::FILE* err) {
  const auto chosen = choose(scenarios, options.globs);
  if (!chosen.ok()) return chosen.status();
  announce_shards();
  try {
    return Campaign(options, *chosen, explorer, reports, json, output, err).run();
  } catch (const sim::JobsUnavailable& why) {
    return error(why.what());
  }
}

}  // namespace simrun::campaign
