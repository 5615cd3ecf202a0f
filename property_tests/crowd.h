// A crowd of tasks that wait on one primitive, for models that go command by command. What happens
// between two rests happens in one step, so that a cancellation meets a wake-up before who was
// woken has run; at a rest everything runs, under any schedule, until nothing moves any more.
//
//   crowd.soon([&] { crowd.ask(acquire(semaphore)); });
//   crowd.soon([&] { crowd.cancel(0); });
//   crowd.rest();
//   RC_ASSERT(crowd.fates() == model.line.fates);
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "property_tests/programs.h"

namespace property {

enum class Fate { waits, succeeded, cancelled };

class Crowd {
 public:
  using Action = std::function<void()>;

  Crowd() : Crowd{*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange(0, 3)} {}
  Crowd(std::uint64_t seed, int schedule) : source_(seed), runner_(options(schedule, source_)) {}

  // What happens in the next step, in this order.
  void soon(Action action) { actions_.push_back(std::move(action)); }
  void rest() {
    rest([](const Action& all) -> sim::Coro<> {
      all();
      co_return;
    });
  }
  // The same, where step(all) is the coroutine that makes it happen.
  template <class Step>
  void rest(Step step) {
    const Action all = [this] {
      for (const Action& action : std::exchange(actions_, {})) action();
    };
    const auto main = [&]() -> sim::Coro<> {
      co_await step(all);
      co_await sim::sleep(std::chrono::milliseconds(1));
    };
    runner_.run(main());
  }

  // Somebody waits from this moment on: the coroutine runs up to where it suspends.
  void ask(sim::Coro<> waits) { tasks_.push_back(sim::create_eager_task(std::move(waits))); }
  void cancel(std::size_t who) { tasks_[who].cancel(); }
  // One of those who have not ended and have not been cancelled.
  void cancel_waiting(std::size_t who) {
    const auto waits = [&](const sim::Task<>& task) {
      return !task.done() && task.cancelling() == 0 && who-- == 0;
    };
    std::ranges::find_if(tasks_, waits)->cancel();
  }
  // Of those who asked, in that order.
  std::vector<Fate> fates() const {
    std::vector<Fate> fates;
    for (const sim::Task<>& task : tasks_) {
      fates.push_back(!task.done()       ? Fate::waits
                      : task.cancelled() ? Fate::cancelled
                                         : Fate::succeeded);
    }
    return fates;
  }
  std::ptrdiff_t count(Fate fate) const { return std::ranges::count(fates(), fate); }

 private:
  sim::RandomSource source_;
  sim::Runner runner_;
  std::vector<sim::Task<>> tasks_;
  std::vector<Action> actions_;
};

// What a model knows of the crowd.
struct Line {
  std::vector<Fate> fates;
  std::deque<std::size_t> waiting;      // in the order of asking
  std::vector<std::size_t> on_the_way;  // woken since the last rest, whatever came after

  void ask(Fate fate) {
    if (fate == Fate::waits) waiting.push_back(fates.size());
    fates.push_back(fate);
  }
  void wake_first() {
    fates[waiting.front()] = Fate::succeeded;
    on_the_way.push_back(waiting.front());
    waiting.pop_front();
  }
  // Whether it was on its way, so that what it was woken for is free again.
  bool cancel(std::size_t who) {
    const bool woken = std::ranges::find(on_the_way, who) != on_the_way.end();
    if (fates[who] == Fate::cancelled || (fates[who] == Fate::succeeded && !woken)) return false;
    fates[who] = Fate::cancelled;
    std::erase(waiting, who);
    return woken;
  }
};

// Anybody of so many; a command with nobody to choose from is discarded.
inline std::size_t anybody_of(std::size_t count) {
  RC_PRE(count > 0);
  return *rc::gen::inRange<std::size_t>(0, count);
}

}  // namespace property
