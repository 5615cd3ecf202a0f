// Program: a generated use of a small synchronisation algorithm that has a fault, or of its twin
// that has none.
//
// An algorithm is a lock, a channel, a cache or the like, written out on the futures of the runtime
// as in scenarios/bugs/, in which one fault can be switched on. A program is what surrounds it: how
// many tasks use it and how often, what they do between two operations, who is cancelled, who waits
// no longer than how long. Nobody has chosen that; a generator has (generator.h).
//
// Tasks sleep only where timers may fire late: else time would set an order, and many faults could
// not show. The correct twin has to hold whatever is generated: any order, any cancellation, late
// timers. So a task that is cancelled gives back what it holds and never waits for another on its
// way out.
#pragma once

#include <memory>
#include <ostream>
#include <vector>

#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace faulty {

// The ways to be wrong that most historical bugs of this kind share.
enum class Mistake {
  suspends_after_the_check,
  completes_before_unlinking,
  cancel_and_completion_both_win,
  timer_armed_until_resumed,
  token_to_who_has_left,
  inline_resume_reenters,
  counted_before_ready,
  touches_what_its_wake_up_destroyed,
  releases_what_it_did_not_acquire,
  callback_under_its_own_lock,
};
constexpr int kMistakes = 10;
const char* to_string(Mistake mistake);

// What may happen beside another order of the tasks.
enum class Trigger {
  order,         // nothing
  task,          // a task of the program cancels another
  cancellation,  // the explorer cancels a task
};
const char* to_string(Trigger trigger);

class Play;
struct Program;

// What a fault needs to show, beside an order of the tasks.
enum class Needs { nothing, cancellation, late_timers };

struct Algorithm {
  const char* name;
  Mistake mistake;
  Needs needs;
  int fewest_tasks;   // with which the fault may show
  int fewest_takers;  // of them, that are no producers
  std::unique_ptr<Play> (*make)(const Program&);
};

// All of them.
const std::vector<Algorithm>& algorithms();

// What a task does between two operations.
struct Pause {
  int yields;
  int milliseconds;  // of sleep after them, where timers may be late
};

struct Program {
  const Algorithm* algorithm;
  Trigger trigger;
  bool has_late_timers;       // timers may fire while tasks are ready
  int tasks;
  int first;                  // the task that is made first; the others follow in turn
  int rounds;                 // of each task
  int capacity;               // of what the algorithm has to give out; less than there are tasks
  int producers;              // how many tasks bring what the others take, where that is so
  int timeout;                // in milliseconds, of those who do not wait for ever
  int victim;                 // who is cancelled by a task; who is special where one is
  int bystanders;             // tasks that have nothing to do with it
  bool is_seen;               // whether operations access an object that the explorer sees
  std::vector<Pause> pauses;  // taken in turn
  bool has_fault = true;

  Program without_fault() const;
};

std::ostream& operator<<(std::ostream& out, const Program& program);

// What the explorer is to do with it.
sim::ExploreOptions options_for(const Program& program);

// The test: fails by a SIM_CHECK or a deadlock if the fault shows.
sim::Coro<> run(const Program& program);

// One execution of a program: the state of the algorithm and what each task does with it.
class Play {
 public:
  explicit Play(const Program& program);
  virtual ~Play() = default;
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  virtual sim::Coro<> task(int number) = 0;
  // Looks at what is left when all tasks have ended.
  virtual void at_end() {}

  // What the program has the task do next between two operations.
  sim::Coro<> pause(int number);

 protected:
  // The same, but that it always suspends: where a fault or its repair needs a moment.
  sim::Coro<> gap(int number);

  const Program& program() const { return program_; }
  bool has_fault() const { return program_.has_fault; }
  int tasks() const { return program_.tasks; }
  int rounds() const { return program_.rounds; }
  bool is_producer(int number) const { return number < program_.producers; }
  // What producers bring: as much as the others take, producer n the items n, n + producers ...
  int items() const { return (tasks() - program_.producers) * rounds(); }
  // Producer `number` gives its items one by one, all of them also where it is cancelled meanwhile.
  template <class Give>
  sim::Coro<> bring(int number, Give give) {
    sim::Outcome<void> brought;
    for (int item = number; item < items(); item += program_.producers) {
      const sim::Outcome<void> paused = co_await sim::settle(pause(number));
      if (brought.has_value()) brought = paused;
      give(item);
    }
    brought.value();
  }
  // How long a task waits that does not wait for ever; no time where timers are never late.
  sim::Duration patience(int number) const;

 private:
  Pause next_pause(int number);

  const Program& program_;
  std::vector<int> taken_;  // pauses of each task
  sim::Shared<int> seen_{0};
};

template <class P>
std::unique_ptr<Play> make_play(const Program& program) {
  return std::make_unique<P>(program);
}

}  // namespace faulty
