#include "sim/jobs/explore_jobs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/explore/course.h"
#include "sim/explore/stopwatch.h"
#include "sim/explore/tally.h"
#include "sim/explore/teller.h"
#include "sim/jobs/crashes.h"
#include "sim/jobs/crew.h"

namespace sim {

namespace jobs {

namespace {

using Slot = Crew::Slot;

constexpr Slot kAlone = 1;  // makes what cannot be skipped
constexpr Slot kFirstWorker = 2;
constexpr std::size_t kMostCrashes = 16;
constexpr int kPollTick = 50;  // milliseconds

// The parent's side: it has the executions made, counts them in their order, and has told what
// failed.
class JobsExploration {
 public:
  JobsExploration(const Body& body, const ExploreOptions& options, const Jobs& jobs)
      : options_(options),
        has_alone_(is_alone(options.strategy) || options.strategy == Strategy::portfolio()),
        workers_(is_alone(options.strategy) ? 0 : std::max<std::uint32_t>(1, jobs.count)),
        teller_slot_(kFirstWorker + workers_),
        crew_(body, options, jobs, teller_slot_),
        tally_(options),
        crash_teller_(crew_, teller_slot_, [this] { look_around(); }) {
    crew_.common().first_failure_ends.store(options.max_failures == 1);
  }

  Report explore() {
    make_head();
    for (std::uint64_t begin = kHead; goes_on(begin); begin = leg_end_) {
      leg_end_ = std::min(end_of_round(begin), options_.max_executions);
      make_round(begin);
    }
    return tally_.finish(progress_);
  }

 private:
  // What came of an execution besides its trace.
  struct Events {
    std::vector<Finding> warnings;
    std::optional<Found> failure;
    std::optional<Failure> differs;
    AloneProgress behind_failure;  // or behind what differs
    std::optional<std::string> not_repeated;
    std::optional<std::string> refused;
    std::optional<Crash> crash;
  };

  // Whether there is a round that begins there.
  bool goes_on(std::uint64_t begin) {
    if (is_over_ || begin >= options_.max_executions) return false;
    if (is_late()) return false;
    look_around();
    if (!is_stopped_) return true;
    tally_.stopped();
    return false;
  }
  bool is_late() const {
    return options_.time_budget && watch_.elapsed() >= *options_.time_budget && tally_.seen() > 0;
  }

  // What comes from outside, looked at now and then.
  void look_around() {
    const bool late = options_.time_budget && watch_.elapsed() >= *options_.time_budget;
    if (options_.stop && options_.stop()) is_stopped_ = true;
    if (late || is_stopped_) crew_.common().stop.store(true);
    if (!options_.on_progress) return;
    Progress progress = tally_.progress();
    for (const Slot each : busy_) progress.executions += crew_.area(each).count.load();
    options_.on_progress(progress);
  }

  void make_head();
  void make_round(std::uint64_t begin);
  void begin_leg(Slot slot);
  void lose_strategy(std::uint64_t at);
  void start_worker(Slot slot, std::uint64_t skip_to);
  void run_leg();
  void handle(Slot slot, const Message& message);
  void leg_done(Slot slot, const LegDone& done);
  void collect(Slot slot);
  void died(Slot slot);
  void zygote_died();
  void restart_zygote();
  void note_crash(Slot slot, std::uint64_t number, const Death& death);
  void merge();
  void merge_one(std::uint64_t number, Events& events);
  void tell(const Found& found);
  std::optional<Failure> have_told(const TellOrder& order);
  void tell_crash(const Crash& crash);

  ExploreOptions options_;
  bool has_alone_;         // there are executions that cannot be skipped
  std::uint32_t workers_;  // that make the others
  Slot teller_slot_;
  Crew crew_;
  Tally tally_;
  CrashTeller crash_teller_;
  KnownFindings failures_;
  Stopwatch watch_;
  bool is_stopped_ = false;
  bool is_over_ = false;  // nothing follows
  std::uint16_t shape_ = 0;
  AloneProgress progress_;
  std::vector<Lesson> lessons_;
  bool alone_has_begun_ = false;
  bool alone_is_lost_ = false;  // what depth-first search and dpor knew
  std::size_t lost_ = 0;        // processes of which nobody knows why
  std::set<std::uint64_t> crashed_;
  std::optional<Crash> crash_beforehand_;
  std::optional<Failure> differs_beforehand_;

