// Small programs for dpor, and what visiting every schedule of one shows: dpor comes to every
// trace, and all schedules of one trace end in the same state, which does not ask the table of what
// conflicts with what.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "property_tests/programs.h"
#include "sim/explore/dfs.h"
#include "sim/explore/dpor.h"

namespace dpor_test {

enum class Do : std::uint8_t {
  read, write, add, exchange, check, lock, unlock, acquire, release, wait_event, set_event,
  clear_event, put, get, notify, wait_notified, set_future, wait_future, look_future, cancel,
  wait_task, look_task, sleep, choose, yield, limited_event, limited_lock, shielded, busy,
};
inline constexpr const char* kWords[] = {
    "read", "write", "add", "exchange", "check", "lock", "unlock", "acquire", "release",
    "wait_event", "set_event", "clear_event", "put", "get", "notify", "wait_notified",
    "set_future", "wait_future", "look_future", "cancel", "wait_task", "look_task", "sleep",
    "choose", "yield", "limited_event", "limited_lock", "shielded", "busy"};

struct Action {
  Do what;
  int which;
  bool yields;  // before it, so that it begins a step
};
using Script = std::vector<Action>;

enum class Joins : std::uint8_t {
  gather, gather_throws, group, all, first, in_time, completed, none,
};

struct Program {
  std::vector<Script> scripts;  // of each task
  Joins joins;
  std::uint32_t cancellations = 0;  // from outside
};

inline void showValue(const Program& program, std::ostream& out) {
  static constexpr const char* kJoins[] = {"gather", "gather_throws", "group",     "all",
                                           "first",  "in_time",       "completed", "none"};
  out << kJoins[static_cast<int>(program.joins)] << ", cancellations " << program.cancellations;
  for (const Script& script : program.scripts) {
    out << "\n  task:";
    for (const Action& each : script) {
      out << (each.yields ? " | " : " ") << kWords[static_cast<int>(each.what)] << each.which;
    }
  }
  out << "\n";
}

// What a run has come to, told by what each task has seen.
struct Ending {
  std::vector<std::vector<int>> seen;
  std::vector<int> values;
  friend bool operator==(const Ending&, const Ending&) = default;
};

class Machine {
 public:
  Machine(const Program& program, Ending& ending) : program_(program), ending_(ending) {}

  sim::Coro<> main() {
    for (int i = 0; i < 2; ++i) {
      futures_.push_back(sim::running_loop().create_future<int>());
    }
    ending_.seen.assign(program_.scripts.size() + 1, {});
    const sim::Outcome<void> joined = co_await sim::settle(join());
    ending_.seen.back().push_back(joined.has_value());
    ending_.seen.back().push_back(x_.get());
    ending_.seen.back().push_back(y_.get());
  }

 private:
  sim::Coro<> join() {
    if (program_.joins == Joins::group) {
      const auto body = [this](sim::TaskGroup& group) -> sim::Coro<> {
        for (std::size_t i = 0; i < program_.scripts.size(); ++i) {
          tasks_.push_back(group.create_task(run(i)));
        }
        co_return;
      };
      co_return co_await sim::task_group(body);
    }
    for (std::size_t i = 0; i < program_.scripts.size(); ++i) {
      tasks_.push_back(sim::create_task(run(i)));
    }
    if (tasks_.empty()) co_return;
    switch (program_.joins) {
      case Joins::gather:
        co_await sim::gather_settled(tasks_);
        break;
      case Joins::gather_throws:
        co_await sim::gather(tasks_);
        break;
      case Joins::all:
        co_await sim::wait(tasks_);
        break;
      case Joins::first:
        co_await sim::wait(tasks_, sim::ReturnWhen::first_completed);
        break;
      case Joins::in_time: {
        const sim::WaitOptions in_time(std::chrono::milliseconds(1));
        co_await sim::wait(tasks_, in_time);
        break;
      }
      case Joins::completed: {
        auto completed = sim::as_completed(tasks_);
        while (sim::Task<>* task = co_await completed.next()) {
          ending_.seen.back().push_back(number_of(*task));
        }
        break;
      }
      case Joins::group:
      case Joins::none:
        break;
    }
  }
  int number_of(const sim::Task<>& task) const {
    const auto at = std::ranges::find_if(
        tasks_, [&](const sim::Task<>& each) { return each.state() == task.state(); });
    return static_cast<int>(at - tasks_.begin());
  }

