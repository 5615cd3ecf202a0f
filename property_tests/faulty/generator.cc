#include "property_tests/faulty/generator.h"

#include <algorithm>

namespace faulty {

namespace {

rc::Gen<Pause> pause() {
  return rc::gen::apply(
      [](int yields, int milliseconds) {
        return Pause{yields, milliseconds};
      },
      rc::gen::weightedElement<int>({{3, 0}, {3, 1}, {2, 2}, {1, 4}}),
      rc::gen::weightedElement<int>({{4, 0}, {2, 1}, {2, 2}, {1, 3}}));
}

rc::Gen<std::vector<Pause>> pauses() {
  return rc::gen::mapcat(rc::gen::inRange(1, 8), [](int count) {
    return rc::gen::container<std::vector<Pause>>(static_cast<std::size_t>(count), pause());
  });
}

rc::Gen<Trigger> trigger(Needs needs) {
  if (needs == Needs::cancellation) {
    return rc::gen::element(Trigger::task, Trigger::cancellation);
  }
  return rc::gen::element(Trigger::order, Trigger::task, Trigger::cancellation);
}

rc::Gen<bool> late_timers(Needs needs) {
  if (needs == Needs::late_timers) return rc::gen::just(true);
  return rc::gen::weightedElement<bool>({{2, false}, {1, true}});
}

// Where somebody has to be cancelled it is one who may have to wait.
Program with_a_victim_who_waits(Program program) {
  if (program.algorithm->needs != Needs::cancellation) return program;
  program.victim = program.producers + program.victim % (program.tasks - program.producers);
  return program;
}

}  // namespace

rc::Gen<Program> program_around(const Algorithm& algorithm) {
  return rc::gen::mapcat(rc::gen::inRange(algorithm.fewest_tasks, 6), [&algorithm](int tasks) {
    return rc::gen::map(
        rc::gen::build<Program>(
            rc::gen::set(&Program::algorithm, rc::gen::just(&algorithm)),
            rc::gen::set(&Program::trigger, trigger(algorithm.needs)),
            rc::gen::set(&Program::has_late_timers, late_timers(algorithm.needs)),
            rc::gen::set(&Program::tasks, rc::gen::just(tasks)),
            rc::gen::set(&Program::first, rc::gen::inRange(0, tasks)),
            rc::gen::set(&Program::rounds, rc::gen::inRange(1, 4)),
            rc::gen::set(&Program::capacity, rc::gen::inRange(1, std::min(tasks, 4))),
            rc::gen::set(&Program::producers,
                         rc::gen::inRange(1, tasks - algorithm.fewest_takers + 1)),
            rc::gen::set(&Program::timeout, rc::gen::inRange(1, 4)),
            rc::gen::set(&Program::victim, rc::gen::inRange(0, tasks)),
            rc::gen::set(&Program::bystanders, rc::gen::inRange(0, 3)),
            rc::gen::set(&Program::is_seen, rc::gen::arbitrary<bool>()),
            rc::gen::set(&Program::pauses, pauses())),
        with_a_victim_who_waits);
  });
}

}  // namespace faulty