  // Of the leg, the head or a round, that is made:
  bool in_head_ = true;
  std::uint64_t leg_begin_ = 0;
  std::uint64_t leg_end_ = 0;
  bool leg_is_whole_ = true;  // nothing has ended it sooner
  std::string next_round_;    // RoundOrder, for those that made the round before
  std::set<Slot> busy_;
  std::map<Slot, std::uint64_t> goes_on_at_;  // of those in the place of one that died
  std::vector<Made> made_;
  std::map<std::uint64_t, Events> events_;
  std::uint64_t over_at_ = UINT64_MAX;  // there the search is over
};

void JobsExploration::make_head() {
  leg_end_ = std::min(kHead, options_.max_executions);
  look_around();  // a time that is over already leaves one execution
  crew_.start_zygote();
  busy_ = {Crew::kZygote};
  run_leg();
  if (differs_beforehand_) tally_.fail(*std::move(differs_beforehand_));
  if (crash_beforehand_) tell_crash(*crash_beforehand_);
  merge();
  in_head_ = false;
}

void JobsExploration::make_round(std::uint64_t begin) {
  leg_begin_ = begin;
  leg_is_whole_ = true;
  made_.clear();
  goes_on_at_.clear();
  events_.clear();
  next_round_.clear();
  if (begin != kHead) {
    Lesson lesson = tally_.take_lesson();
    lesson.alone = progress_;
    lesson.alone.dpor_gone = lesson.alone.dpor_gone || alone_is_lost_;
    lesson.alone.dfs_gone = lesson.alone.dfs_gone || alone_is_lost_;
    lessons_.push_back(lesson);
    next_round_ = write(RoundOrder{lesson, leg_end_});
  }
  for (std::uint32_t i = 1; i < workers_; ++i) begin_leg(kFirstWorker + i);
  // The first worker's turn comes behind it: both together have as much as each of the others.
  begin_leg(has_alone_ ? kAlone : kFirstWorker);
  run_leg();
  merge();
}

void JobsExploration::begin_leg(Slot slot) {
  busy_.insert(slot);
  if (!next_round_.empty() && crew_.send(slot, Command::round, next_round_)) return;
  if (crew_.is_alive(slot)) crew_.bury(slot);
  if (workers_ == 0 && alone_has_begun_) return lose_strategy(leg_begin_);
  start_worker(slot, leg_begin_);
}

// Nobody can go on with depth-first search or dpor.
void JobsExploration::lose_strategy(std::uint64_t at) {
  alone_is_lost_ = true;
  busy_.clear();
  over_at_ = std::min(over_at_, at);
}

void JobsExploration::start_worker(Slot slot, std::uint64_t skip_to) {
  const bool is_for_alone = slot == kAlone;
  // What another one knew is lost.
  if (is_for_alone && std::exchange(alone_has_begun_, true)) alone_is_lost_ = true;
  const Part part{is_for_alone ? 0 : slot - kFirstWorker, std::max(1u, workers_), is_for_alone,
                  !is_for_alone};
  const WorkOrder order{part, lessons_, skip_to, is_for_alone && alone_is_lost_, leg_end_};
  for (int tries = 0; tries < 2; ++tries) {
    if (crew_.start(slot, Command::work, to_bytes(order))) return;
    restart_zygote();
  }
  throw JobsUnavailable("no more worker processes can be made");
}

void JobsExploration::run_leg() {
  while (!busy_.empty()) {
    look_around();
    const auto event = crew_.wait(kPollTick);
    if (!event) continue;
    if (event->message) {
      handle(event->slot, *event->message);
    } else {
      died(event->slot);
    }
  }
}

void JobsExploration::handle(Slot slot, const Message& message) {
  std::uint64_t number = 0;
  std::string bytes;
  switch (static_cast<Answer>(message.kind)) {
    case Answer::shape:
      read(message.bytes, shape_);
      return;
    case Answer::not_deterministic: {
      Failure failure;
      if (from_bytes(message.bytes, failure)) differs_beforehand_ = std::move(failure);
      return;
    }
    case Answer::leg_done: {
      LegDone done{};
      read(message.bytes, done);
      return leg_done(slot, done);
    }
    case Answer::warning: {
      read(message.bytes, number, bytes);
      Finding finding{};
      if (from_bytes(bytes, finding)) events_[number].warnings.push_back(std::move(finding));
      return;
    }
    case Answer::failure: {
      Found found;
      AloneProgress progress;
      read(message.bytes, number, bytes, progress);
      if (!from_bytes(bytes, found)) return;
      events_[number].failure = std::move(found);
      events_[number].behind_failure = progress;
      return;
    }
    case Answer::differs: {
      Failure failure;
      AloneProgress progress;
      read(message.bytes, number, bytes, progress);
      if (!from_bytes(bytes, failure)) return;
      events_[number].differs = std::move(failure);
      events_[number].behind_failure = progress;
      return;
    }
    case Answer::not_repeated:
      read(message.bytes, number, bytes);
      events_[number].not_repeated = std::move(bytes);
      return;
    case Answer::refused:
      read(message.bytes, number, bytes);
      events_[number].refused = std::move(bytes);
      return;
    default:
      return;
  }
}

void JobsExploration::leg_done(Slot slot, const LegDone& done) {
  collect(slot);
  busy_.erase(slot);
  if (done.is_over) over_at_ = std::min(over_at_, done.at);
  if (done.at < leg_end_) leg_is_whole_ = false;
  if (slot == Crew::kZygote || slot == kAlone) progress_ = done.alone;
  if (slot == kAlone && workers_ > 0) begin_leg(kFirstWorker);
}

void JobsExploration::collect(Slot slot) {
  Area& area = crew_.area(slot);
  const std::uint64_t count = std::min<std::uint64_t>(area.count.load(), kLongestRound);
  // What one has made is in order, so all of it is.
  const auto before = static_cast<std::ptrdiff_t>(made_.size());
  made_.insert(made_.end(), area.made, area.made + count);
  std::ranges::inplace_merge(made_, made_.begin() + before, {}, &Made::number);
  area.count.store(0);
}

void JobsExploration::died(Slot slot) {
  if (slot == Crew::kZygote) return zygote_died();
  const bool was_busy = busy_.contains(slot);
  const std::uint64_t at = crew_.area(slot).at.load();
  const Death death = crew_.bury(slot);
  if (!was_busy) return;  // it is missed when it is to work again
  // Behind what it has left, which may be all: it may have died when it was about to say so. Or
  // before it had begun, and another one in its place before that.
  std::uint64_t& skip_to = goes_on_at_.try_emplace(slot, leg_begin_).first->second;
  const Area& left = crew_.area(slot);
  if (const std::uint64_t count = left.count.load(); count > 0) {
    skip_to = left.made[count - 1].number + 1;
  }
  collect(slot);
  const bool was_made = std::ranges::any_of(made_, [&](const Made& m) { return m.number == at; });
  if (at != Area::kNothing && !was_made) skip_to = at + (death.is_known ? 1 : 0);
  if (at != Area::kNothing && !was_made && death.is_known) note_crash(slot, at, death);
  if (workers_ == 0) return lose_strategy(skip_to);
  const bool is_lost = at == Area::kNothing || (!was_made && !death.is_known);
  if (is_lost && ++lost_ > kMostCrashes) {
    throw JobsUnavailable("worker processes do not live");
  }
  start_worker(slot, skip_to);
}

void JobsExploration::note_crash(Slot slot, std::uint64_t number, const Death& death) {
  const Area& area = crew_.area(slot);
  Crash crash;
  crash.death = death;
  crash.execution = number + 1;
  crash.deviations = shown_deviations(area);
  crash.is_whole = area.tape.count.load() <= ShownTape::kMost;
  crash.said = crew_.said(slot);
  events_[number].crash = std::move(crash);
  crashed_.insert(number);
  const bool ends = crew_.common().first_failure_ends || is_alone(options_.strategy);
  if (ends) crew_.common().lower_last(number);
  if (crashed_.size() >= kMostCrashes) {
    crew_.common().lower_last(*std::next(crashed_.begin(), kMostCrashes - 1));
  }
}

// In the head; a zygote that is idle dies only when it is killed.
void JobsExploration::zygote_died() {
  const std::uint64_t at = crew_.area(Crew::kZygote).at.load();
  const Death death = crew_.bury(Crew::kZygote);
  if (!busy_.contains(Crew::kZygote) || at == Area::kNothing) return restart_zygote();
  if (at == Area::kBeforehand) {
    if (crew_.setup().beforehand_crashed) throw JobsUnavailable("worker processes do not live");
    crash_beforehand_ = Crash{death, 1, {}, true, crew_.said(Crew::kZygote)};
    crew_.setup().beforehand_crashed = true;
    if (crew_.common().first_failure_ends) crew_.setup().makes_head = false;
  } else {
    std::map<std::uint64_t, Events> crashes;
    for (auto& [number, events] : events_) {
      if (events.crash) crashes[number].crash = std::move(events.crash);
    }
    events_ = std::move(crashes);
    note_crash(Crew::kZygote, at, death);
    crew_.setup().crashed = crashed_;
  }
  crew_.start_zygote();
  if (!crew_.setup().makes_head) {
    busy_.clear();
    is_over_ = true;
  }
}

// Another one that stands where the head ends. What it tells of the head is known.
void JobsExploration::restart_zygote() {
  if (crew_.is_alive(Crew::kZygote)) crew_.dismiss(Crew::kZygote);
  crew_.start_zygote();
  for (;;) {
    const auto event = crew_.wait(kPollTick);
    if (!event) continue;
    if (event->slot != Crew::kZygote) {
      if (event->message) handle(event->slot, *event->message);
      continue;  // those that went with the zygote are buried when there is another one
    }
    if (!event->message) throw JobsUnavailable("worker processes do not live");
    const auto kind = static_cast<Answer>(event->message->kind);
    if (kind == Answer::leg_done) break;
    if (kind == Answer::shape && !crew_.setup().makes_head) break;
  }
}

// What was made, in the order in which one process would have made it.
void JobsExploration::merge() {
  const std::uint64_t last = crew_.common().last.load();
  auto record = made_.begin();
  auto events = events_.begin();
  while (!tally_.has_enough_failures() && (record != made_.end() || events != events_.end())) {
    const std::uint64_t number = std::min(record != made_.end() ? record->number : UINT64_MAX,
                                          events != events_.end() ? events->first : UINT64_MAX);
    if (number > last || number > over_at_) break;
    if (record != made_.end() && record->number == number) tally_.add(*record++);
    if (events != events_.end() && events->first == number) merge_one(number, events++->second);
  }
  is_over_ = is_over_ || tally_.has_enough_failures() || over_at_ <= leg_end_ || last < leg_end_;
  if (alone_is_lost_ || (is_alone(options_.strategy) && !crashed_.empty())) {
    tally_.warn(
        {FindingKind::crash,
         "depth-first search and dpor ended where the process did that made their executions",
         {},
         {}});
  }
  const auto crashes = std::ranges::count_if(crashed_, [&](auto each) { return each <= last; });
  if (static_cast<std::size_t>(crashes) >= kMostCrashes && is_over_) {
    tally_.warn({FindingKind::crash,
                 absl::StrCat("the exploration ended where ", kMostCrashes,
                              " executions had ended their process"),
                 {},
                 {}});
  }
  if (!leg_is_whole_ && !is_over_) {
    if (is_stopped_) tally_.stopped();
    is_over_ = true;
  }
}

void JobsExploration::merge_one(std::uint64_t number, Events& events) {
  for (const Finding& warning : events.warnings) tally_.warn(warning);
  if (events.refused) throw std::invalid_argument(*events.refused);
  if (events.not_repeated) {
    tally_.fail(not_deterministic(options_, shape_, *events.not_repeated, {}, number));
    over_at_ = std::min(over_at_, number);
    return;
  }
  if (events.differs) {
    tally_.fail(*std::move(events.differs));
    progress_ = events.behind_failure;
    over_at_ = std::min(over_at_, number);
    return;
  }
  if (events.crash) {
    tally_.add_crashed(number);
    tell_crash(*events.crash);
  }
  if (events.failure && failures_.add(events.failure->finding)) {
    tell(*events.failure);
    if (tally_.has_enough_failures()) progress_ = events.behind_failure;
  }
}

void JobsExploration::tell(const Found& found) {
  if (auto failure = have_told({found, options_.check_determinism, options_.shrink})) {
    return tally_.fail(*std::move(failure));
  }
  // It ended the process, which is told behind it.
  const Crash crash{
      crew_.bury(teller_slot_), found.execution, shown_deviations(crew_.area(teller_slot_)),
      crew_.area(teller_slot_).tape.count.load() <= ShownTape::kMost, crew_.said(teller_slot_)};
  auto unshrunk = have_told({found, false, false});
  if (!unshrunk) {
    crew_.bury(teller_slot_);
    unshrunk = failure_of(options_, shape_, found, {}, {});
  }
  tally_.fail(*std::move(unshrunk));
  tell_crash(crash);
}

// Null where the process that was to tell it has died and is to be buried.
std::optional<Failure> JobsExploration::have_told(const TellOrder& order) {
  if (!crew_.start(teller_slot_, Command::tell, to_bytes(order))) {
    restart_zygote();
    if (!crew_.start(teller_slot_, Command::tell, to_bytes(order))) {
      throw JobsUnavailable("no more worker processes can be made");
    }
  }
  const auto answer = crash_teller_.wait_for_answer();
  Failure failure;
  if (!answer || !from_bytes(answer->bytes, failure)) return std::nullopt;
  crew_.bury(teller_slot_);
  return failure;
}

void JobsExploration::tell_crash(const Crash& crash) {
  if (!crew_.is_alive(Crew::kZygote)) restart_zygote();
  if (auto failure = crash_teller_.tell(crash, shape_, options_.shrink)) {
    tally_.fail(*std::move(failure));
  }
}

}  // namespace

}  // namespace jobs

Report explore_jobs(Body body, const ExploreOptions& options, const Jobs& jobs) {
  static_cast<void>(Course(options, {}));  // throws for options that do not fit together
  return jobs::JobsExploration(body, options, jobs).explore();
}

}  // namespace sim
