#include "tools/simrun/parity/interpreter.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "primitives/primitives.h"
#include "tools/simrun/parity/flow.h"
#include "tools/simrun/parity/form.h"
#include "tools/simrun/parity/objects.h"

namespace simrun::parity {

namespace {

using sim::Coro;
using Units = std::chrono::milliseconds;

// Findings are of no interest: a parity program may do everything wrong.
class Ignore final : public sim::Observer {
 public:
  void on_finding(const sim::Finding&) override {}
};

// Awaits anything.
template <class X>
Coro<Flow> settled(X awaitable) {
  const auto outcome = co_await sim::settle(std::move(awaitable));
  co_return to_flow(outcome);
}

Flow current_error() { return Flow::fails(std::current_exception()); }

Units units(const Operation& operation) { return Units(operation.value.number()); }

bool catches(const Operation& tries, const Flow& flow) {
  if (flow.kind != Flow::Kind::failed) return false;
  const absl::string_view name = flow.text;
  return tries.text == "any" || tries.text == name.substr(0, name.find('('));
}

class Interpreter {
 public:
  Interpreter(const Program& program, std::string& transcript)
      : program_(program), tasks_(program.task_names), transcript_(transcript) {
    objects_.make(program_.objects);
  }

  // A coroutine: its label stands before all that it does.
  Coro<Value> body(const Block& block) {
    Flow flow = co_await run(block);
    if (flow.kind == Flow::Kind::failed) {
      log(block.label, "ends ", flow.text);
      std::rethrow_exception(flow.error);
    }
    log(block.label, "returns ", show(flow.value));
    co_return flow.value;
  }

 private:
  Coro<Flow> run(const Block& block) {
    for (const Operation& operation : block.operations) {
      Flow flow;
      if (!operation.form->suspends) {
        flow = act_or_fail(operation);
      } else if (std::optional<Coro<Flow>> begun = begin(block.label, operation, flow)) {
        flow = co_await *std::move(begun);
      }
      if (!is_silent(operation.form->action)) log_end(block.label, operation, flow);
      if (flow.kind != Flow::Kind::next) co_return flow;
    }
    co_return Flow();
  }

  // A block that something of asyncio's surrounds: that sees errors, and no return.
  Coro<Flow> run_inside(const Block& block) {
    Flow flow = co_await run(block);
    if (flow.kind == Flow::Kind::failed) std::rethrow_exception(flow.error);
    co_return flow;
  }

  void callback(const Block& block) {
    for (const Operation& operation : block.operations) {
      const Flow flow = act_or_fail(operation);
      log_end(block.label, operation, flow);
      if (flow.kind == Flow::Kind::failed) return;
    }
  }

  // Operations that never suspend.
  Flow act_or_fail(const Operation& operation) {
    try {
      return act(operation);
    } catch (...) {
      return current_error();
    }
  }

  Flow act(const Operation& operation) {
    switch (operation.form->action) {
      case Action::log:
        return Flow(operation.text);
      case Action::raise:
        throw RaisedError(operation.text);
      case Action::cancel:
      case Action::done:
      case Action::spawn:
        return act_on_task(operation);
      case Action::call_soon:
        sim::running_loop().call_soon([this, &operation] { callback(operation.blocks[0]); });
        return Flow();
      case Action::call_later:
        sim::running_loop().call_later(units(operation),
                                       [this, &operation] { callback(operation.blocks[0]); });
        return Flow();
      case Action::future_set:
      case Action::future_raise:
      case Action::future_cancel:
        return act_on_future(operation);
      case Action::release:
        return objects_.use<Flow>(operation.object, [](LockObject auto& lock) {
          lock.release();
          return Flow();
        });
      case Action::locked:
        return objects_.use<Flow>(operation.object,
                                  [](LockObject auto& lock) { return with_result(lock.locked()); });
      case Action::set:
        objects_.get<sim::Event>(operation.object).set();
        return Flow();
      case Action::clear:
        objects_.get<sim::Event>(operation.object).clear();
        return Flow();
      case Action::is_set:
        return with_result(objects_.get<sim::Event>(operation.object).is_set());
      case Action::notify:
        objects_.get<sim::Condition>(operation.object)
            .notify(static_cast<std::size_t>(operation.value.number()));
        return Flow();
      case Action::notify_all:
        objects_.get<sim::Condition>(operation.object).notify_all();
        return Flow();
      default:
        return objects_.use<Flow>(operation.object, [&operation](QueueObject auto& queue) {
          return act_on_queue(queue, operation);
        });
    }
  }

