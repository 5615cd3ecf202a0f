#include "sim/jobs/worker.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "sim/explore/course.h"
#include "sim/explore/crash_report.h"
#include "sim/explore/explanation.h"
#include "sim/explore/levels.h"
#include "sim/explore/narration.h"
#include "sim/explore/replay_source.h"
#include "sim/explore/shrink.h"
#include "sim/explore/tally.h"
#include "sim/explore/teller.h"
#include "sim/jobs/channel.h"
#include "sim/jobs/crashes.h"
#include "sim/jobs/death.h"
#include "sim/jobs/last_step.h"
#include "sim/jobs/watchdog.h"

namespace sim::jobs {

namespace {

// The process is the child of `parent`, and ends with it. Ctrl-C is the parent's to answer. It has
// access to one area from now on.
void become_worker(pid_t parent, const Setup& setup, Area& area) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
  protect(setup.areas.front(), setup.areas.size() * sizeof(Area), PROT_NONE);
  protect(&area, sizeof area, PROT_READ | PROT_WRITE);
  protect(setup.common, sizeof *setup.common, PROT_READ);
  show_tapes_in(&area.tape);
  start_watchdog(area, setup.jobs);
}

// Without what the process would do at its exit, which is the parent's.
[[noreturn]] void leave() {
  std::cout.flush();
  std::fflush(nullptr);
  ::_exit(0);
}

class Worker {
 public:
  Worker(const Setup& setup, int socket)
      : setup_(setup),
        socket_(socket),
        area_(setup.areas.front()),
        course_(setup_.options, {}),
        execution_(*setup_.body, run_options(setup_.options), setup_.options.ignore),
        teller_(*setup_.body, setup_.options) {}

  const Setup& setup() const { return setup_; }
  void answer(Answer kind, const std::string& bytes) {
    // Nobody is there to hear it where this fails.
    if (!send_message(socket_, static_cast<std::uint32_t>(kind), bytes)) ::_exit(0);
  }

  // In the zygote.
  void make_head();
  // In what was forked: `bytes` are the order's.
  void become(int socket, Area& area) {
    socket_ = socket;
    area_ = &area;
  }
  void obey(Command command, const std::string& bytes);

 private:
  void learn_shape();
  void make(std::uint64_t end, Tally* feedback);
  bool make_one(DecisionSource& source, Tally* feedback);
  void tell_warnings(const ExecutionResult& result, std::uint64_t number);
  void tell_difference(const Failure& failure, std::uint64_t number);
  void tell_failure(const ExecutionResult& result, std::uint64_t number);
  void say(Answer kind, std::uint64_t number, const std::string& bytes) {
    answer(kind, write(number, bytes));
  }
  void leg_done() {
    area_->at.store(Area::kNothing);
    const LegDone done{course_.at(), course_.is_over() || broken_off_,
                       course_.search().alone_progress()};
    answer(Answer::leg_done, write(done));
  }
  void work(WorkOrder order);
  void tell(const TellOrder& order);
  void retrace(const RetraceOrder& order);
  void certify(const CertifyOrder& order);
  void narrate(const NarrateOrder& order);
  void replay(const ReplayOrder& order);

