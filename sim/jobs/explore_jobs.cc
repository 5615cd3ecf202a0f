#include "sim/jobs/explore_jobs.h"

#include <algorithm>
#include <deque>
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
#include "sim/jobs/leg.h"

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
        legs_at_once_(options.strategy == Strategy::portfolio() ? 1 : kMostLegs),
        workers_(is_alone(options.strategy) ? 0 : std::max<std::uint32_t>(1, jobs.count)),
        teller_slot_(kFirstWorker + workers_),
        crew_(body, options, jobs, teller_slot_),
        tally_(options),
        crash_teller_(crew_, teller_slot_, [this] { look_around(); }) {
    crew_.common().first_failure_ends.store(first_failure_ends());
  }

  Report explore() {
    try {
      make_head();
      make_rounds();
    } catch (const JobsUnavailable& why) {
      if (tally_.seen() == 0) throw;
      warn(absl::StrCat("the exploration ended before its time: ", why.what()));
      keep_untold();
    }
    return tally_.finish(progress_);
  }

 private:
  void make_rounds() {
    std::uint64_t begin = kHead;
    while (!is_over_) {
      while (legs_.size() < legs_at_once_ && goes_on(begin)) {
        begin_round(begin);
        begin = legs_.back().end;
      }
      if (legs_.empty()) break;
      make_leg();
      merge();
    }
    // What the others have made meanwhile counts too.
    while (is_cut_short_ && !legs_.empty()) {
      make_leg();
      merge();
    }
    if (is_stopped_ && !is_over_ && begin < options_.max_executions) tally_.stopped();
  }
  bool first_failure_ends() const { return options_.max_failures == 1; }
  // Whether there is a round that begins there.
  bool goes_on(std::uint64_t begin) {
    if (begin >= options_.max_executions || is_late()) return false;
    look_around();
    return !is_stopped_;
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
    progress.executions += to_count_;
    for (const Leg& leg : legs_) progress.executions += leg.executions();
    for (Slot slot = 0; slot < teller_slot_; ++slot) {
      for (const Records& each : crew_.area(slot).records) progress.executions += each.count.load();
    }
    options_.on_progress(progress);
  }

  void make_head();
  void begin_round(std::uint64_t begin);
  void set_to_work(Slot slot, Leg& leg);
  void lose_strategy(std::uint64_t at);
  void start_worker(Slot slot, const Leg& leg, std::uint64_t skip_to);
  void make_leg();
  void handle(Slot slot, const Message& message);
  Leg* leg_of(Slot slot);
  void leg_done(Slot slot, const LegDone& done);
  void died(Slot slot);
  void zygote_died();
  void restart_zygote();
  void note_crash(Slot slot, std::uint64_t number, const Death& death);
  void note_overwritten(Slot slot, Leg& leg, const Death& death);
  void lower_last(std::uint64_t number) {
    last_ = std::min(last_, number);
    crew_.common().last.store(last_);
  }
  void merge();
  void merge_one(std::uint64_t number, Events& events);
  void keep_untold();
  void warn(std::string what) { tally_.warn({FindingKind::crash, std::move(what), {}, {}}); }
  void tell(const Found& found);
  std::optional<Failure> have_told(const TellOrder& order);
  void tell_crash(const Crash& crash);

  ExploreOptions options_;
  bool has_alone_;            // there are executions that cannot be skipped
  std::size_t legs_at_once_;  // 1 where what one shows is needed for the next
  std::uint32_t workers_;     // that make the others
  Slot teller_slot_;
  Crew crew_;
  Tally tally_;
  CrashTeller crash_teller_;
  KnownFindings failures_;
  Stopwatch watch_;
  bool is_stopped_ = false;
  bool is_over_ = false;       // nothing follows
  bool is_cut_short_ = false;  // by what comes from outside
  bool nobody_tells_ = false;  // no process can be had
  std::uint16_t shape_ = 0;
  AloneProgress progress_;
  std::vector<Lesson> lessons_;
  bool alone_has_begun_ = false;
  std::uint64_t alone_is_lost_at_ = UINT64_MAX;  // what depth-first search and dpor knew
  std::size_t lost_ = 0;                         // processes of which nobody knows why
  std::set<std::uint64_t> crashed_;
  std::optional<Crash> crash_beforehand_;
  std::optional<Failure> differs_beforehand_;

  // That are not counted yet, in their order. Whoever has made its part of the first one goes on
  // with the next, of which nothing counts where the search ends before it.
  std::deque<Leg> legs_;
  EventLog events_;
  std::uint64_t over_at_ = UINT64_MAX;  // there the search is over
  std::uint64_t last_ = UINT64_MAX;     // no execution behind it matters
  std::uint64_t to_count_ = 0;          // executions of the leg that is being counted
};