  Flow act_on_task(const Operation& operation) {
    sim::Task<Value>& task = tasks_[operation.tasks[0]];
    if (operation.form->action == Action::spawn) {
      task = sim::create_task(body(operation.blocks[0]));
      return Flow();
    }
    if (!task) return Flow();
    return with_result(operation.form->action == Action::cancel ? task.cancel() : task.done());
  }

  Flow act_on_future(const Operation& operation) {
    const auto& future = objects_.get<sim::Future<Value>>(operation.object);
    if (operation.form->action == Action::future_cancel) return with_result(future.cancel());
    if (operation.form->action == Action::future_set) {
      future.set_result(operation.value);
    } else {
      future.set_exception(RaisedError(operation.text));
    }
    return Flow();
  }

  template <class Queue>
  static Flow act_on_queue(Queue& queue, const Operation& operation) {
    switch (operation.form->action) {
      case Action::put_nowait:
        queue.put_nowait(operation.value.number());
        return Flow();
      case Action::get_nowait:
        return with_result(queue.get_nowait());
      case Action::task_done:
        queue.task_done();
        return Flow();
      case Action::qsize:
        return with_result(static_cast<std::int64_t>(queue.size()));
      default:
        queue.shutdown(operation.flag);
        return Flow();
    }
  }

  // Begins an operation that may suspend; where it fails at once, or is done, there is nothing to
  // await.
  std::optional<Coro<Flow>> begin(std::size_t label, const Operation& operation, Flow& flow) {
    try {
      return begin_or_throw(label, operation, flow);
    } catch (...) {
      flow = current_error();
      return std::nullopt;
    }
  }

  std::optional<Coro<Flow>> begin_or_throw(std::size_t label, const Operation& operation,
                                           Flow& flow) {
    switch (operation.form->action) {
      case Action::returns:
        flow = Flow::returns(operation.value);
        return std::nullopt;
      case Action::cancelling:
        flow = with_result(std::int64_t{sim::current_task().cancelling()});
        return std::nullopt;
      case Action::uncancel:
        flow = with_result(std::int64_t{sim::current_task().uncancel()});
        return std::nullopt;
      case Action::sleep:
        return settled(sim::sleep(units(operation)));
      case Action::call:
        return settled(body(operation.blocks[0]));
      case Action::await:
      case Action::shield:
      case Action::wait_for_task:
      case Action::gather_tasks:
      case Action::wait_tasks:
        return begin_on_tasks(operation);
      case Action::gather: {
        std::vector<Coro<Value>> bodies = make_bodies(operation);
        if (operation.flag) return settled(sim::gather_settled(std::move(bodies)));
        return settled(sim::gather(std::move(bodies)));
      }
      case Action::as_completed:
        return as_completed(operation);
      case Action::wait_for:
        return limited(body(operation.blocks[0]), operation);
      case Action::timeout:
        return timeout(operation);
      case Action::task_group:
        return task_group(operation);
      case Action::loop:
        return loop(operation);
      case Action::tries:
        return tries(label, operation);
      case Action::with:
        return objects_.use<Coro<Flow>>(
            operation.object, [&](LockObject auto& lock) { return with(lock, label, operation); });
      default:
        return begin_on_object(operation);
    }
  }