  Setup setup_;
  int socket_;
  Area* area_;
  Course course_;
  Execution execution_;
  Teller teller_;
  KnownFindings warned_;
  KnownFindings failed_;
  std::size_t leg_ = 0;              // the index of the round
  std::uint64_t last_ = UINT64_MAX;  // what it has told ends the exploration there
  bool broken_off_ = false;          // what the search throws ends the exploration
};

void Worker::make_head() {
  learn_shape();
  if (setup_.makes_head) {
    Tally feedback(setup_.options);
    make(std::min(kHead, setup_.options.max_executions), &feedback);
    leg_done();
    course_.begin_rounds();
  }
  area_->at.store(Area::kNothing);
}

void Worker::learn_shape() {
  area_->at.store(Area::kBeforehand);
  if (setup_.beforehand_crashed) {
    teller_.set_shape(0);
  } else if (setup_.makes_head && setup_.options.check_determinism) {
    if (auto differs = teller_.check_determinism()) {
      answer(Answer::not_deterministic, to_bytes(*differs));
    }
  }
  answer(Answer::shape, write(teller_.shape()));
}

void Worker::make(std::uint64_t end, Tally* feedback) {
  for (;;) {
    if (broken_off_ || (setup_.common->stop && course_.at() > 0)) return;
    const std::uint64_t last = std::min(last_, setup_.common->last.load());
    DecisionSource* const source = course_.next(last < end ? last + 1 : end);
    if (source == nullptr) return;
    if (feedback != nullptr && setup_.crashed.contains(course_.at())) {
      course_.crashed();
    } else if (!make_one(*source, feedback)) {
      return;
    }
  }
}

// False where that is the end of all.
bool Worker::make_one(DecisionSource& source, Tally* feedback) {
  const std::uint64_t number = course_.at();
  area_->at.store(number);
  try {
    const bool twice = setup_.options.check_every_execution;
    Trace trace;
    const ExecutionResult& result =
        twice ? execution_.run_traced(source, trace) : execution_.run(source);
    const Made record = made(number, result, course_.search());
    const bool is_new = feedback != nullptr && feedback->add(record);
    course_.ended(result, is_new);
    std::optional<Failure> differs;
    if (twice) differs = teller_.check_repeats(trace, result.tape.deviations(), number + 1);
    tell_warnings(result, number);
    if (differs) {
      tell_difference(*differs, number);
    } else {
      tell_failure(result, number);
    }
    // What ends the process before has not been made.
    Records& records = area_->records_of(leg_);
    const std::uint32_t count = records.count.load();
    records.made[count] = record;
    records.count.store(count + 1);
  } catch (const NotRepeated& difference) {
    say(Answer::not_repeated, number, not_repeated(difference.what()));
    broken_off_ = true;
  } catch (const NotSuited& why) {
    if (!course_.gave_up()) {
      say(Answer::refused, number, why.what());
      broken_off_ = true;
    }
  }
  return !broken_off_;
}

// Each the first time; of all processes' first ones the parent takes the first.
void Worker::tell_warnings(const ExecutionResult& result, std::uint64_t number) {
  for (const Finding& finding : result.findings) {
    if (fails(finding.kind, setup_.options.outside) || !warned_.add(finding)) continue;
    say(Answer::warning, number, to_bytes(execution_.in_words(finding)));
  }
}

void Worker::tell_difference(const Failure& failure, std::uint64_t number) {
  const AloneProgress progress = course_.search().alone_progress();
  answer(Answer::differs, write(number, to_bytes(failure), progress));
  broken_off_ = true;
}

void Worker::tell_failure(const ExecutionResult& result, std::uint64_t number) {
  if (!result.failed || !failed_.add(result.failure())) return;
  const Found found{execution_.in_words(result.failure()), result.tape.deviations(), number + 1};
  const AloneProgress progress = course_.search().alone_progress();
  answer(Answer::failure, write(number, to_bytes(found), progress));
  if (setup_.common->first_failure_ends) last_ = number;
}

void Worker::obey(Command command, const std::string& bytes) {
  const auto order = [&](auto read_order) {
    if (!from_bytes(bytes, read_order)) ::_exit(0);
    return read_order;
  };
  switch (command) {
    case Command::work:
      return work(order(WorkOrder{}));
    case Command::tell:
      return tell(order(TellOrder{}));
    case Command::retrace:
      return retrace(order(RetraceOrder{}));
    case Command::certify:
      return certify(order(CertifyOrder{}));
    case Command::narrate:
      return narrate(order(NarrateOrder{}));
    case Command::replay:
      return replay(order(ReplayOrder{}));
    case Command::fork:
    case Command::bury:
    case Command::round:
      return;
  }
}

void Worker::work(WorkOrder order) {
  course_.take_over(order.part);
  std::uint64_t begin = kHead;
  for (const Lesson& lesson : order.lessons) {
    begin = end_of_round(begin);
    course_.skip_to(begin);
    course_.learn(lesson);
  }
  course_.skip_to(std::max(begin, order.skip_to));
  if (order.give_up_alone) course_.give_up_alone();
  leg_ = order.lessons.size();
  make(order.end, nullptr);
  leg_done();
  while (const auto message = receive_message(socket_)) {
    RoundOrder round{};
    read(message->bytes, round);
    ++leg_;
    course_.learn(round.lesson);
    make(round.end, nullptr);
    leg_done();
  }
}

void Worker::tell(const TellOrder& order) {
  const Failure failure = order.check    ? teller_.tell(order.found)
                          : order.shrink ? teller_.tell_shrunk(order.found)
                                         : teller_.tell_unshrunk(order.found);
  answer(Answer::told, to_bytes(failure));
}

void Worker::retrace(const RetraceOrder& order) {
  LastStep source(order.deviations, *area_);
  execution_.run(source);
  answer(Answer::survived, {});
}

void Worker::certify(const CertifyOrder& order) {
  Levels levels(execution_, ShrinkBudget().certification, setup_.options.stop);
  while (!levels.is_spent() && levels.deviations() < order.deviations) {
    area_->at.store(levels.visited());
    levels.visit([](const ExecutionResult&) { return false; });
  }
  answer(Answer::certified, write(levels.visited(), !levels.is_spent()));
}

void Worker::narrate(const NarrateOrder& order) {
  const ExploreOptions& options = setup_.options;
  const auto complete = [&](Narration& narration) {
    const internal::OwnCalls own;  // it stands in a step
    const Failure failure =
        failure_of(options, teller_.shape(), order.found, order.minimality, narration);
    answer(Answer::told, to_bytes(failure));
    leave();
  };
  narrate_to(*setup_.body, run_options(options), order.found.deviations, order.step, complete,
             options.ignore);
}

void Worker::replay(const ReplayOrder& order) {
  area_->at.store(0);
  const Body& body = *setup_.body;
  ExploreOptions options = setup_.options;
  options.shrink = order.shrink;
  try {
    const Report report =
        setup_.schedule != nullptr ? sim::run_schedule(body, *setup_.schedule, options)
        : order.shrink             ? sim::shrink_token(body, order.token, options)
                                   : sim::replay(body, order.token, options);
    answer(Answer::report, to_bytes(report));
  } catch (const std::invalid_argument& refused) {
    say(Answer::refused, 0, refused.what());
  }
}

// The zygote's own: it answers what it is asked, and forks.
class Zygote {
 public:
  explicit Zygote(Worker& worker, int socket) : worker_(worker), socket_(socket) {}