void JobsExploration::make_head() {
  legs_.emplace_back(0, std::min(kHead, options_.max_executions), 0);
  look_around();  // a time that is over already leaves one execution
  crew_.start_zygote();
  legs_.front().busy = {Crew::kZygote};
  make_leg();
  tally_.fail(std::move(differs_beforehand_));
  if (crash_beforehand_) tell_crash(*crash_beforehand_);
  merge();
}

void JobsExploration::begin_round(std::uint64_t begin) {
  Lesson lesson = tally_.take_lesson();
  lesson.alone = progress_;
  if (alone_is_lost_at_ <= begin) lesson.alone.dpor_gone = lesson.alone.dfs_gone = true;
  if (begin != kHead) lessons_.push_back(lesson);
  legs_.emplace_back(begin, std::min(end_of_round(begin), options_.max_executions),
                     lessons_.size());
  Leg& leg = legs_.back();
  leg.order = write(RoundOrder{lesson, leg.end});
  for (std::uint32_t i = 1; i < workers_; ++i) set_to_work(kFirstWorker + i, leg);
  // The first worker's turn comes behind it: both together have as much as each of the others.
  set_to_work(has_alone_ ? kAlone : kFirstWorker, leg);
}

void JobsExploration::set_to_work(Slot slot, Leg& leg) {
  leg.busy.insert(slot);
  if (!crew_.is_alive(slot)) return start_worker(slot, leg, leg.begin);
  crew_.send(slot, Command::round, leg.order);  // where it is dead, that is heard of later
}

// Nobody can go on with depth-first search or dpor.
void JobsExploration::lose_strategy(std::uint64_t at) {
  alone_is_lost_at_ = std::min(alone_is_lost_at_, at);
  over_at_ = std::min(over_at_, at);
  for (Leg& leg : legs_) leg.busy.clear();
}

void JobsExploration::start_worker(Slot slot, const Leg& leg, std::uint64_t skip_to) {
  const bool is_for_alone = slot == kAlone;
  const bool is_second = is_for_alone && std::exchange(alone_has_begun_, true);
  if (is_second && workers_ == 0) return lose_strategy(skip_to);
  // What another one knew is lost.
  if (is_second) alone_is_lost_at_ = std::min(alone_is_lost_at_, skip_to);
  const Part part{is_for_alone ? 0 : slot - kFirstWorker, std::max(1u, workers_), is_for_alone,
                  !is_for_alone};
  const std::vector<Lesson> lessons(lessons_.begin(),
                                    lessons_.begin() + static_cast<std::ptrdiff_t>(leg.index));
  const WorkOrder order{part, lessons, skip_to, is_second, leg.end};
  for (int tries = 0; tries < 2; ++tries) {
    if (crew_.start(slot, Command::work, to_bytes(order))) return;
    restart_zygote();
  }
  throw JobsUnavailable("no more worker processes can be made");
}

// Makes the first one, at least.
void JobsExploration::make_leg() {
  while (!legs_.front().busy.empty()) {
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
    default:
      break;
  }
  events_.note(message);
  const bool ends = static_cast<Answer>(message.kind) == Answer::differs ||
                    (static_cast<Answer>(message.kind) == Answer::failure && first_failure_ends());
  std::uint64_t number = 0;
  if (ends && read(message.bytes, number)) lower_last(number);
}

// The one it is at, if there is one.
Leg* JobsExploration::leg_of(Slot slot) {
  const auto leg =
      std::ranges::find_if(legs_, [&](const Leg& each) { return each.busy.contains(slot); });
  return leg != legs_.end() ? &*leg : nullptr;
}