  Coro<Flow> begin_on_object(const Operation& operation) {
    switch (operation.form->action) {
      case Action::acquire:
        return objects_.use<Coro<Flow>>(
            operation.object, [](LockObject auto& lock) { return settled(lock.acquire()); });
      case Action::wait:
        return objects_.use<Coro<Flow>>(
            operation.object, [](WaitedObject auto& waited) { return settled(waited.wait()); });
      case Action::barrier:
        return settled(objects_.get<sim::Barrier>(operation.object).wait());
      case Action::put:
        return objects_.use<Coro<Flow>>(operation.object, [&](QueueObject auto& queue) {
          return settled(queue.put(operation.value.number()));
        });
      case Action::get:
        return objects_.use<Coro<Flow>>(
            operation.object, [](QueueObject auto& queue) { return settled(queue.get()); });
      case Action::join:
        return objects_.use<Coro<Flow>>(
            operation.object, [](QueueObject auto& queue) { return settled(queue.join()); });
      default:
        return settled(objects_.get<sim::Future<Value>>(operation.object));
    }
  }

  std::optional<Coro<Flow>> begin_on_tasks(const Operation& operation) {
    const Action action = operation.form->action;
    if (action == Action::await || action == Action::shield) {
      const sim::Task<Value>& task = tasks_[operation.tasks[0]];
      if (!task) return std::nullopt;
      if (action == Action::await) return settled(task);
      return settled(sim::shield(task));
    }
    std::vector<sim::Task<Value>> tasks;
    for (const std::size_t name : operation.tasks) {
      if (!tasks_[name]) throw KeyError();
      tasks.push_back(tasks_[name]);
    }
    if (action == Action::wait_for_task) return limited(std::move(tasks[0]), operation);
    if (action == Action::wait_tasks) return wait_tasks(std::move(tasks), operation);
    if (operation.flag) return settled(sim::gather_settled(std::move(tasks)));
    return settled(sim::gather(std::move(tasks)));
  }

  template <class X>
  static Coro<Flow> limited(X awaitable, const Operation& operation) {
    if (operation.value.is_none()) {
      return settled(sim::wait_for(std::move(awaitable), std::nullopt));
    }
    return settled(sim::wait_for(std::move(awaitable), units(operation)));
  }

  static Coro<Flow> wait_tasks(std::vector<sim::Task<Value>> tasks, const Operation& operation) {
    sim::WaitOptions options(operation.when);
    if (!operation.value.is_none()) options.timeout = units(operation);
    const auto waited = co_await sim::settle(sim::wait(tasks, options));
    if (!waited.has_value()) co_return Flow::fails(waited.exception());
    const std::vector<sim::Task<Value>>& done = waited.value().done;
    std::vector<Value> is_done;
    for (const sim::Task<Value>& task : tasks) {
      is_done.emplace_back(std::ranges::find(done, task) != done.end() ? 1 : 0);
    }
    co_return with_result(is_done);
  }

  std::vector<Coro<Value>> make_bodies(const Operation& operation) {
    std::vector<Coro<Value>> bodies;
    for (const Block& block : operation.blocks) bodies.push_back(body(block));
    return bodies;
  }

  Coro<Flow> as_completed(const Operation& operation) {
    std::vector<sim::Task<Value>> tasks;
    for (const Block& block : operation.blocks) tasks.push_back(sim::create_task(body(block)));
    auto completed = sim::as_completed(std::move(tasks));
    std::vector<Value> values;
    for (;;) {
      const auto next = co_await sim::settle(completed.next());
      if (!next.has_value()) co_return Flow::fails(next.exception());
      sim::Task<Value>* task = next.value();
      if (task == nullptr) co_return with_result(values);
      const auto ended = co_await sim::settle(*task);  // it has: this does not suspend
      if (!ended.has_value()) co_return Flow::fails(ended.exception());
      values.push_back(ended.value());
    }
  }

  Coro<Flow> timeout(const Operation& operation) {
    const auto inside = [this, &operation](sim::Timeout&) {
      return run_inside(operation.blocks[0]);
    };
    if (operation.value.is_none()) return settled(sim::timeout(std::nullopt, inside));
    return settled(sim::timeout(units(operation), inside));
  }

