#include "property_tests/faulty/program.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "property_tests/faulty/families.h"

namespace faulty {

namespace {

// The other than a task of the program that takes pauses.
int canceller_of(const Program& program) { return program.tasks; }

sim::Coro<> begin_task(std::shared_ptr<Play> play, int number, std::shared_ptr<bool> begun) {
  *begun = true;
  co_await play->task(number);
}

// Cancels a task if it has begun: one that has not would end without anybody noticing.
sim::Coro<> cancel_later(std::shared_ptr<Play> play, int number, sim::Task<> victim,
                         std::shared_ptr<bool> begun) {
  co_await play->pause(number);
  if (*begun) victim.cancel();
}

sim::Coro<> stand_by(int number, int rounds) {
  sim::Shared<int> own{number};
  for (int i = 0; i < rounds; ++i) {
    own.fetch_add(1);
    if (number % 2 == 0) {
      co_await sim::yield();
    } else {
      co_await sim::sleep(std::chrono::milliseconds(1 + i));
    }
  }
}

}  // namespace

const char* to_string(Mistake mistake) {
  static constexpr const char* kNames[kMistakes] = {
      "suspends between check and act",
      "completes a waiter before it unlinks it",
      "cancel and completion both win",
      "a timer is armed until its waiter resumes",
      "the token goes to one who has left",
      "an inline resume re-enters the signaller",
      "counted before the slot is ready",
      "touches what its wake-up destroyed",
      "releases what it did not acquire",
      "a callback under one's own lock",
  };
  return kNames[static_cast<int>(mistake)];
}

const char* to_string(Trigger trigger) {
  static constexpr const char* kNames[] = {"order", "task", "cancellation"};
  return kNames[static_cast<int>(trigger)];
}

const std::vector<Algorithm>& algorithms() {
  static const std::vector<Algorithm> all = [] {
    std::vector<Algorithm> found;
    for (std::vector<Algorithm> (*family)() :
         {gaps, hand_overs, both_winners, timed_waits, reentries, destroyed_waiters, misuses}) {
      std::ranges::move(family(), std::back_inserter(found));
    }
    std::ranges::stable_sort(found, {}, &Algorithm::mistake);
    return found;
  }();
  return all;
}

Program Program::without_fault() const {
  Program twin = *this;
  twin.has_fault = false;
  return twin;
}

std::ostream& operator<<(std::ostream& out, const Program& program) {
  out << program.algorithm->name << (program.has_fault ? "" : ", repaired") << ": trigger "
      << to_string(program.trigger) << (program.has_late_timers ? ", late timers" : "") << ", "
      << program.tasks << " tasks from " << program.first
      << ", " << program.rounds << " rounds, capacity " << program.capacity << ", "
      << program.producers << " producers, timeout " << program.timeout << ", victim "
      << program.victim << ", " << program.bystanders << " bystanders, "
      << (program.is_seen ? "seen" : "unseen") << ", pauses";
  for (const Pause& each : program.pauses) out << ' ' << each.yields << '+' << each.milliseconds;
  return out;
}

sim::ExploreOptions options_for(const Program& program) {
  sim::ExploreOptions options;
  options.cancellations = program.trigger == Trigger::cancellation ? 1 : 0;
  if (program.has_late_timers) options.time = sim::Time::slow_loop;
  options.max_steps = 10'000;
  options.shrink = false;
  return options;
}

sim::Coro<> run(const Program& program) {
  const std::shared_ptr<Play> play = program.algorithm->make(program);
  std::vector<sim::Task<>> all;
  sim::Task<> victim;
  auto victim_has_begun = std::make_shared<bool>(false);
  for (int i = 0; i < program.tasks; ++i) {
    const int number = (program.first + i) % program.tasks;
    const auto begun =
        number == program.victim ? victim_has_begun : std::make_shared<bool>(false);
    all.push_back(sim::create_task(begin_task(play, number, begun)));
    if (number == program.victim) victim = all.back();
  }
  if (program.trigger == Trigger::task) {
    all.push_back(sim::create_task(
        cancel_later(play, canceller_of(program), victim, victim_has_begun)));
  }
  for (int i = 0; i < program.bystanders; ++i) {
    all.push_back(sim::create_task(stand_by(i, program.rounds)));
  }
  co_await sim::gather_settled(all);
  play->at_end();
}

Play::Play(const Program& program)
    : program_(program), taken_(static_cast<std::size_t>(program.tasks + 1)) {}

Pause Play::next_pause(int number) {
  const int taken = taken_[static_cast<std::size_t>(number)]++;
  return program_.pauses[static_cast<std::size_t>(number * 2 + taken) % program_.pauses.size()];
}

sim::Coro<> Play::pause(int number) {
  const Pause next = next_pause(number);
  for (int i = 0; i < next.yields; ++i) co_await sim::yield();
  if (next.milliseconds > 0 && program_.has_late_timers) {
    co_await sim::sleep(std::chrono::milliseconds(next.milliseconds));
  }
  if (program_.is_seen) seen_.fetch_add(1);
}

sim::Coro<> Play::gap(int number) {
  co_await sim::yield();
  co_await pause(number);
}

sim::Duration Play::patience(int number) const {
  return std::chrono::milliseconds(
      program_.has_late_timers ? 1 + (program_.timeout + number) % 3 : 0);
}

}  // namespace faulty