void JobsExploration::leg_done(Slot slot, const LegDone& done) {
  Leg* const leg = leg_of(slot);
  if (leg == nullptr) return;
  if (!crew_.area(slot).is_intact()) {
    return note_overwritten(slot, *leg, crew_.dismiss_gently(slot));
  }
  leg->collect(crew_.area(slot).records_of(leg->index));
  leg->busy.erase(slot);
  if (slot == Crew::kZygote || slot == kAlone) leg->progress = done.alone;
  if (done.is_over) over_at_ = std::min(over_at_, done.at);
  if (done.at < leg->end) {
    leg->is_whole = false;
    for (Leg& each : legs_) each.busy.erase(slot);  // it does not go on
  }
  if (slot == kAlone && workers_ > 0) set_to_work(kFirstWorker, *leg);
}

void JobsExploration::died(Slot slot) {
  if (slot == Crew::kZygote) return zygote_died();
  Leg* const leg = leg_of(slot);
  const std::uint64_t at = crew_.area(slot).at.load();
  const Death death = crew_.bury(slot);
  if (leg == nullptr) return;  // it is missed when it is to work again
  const bool is_possible = at == Area::kNothing || (at >= leg->begin && at < leg->end);
  if (!is_possible || !crew_.area(slot).is_intact()) return note_overwritten(slot, *leg, death);
  // Behind what it has left, which may be all: it may have died when it was about to say so. Or
  // before it had begun, and another one in its place before that.
  std::uint64_t& skip_to = leg->goes_on_at.try_emplace(slot, leg->begin).first->second;
  Records& left = crew_.area(slot).records_of(leg->index);
  if (const std::uint32_t count = left.count.load(); count > 0) {
    skip_to = std::clamp(left.made[count - 1].number + 1, leg->begin, leg->end);
  }
  leg->collect(left);
  const bool was_at_one = at != Area::kNothing && !leg->was_made(at);
  if (was_at_one) skip_to = at + (death.is_known ? 1 : 0);
  if (was_at_one && death.is_known) note_crash(slot, at, death);
  const bool is_lost = at == Area::kNothing || (was_at_one && !death.is_known);
  if (is_lost && ++lost_ > kMostCrashes + workers_) {
    throw JobsUnavailable("worker processes do not live");
  }
  start_worker(slot, *leg, skip_to);
  for (const Leg& next : legs_) {
    if (&next != leg && next.busy.contains(slot)) crew_.send(slot, Command::round, next.order);
  }
}

void JobsExploration::note_crash(Slot slot, std::uint64_t number, const Death& death) {
  events_.note_crash(number, crash_in(crew_, slot, death, number + 1));
  crashed_.insert(number);
  if (first_failure_ends() || is_alone(options_.strategy)) lower_last(number);
  if (crashed_.size() >= kMostCrashes) {
    lower_last(*std::next(crashed_.begin(), kMostCrashes - 1));
  }
}

// What it was at was overwritten: a crash at an unknown place of the leg, which is the last.
void JobsExploration::note_overwritten(Slot slot, Leg& leg, const Death& death) {
  const std::uint64_t number = leg.end - 1;
  Crash crash = crash_in(crew_, slot, death, leg.end);
  crash.is_known = false;
  crash.deviations.clear();
  events_.note_crash(number, std::move(crash));
  crashed_.insert(number);
  lower_last(number);
  leg.is_whole = false;
  for (Leg& each : legs_) each.busy.erase(slot);
}

// In the head; a zygote that is idle dies only when it is killed.
void JobsExploration::zygote_died() {
  const std::uint64_t at = crew_.area(Crew::kZygote).at.load();
  const Death death = crew_.bury(Crew::kZygote);
  Leg* const head = leg_of(Crew::kZygote);
  if (head == nullptr) return restart_zygote();
  const bool is_possible = at >= Area::kBeforehand || at < head->end;
  if (!is_possible || !crew_.area(Crew::kZygote).is_intact()) {
    note_overwritten(Crew::kZygote, *head, death);
    crew_.setup().makes_head = false;
    return restart_zygote();
  }
  if (at == Area::kNothing) return restart_zygote();
  if (at == Area::kBeforehand) {
    if (crew_.setup().beforehand_crashed) throw JobsUnavailable("worker processes do not live");
    crash_beforehand_ = Crash{death, 1, {}, true, crew_.said(Crew::kZygote)};
    crew_.setup().beforehand_crashed = true;
    if (first_failure_ends()) crew_.setup().makes_head = false;
  } else {
    events_.keep_crashes();
    note_crash(Crew::kZygote, at, death);
    crew_.setup().crashed = crashed_;
  }
  crew_.start_zygote();
  if (!crew_.setup().makes_head) {
    head->busy.clear();
    is_over_ = true;
  }
}