  sim::Coro<> run(std::size_t number) {
    std::vector<int>& seen = ending_.seen[number];
    for (const Action& each : program_.scripts[number]) {
      const sim::Outcome<int> done = co_await sim::settle(make(each));
      seen.push_back(done.has_value() ? done.value() : done.cancelled() ? -1 : -2);
      if (done.cancelled()) done.value();
    }
  }

  sim::Coro<int> make(Action action) {
    if (action.yields) co_await sim::yield();
    sim::Shared<int>& variable = action.which == 0 ? x_ : y_;
    switch (action.what) {
      case Do::read:
        co_return variable.get();
      case Do::write:
        variable.set(7);
        co_return 0;
      case Do::add:
        co_return variable.fetch_add(1);
      case Do::exchange:
        co_return variable.compare_exchange(0, 3);
      case Do::check:
        SIM_CHECK_NE(variable.get(), 7);
        co_return 0;
      case Do::lock:
        co_await lock_.acquire();
        co_return 0;
      case Do::unlock:
        lock_.release();
        co_return 0;
      case Do::acquire:
        co_await semaphore_.acquire();
        co_return 0;
      case Do::release:
        semaphore_.release();
        co_return 0;
      case Do::wait_event:
        co_await event_.wait();
        co_return 0;
      case Do::set_event:
        event_.set();
        co_return 0;
      case Do::clear_event:
        event_.clear();
        co_return 0;
      case Do::put:
        co_await queue_.put(action.which);
        co_return 0;
      case Do::get:
        co_return co_await queue_.get();
      case Do::notify: {
        auto guard = co_await condition_.guard();
        condition_.notify();
        co_return 0;
      }
      case Do::wait_notified: {
        auto guard = co_await condition_.guard();
        co_await condition_.wait();
        co_return 0;
      }
      case Do::set_future:
        futures_[static_cast<std::size_t>(action.which)].set_result(5);
        co_return 0;
      case Do::wait_future: {
        const sim::Future<int> future = futures_[static_cast<std::size_t>(action.which)];
        co_return co_await future;
      }
      case Do::look_future:
        co_return futures_[static_cast<std::size_t>(action.which)].done();
      case Do::cancel:
        co_return task(action).cancel();
      case Do::wait_task: {
        const sim::Task<> other = task(action);
        if (other.state() != sim::current_task().state()) co_await other;
        co_return 0;
      }
      case Do::look_task:
        co_return task(action).done();
      case Do::sleep:
        co_await sim::sleep((1 + action.which) * std::chrono::milliseconds(1));
        co_return 0;
      case Do::choose:
        co_return sim::choose(2);
      case Do::yield:
        co_await sim::yield();
        co_return 0;
      case Do::limited_event:
        co_await sim::wait_for(event_.wait(), (1 + action.which) * std::chrono::milliseconds(1));
        co_return 0;
      case Do::limited_lock: {
        const auto acquire = [&](sim::Timeout&) -> sim::Coro<> { co_await lock_.acquire(); };
        co_await sim::timeout(std::chrono::milliseconds(1), acquire);
        co_return 0;
      }
      case Do::shielded: {
        const sim::Future<int> future = futures_[static_cast<std::size_t>(action.which)];
        co_return co_await sim::shield(future);
      }
      case Do::busy:
        sim::busy((1 + action.which) * std::chrono::milliseconds(1));
        co_return 0;
    }
    co_return 0;
  }
  const sim::Task<>& task(const Action& action) const {
    return tasks_[static_cast<std::size_t>(action.which) % tasks_.size()];
  }

  const Program& program_;
  Ending& ending_;
  sim::Shared<int> x_{0};
  sim::Shared<int> y_{0};
  sim::Lock lock_;
  sim::Semaphore semaphore_{1};
  sim::Event event_;
  sim::Queue<int> queue_{2};
  sim::Condition condition_;
  std::vector<sim::Future<int>> futures_;
  std::vector<sim::Task<>> tasks_;
};

inline constexpr std::uint64_t kMostSchedules = 500;

// What is compared of a trace: how it ended, and what was found.
struct Trace {
  Ending ending;
  std::multiset<sim::FindingKind> kinds;
  sim::Duration time;
  friend bool operator==(const Trace&, const Trace&) = default;
};
using Traces = std::map<std::uint64_t, Trace>;

class Subject {
 public:
  explicit Subject(const Program& program) : program_(program) {}
  // False if it was there already.
  bool run(sim::DecisionSource& source, Traces& traces) {
    const sim::ExecutionResult& result = execution_.run(source);
    machine_.reset();
    Trace trace{ending_, {}, result.stats.virtual_time};
    for (const sim::Finding& each : result.findings) {
      if (sim::fails_by_default(each.kind)) trace.kinds.insert(each.kind);
    }
    const auto [at, is_new] = traces.emplace(result.stats.canonical_hash, trace);
    if (!is_new) RC_ASSERT(at->second == trace);
    return is_new;
  }