  Coro<Flow> task_group(const Operation& operation) {
    const auto inside = [this, &operation](sim::TaskGroup& group) {
      for (std::size_t i = 0; i < operation.tasks.size(); ++i) {
        tasks_[operation.tasks[i]] = group.create_task(body(operation.blocks[i]));
      }
      return run_inside(operation.blocks.back());
    };
    return settled(sim::task_group(inside));
  }

  Coro<Flow> loop(const Operation& operation) {
    for (std::int64_t i = 0; i < operation.value.number(); ++i) {
      Flow flow = co_await run(operation.blocks[0]);
      if (flow.kind != Flow::Kind::next) co_return flow;
    }
    co_return Flow();
  }

  Coro<Flow> tries(std::size_t label, const Operation& operation) {
    Flow flow = co_await run(operation.blocks[0]);
    if (catches(operation, flow)) {
      log(label, "caught ", flow.text);
      flow = co_await run(operation.blocks[1]);
    }
    Flow last = co_await run(operation.blocks[2]);
    if (last.kind != Flow::Kind::next) flow = std::move(last);
    co_return flow;
  }

  template <class Lock>
  Coro<Flow> with(Lock& lock, std::size_t label, const Operation& operation) {
    auto guard = co_await sim::settle(lock.guard());
    if (!guard.has_value()) co_return Flow::fails(guard.exception());
    const std::string& name = program_.objects[operation.object].name;
    log(label, "enter ", name);
    Flow flow = co_await run(operation.blocks[0]);
    try {
      guard.value().release();
    } catch (...) {
      co_return current_error();
    }
    if (flow.kind == Flow::Kind::next) log(label, "exit ", name);
    co_return flow;
  }

  // Those that log themselves what there is to tell.
  static bool is_silent(Action action) {
    return action == Action::returns || action == Action::loop || action == Action::tries ||
           action == Action::with;
  }

  void log_end(std::size_t label, const Operation& operation, const Flow& flow) {
    const absl::string_view name = operation.form->name;
    if (flow.kind == Flow::Kind::failed) {
      log(label, name, " ! ", flow.text);
    } else if (flow.kind == Flow::Kind::next && flow.has_result) {
      log(label, name, " = ", flow.text);
    } else if (flow.kind == Flow::Kind::next) {
      log(label, name);
    }
  }

  template <class... Parts>
  void log(std::size_t label, const Parts&... parts) {
    absl::StrAppend(&transcript_, sim::uptime() / Units(1), " ", program_.labels[label], " ",
                    parts..., "\n");
  }

  const Program& program_;
  Objects objects_;
  std::vector<sim::Task<Value>> tasks_;  // by the number of the name; the latest of that name
  std::string& transcript_;
};

// The interpreter is this task's, which is made before all others but main and never ends: what is
// left of a run is destroyed newest first, so the objects go after those that use them and while
// the loop is still there, to which locks and futures refer.
Coro<> keep(std::unique_ptr<Interpreter>) { co_await sim::running_loop().create_future<>(); }

Coro<Value> main(const Program& program, std::string& transcript) {
  auto made = std::make_unique<Interpreter>(program, transcript);
  Interpreter& interpreter = *made;
  sim::create_task(keep(std::move(made)));
  co_return co_await interpreter.body(program.main);
}

}  // namespace

std::string run_program(const Program& program) {
  Ignore observer;
  sim::RunOptions options;
  options.observer = &observer;
  sim::Runner runner(options);
  std::string transcript;
  bool deadlock = false;
  try {
    runner.run(main(program, transcript));
  } catch (const sim::DeadlockError&) {
    deadlock = true;
  } catch (...) {  // what main ended with stands in the transcript
  }
  absl::StrAppend(&transcript, runner.stats().virtual_time / Units(1),
                  deadlock ? " end deadlock\n" : " end done\n");
  runner.abandon();
  return transcript;
}

}  // namespace simrun::parity