  void serve() {
    while (const auto message = receive_message(socket_)) {
      if (message->kind == static_cast<std::uint32_t>(Command::fork)) {
        fork(message->bytes);
      } else {
        bury(message->bytes);
      }
    }
  }

 private:
  void fork(const std::string& bytes) {
    ForkOrder order;
    const auto descriptors = receive_descriptors(socket_);
    if (!descriptors || !from_bytes(bytes, order)) leave();
    std::cout.flush();
    std::fflush(nullptr);
    const pid_t zygote = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(socket_);
      ::dup2((*descriptors)[1], STDERR_FILENO);
      ::close((*descriptors)[1]);
      Area& area = *worker_.setup().areas[order.slot];
      worker_.become((*descriptors)[0], area);
      become_worker(zygote, worker_.setup(), area);
      worker_.obey(order.command, order.bytes);
      leave();
    }
    ::close((*descriptors)[0]);
    ::close((*descriptors)[1]);
    worker_.answer(Answer::forked, write(child));
  }

  void bury(const std::string& bytes) {
    pid_t process = 0;
    read(bytes, process);
    const std::optional<int> status = wait_for_end(process);
    worker_.answer(Answer::buried, write(status.has_value(), status.value_or(0)));
  }

  Worker& worker_;
  int socket_;
};

}  // namespace

void run_zygote(Setup setup, int socket) {
  const Common& common = *setup.common;
  setup.options.stop = [&common] { return common.stop.load(); };
  setup.options.on_progress = {};
  setup.options.on_new_trace = {};
  silence_crash_reports();
  const pid_t parent = ::getppid();
  become_worker(parent, setup, *setup.areas.front());
  Worker worker(setup, socket);
  worker.make_head();
  Zygote(worker, socket).serve();
  while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) continue;
  leave();
}

}  // namespace sim::jobs