// Another one that stands where the head ends. What it tells of the head is known.
void JobsExploration::restart_zygote() {
  if (crew_.is_alive(Crew::kZygote)) crew_.dismiss(Crew::kZygote);
  crew_.start_zygote();
  for (;;) {
    look_around();
    const auto event = crew_.wait(kPollTick, Crew::kZygote);
    if (!event) continue;
    if (!event->message) throw JobsUnavailable("worker processes do not live");
    const auto kind = static_cast<Answer>(event->message->kind);
    if (kind == Answer::leg_done) break;
    if (kind != Answer::shape) continue;
    read(event->message->bytes, shape_);
    if (!crew_.setup().makes_head) break;
  }
}

// Counts the first leg in the order in which one process would have made it.
void JobsExploration::merge() {
  const Leg leg = std::move(legs_.front());
  legs_.pop_front();
  if (leg.progress) progress_ = *leg.progress;
  to_count_ = leg.executions();
  for (std::uint64_t number = leg.begin; number < leg.end; ++number) {
    if (tally_.has_enough_failures() || number > std::min(last_, over_at_)) break;
    if (const auto& record = leg.made[number - leg.begin]) {
      tally_.add(*record);
      --to_count_;
    }
    if (Events* const events = events_.find(number)) merge_one(number, *events);
  }
  is_over_ = is_over_ || tally_.has_enough_failures() || std::min(over_at_, last_) < leg.end;
  if (alone_is_lost_at_ < leg.end ||
      (is_alone(options_.strategy) && !crashed_.empty() && *crashed_.begin() < leg.end)) {
    warn("depth-first search and dpor ended where the process did that made their executions");
  }
  // Not of those in the next leg, which does not count.
  const auto crashes = std::ranges::count_if(
      crashed_, [&](auto each) { return each < leg.end && each <= std::min(last_, over_at_); });
  if (static_cast<std::size_t>(crashes) >= kMostCrashes && !tally_.has_enough_failures()) {
    warn(absl::StrCat("the exploration ended where ", kMostCrashes,
                      " executions had ended their process"));
  }
  if (!leg.is_whole && !is_over_) {
    if (is_stopped_) tally_.stopped();
    is_over_ = is_cut_short_ = true;
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
    tell_crash(*events.crash);
    tally_.add_crashed(number);
    events.crash.reset();
  }
  if (events.failure && failures_.add(events.failure->finding)) {
    tell(*events.failure);
    if (tally_.has_enough_failures()) progress_ = events.behind_failure;
  }
}

// What is left stands as it was found, where nobody can be had any more who tells it.
void JobsExploration::keep_untold() {
  for (const Message& each : crew_.unheard()) events_.note(each);
  nobody_tells_ = true;
  for (auto& [number, events] : events_.left()) {
    if (tally_.has_enough_failures() || number > std::min(last_, over_at_)) return;
    merge_one(number, events);
  }
}

void JobsExploration::tell(const Found& found) {
  if (nobody_tells_) return tally_.fail(failure_of(options_, shape_, found, {}, {}));
  std::optional<Crash> crash;
  std::optional<Failure> told;
  try {
    told = have_told({found, options_.check_determinism, options_.shrink});
    if (!told) {  // it ended the process, which is told behind it
      crash = crash_in(crew_, teller_slot_, crew_.bury(teller_slot_), found.execution);
      told = have_told({found, false, false});
      if (!told) crew_.bury(teller_slot_);
    }
  } catch (const JobsUnavailable&) {
    tally_.fail(failure_of(options_, shape_, found, {}, {}));
    if (crash) tally_.fail(crash_teller_.untold(*crash, shape_));
    throw;
  }
  tally_.fail(told ? *std::move(told) : failure_of(options_, shape_, found, {}, {}));
  if (crash) tell_crash(*crash);
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
  if (nobody_tells_) return tally_.fail(crash_teller_.untold(crash, shape_));
  if (!crew_.is_alive(Crew::kZygote)) restart_zygote();
  tally_.fail(crash_teller_.tell(crash, shape_, options_.shrink));
}

}  // namespace

}  // namespace jobs

Report explore_jobs(Body body, const ExploreOptions& options, const Jobs& jobs) {
  static_cast<void>(Course(options, {}));  // throws for options that do not fit together
  return jobs::JobsExploration(body, options, jobs).explore();
}

}  // namespace sim