 private:
  sim::RunOptions options() const {
    sim::RunOptions options;
    options.cancellations = program_.cancellations;
    options.order = sim::Order::any;
    options.max_steps = 1'000;
    options.canonical = true;
    return options;
  }
  sim::Coro<> body() {
    machine_.emplace(program_, ending_);
    co_await machine_->main();
  }

  const Program& program_;
  Ending ending_;
  // Tasks may go on when main has ended, and whoever is last does not matter to them.
  std::optional<Machine> machine_;
  sim::Execution execution_{[this] { return body(); }, options()};
};

inline rc::Gen<Program> programs(const std::vector<Do>& actions, std::vector<Joins> joins,
                          std::uint32_t cancellations = 0) {
  const auto action = rc::gen::apply(
      [](Do what, int which, bool yields) {
        return Action{what, which, yields};
      },
      rc::gen::elementOf(actions), rc::gen::inRange(0, 2), rc::gen::arbitrary<bool>());
  const int length = cancellations == 0 ? 4 : cancellations == 1 ? 3 : 2;
  const auto script = rc::gen::resize(length, rc::gen::container<Script>(action));
  return rc::gen::apply(
      [cancellations](std::vector<Script> scripts, Joins how) {
        return Program{std::move(scripts), how, cancellations};
      },
      rc::gen::resize(3, rc::gen::container<std::vector<Script>>(script)),
      rc::gen::elementOf(joins));
}

// Of all schedules and of those that dpor visits, how many of which were of a trace seen before.
struct Visited {
  Traces all;
  Traces reduced;
  std::uint64_t redundant = 0;
};

// Null if there are more schedules than `most`.
inline std::optional<Visited> visit(const Program& program, std::uint64_t most) {
  Subject subject(program);
  Visited visited;
  sim::Dfs dfs;
  std::uint64_t schedules = 0;
  while (sim::DecisionSource* source = dfs.next()) {
    if (++schedules > most) return std::nullopt;
    subject.run(*source, visited.all);
  }
  sim::Dpor dpor;
  while (sim::DecisionSource* source = dpor.next()) {
    visited.redundant += !subject.run(*source, visited.reduced);
    dpor.ended({}, false);
    if (visited.redundant > 20 * visited.all.size()) break;  // it does not end
  }
  return visited;
}

// Traces that are visited twice are in order where a step may do what depends on a race in it.
enum class Optimal : bool { always, mostly };

inline void expect_each_trace_once(const rc::Gen<Program>& generator,
                                   Optimal optimal = Optimal::mostly) {
  const Program program = *generator;
  const std::optional<Visited> visited =
      visit(program, program.cancellations == 0 ? kMostSchedules : kMostSchedules / 5);
  RC_PRE(visited.has_value());
  RC_TAG(visited->redundant != 0 ? "redundant" : "optimal");
  RC_ASSERT(visited->reduced.size() == visited->all.size());
  RC_ASSERT(visited->reduced == visited->all);
  if (optimal == Optimal::always) RC_ASSERT(visited->redundant == 0u);
}

inline void expect_each_trace_once(const std::vector<Do>& actions,
                                   Optimal optimal = Optimal::mostly) {
  expect_each_trace_once(programs(actions, {Joins::gather}), optimal);
}

// "|" yields before the next action.
inline Action at_once(Do what, int which = 0) { return {what, which, false}; }
inline Action later(Do what, int which = 0) { return {what, which, true}; }

inline void expect_each_trace_of(std::vector<Script> scripts, Joins joins = Joins::gather,
                                 std::uint32_t cancellations = 0) {
  const Program program{std::move(scripts), joins, cancellations};
  const std::optional<Visited> visited = visit(program, 1'000'000);
  ASSERT_TRUE(visited.has_value());
  EXPECT_EQ(visited->reduced.size(), visited->all.size());
  EXPECT_TRUE(visited->reduced == visited->all);
}

}  // namespace dpor_test
