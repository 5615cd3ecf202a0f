// Small random programs: a few tasks that work on one primitive, yield, sleep and cancel each
// other. Every task ends by itself, so whatever the schedule and whoever is cancelled, the program
// ends.
#pragma once

#include <rapidcheck.h>

#include <cstdlib>
#include <type_traits>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace property {

struct Step {
  enum class Kind { use, yield, sleep, cancel };
  Kind kind;
  int argument;  // milliseconds, or whom to cancel
};
using Script = std::vector<Step>;  // of one task

struct Program {
  std::vector<Script> scripts;
  std::uint64_t seed;
  int schedule;  // see options()
};

// A run under schedule 0, asyncio's order, or one where the source decides: 1, ties of timers; 2,
// any order.
inline sim::RunOptions options(int schedule, sim::RandomSource& source) {
  sim::RunOptions options;
  options.order = schedule == 2 ? sim::Order::any : sim::Order::fifo;
  if (schedule != 0) options.source = &source;
  return options;
}

inline rc::Gen<Step> step(int tasks) {
  return rc::gen::apply(
      [](Step::Kind kind, int argument) {
        return Step{kind, argument};
      },
      rc::gen::weightedElement<Step::Kind>({{5, Step::Kind::use},
                                            {2, Step::Kind::yield},
                                            {2, Step::Kind::sleep},
                                            {2, Step::Kind::cancel}}),
      rc::gen::inRange(0, tasks));
}

inline rc::Gen<Program> program() {
  constexpr int kTasks = 5;
  return rc::gen::apply(
      [](std::vector<Script> scripts, std::uint64_t seed, int schedule) {
        return Program{std::move(scripts), seed, schedule};
      },
      rc::gen::container<std::vector<Script>>(
          kTasks, rc::gen::resize(8, rc::gen::container<Script>(step(kTasks)))),
      rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(0, 3));
}

// Runs the program: `use(index)` makes the coroutine of a task's work on the primitive. Where tasks
// may be left waiting, `at_rest` looks at them when nothing moves any more, and then they are
// cancelled. `at_end` looks at what is left when all tasks have ended. A deadlock throws.
template <class Use, class AtRest, class AtEnd>
sim::RunStats run(const Program& program, Use use, AtRest at_rest, AtEnd at_end) {
  std::vector<sim::Task<>> tasks;
  const auto task = [&](int index) -> sim::Coro<> {
    for (const Step& s : program.scripts[static_cast<std::size_t>(index)]) {
      switch (s.kind) {
        case Step::Kind::use:
          co_await use(index);
          break;
        case Step::Kind::yield:
          co_await sim::yield();
          break;
        case Step::Kind::sleep:
          co_await sim::sleep(std::chrono::milliseconds(s.argument));
          break;
        case Step::Kind::cancel:
          tasks[static_cast<std::size_t>(s.argument)].cancel();
          break;
      }
    }
  };
  const auto main = [&]() -> sim::Coro<> {
    for (int i = 0; i < static_cast<int>(program.scripts.size()); ++i) {
      tasks.push_back(sim::create_task(task(i)));
    }
    if constexpr (!std::is_null_pointer_v<AtRest>) {
      co_await sim::wait(tasks, sim::WaitOptions(std::chrono::hours(1)));
      at_rest();
      for (const sim::Task<>& t : tasks) t.cancel();
    }
    co_await sim::wait(tasks);
    for (const sim::Task<>& t : tasks) {
      if (!t.cancelled() && t.exception() != nullptr) std::rethrow_exception(t.exception());
    }
    at_end();
    tasks.clear();
  };
  sim::RandomSource source(program.seed);
  sim::RunOptions run_options = options(program.schedule, source);
  run_options.trace = true;
  sim::Runner runner(run_options);
  runner.run(main());
  runner.close();
  return runner.stats();
}
template <class Use, class AtEnd>
sim::RunStats run(const Program& program, Use use, AtEnd at_end) {
  return run(program, use, nullptr, at_end);
}

inline void showValue(const Program& program, std::ostream& os) {
  os << "seed " << program.seed << ", schedule " << program.schedule;
  for (const Script& script : program.scripts) {
    os << "\n ";
    for (const Step& s : script)
      os << " "
         << "uysc"[static_cast<int>(s.kind)] << s.argument;
  }
}

// The same programs every time, and many of them in a long run, unless RC_PARAMS asks for others.
inline const int kFixedSeed =
    setenv("RC_PARAMS",
           sim::test::long_run() ? "seed=77 max_success=20000 max_discard_ratio=30"
                                 : "seed=20 max_success=1000",
           0);

}  // namespace property
