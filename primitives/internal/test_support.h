// What the tests of the primitives share: programs whose every operation is written down, so that
// the transcript can be compared line for line with what CPython's asyncio gives for the same
// program.
//
//   Transcript transcript;
//   Lock lock;
//   transcript.run([&](Actor main) -> Coro<> {
//     main.spawn("a", [&](Actor a) -> Coro<> {
//       co_await a("acquire", lock.acquire());
//       co_await a.sleep(1);
//       a.release(lock);
//     });
//     co_await main.await("a");
//   });
//   EXPECT_EQ(transcript.text(), "0 main: spawn\n0 a: acquire\n1 a: sleep, release, ...");
//
// A line is "TIME LABEL: OPERATION, OPERATION...", the operations with " = VALUE" if they give one
// and " ! ERROR" if they throw. A body that ends writes "returns VALUE" or "ends ERROR". One unit
// of time is a millisecond.
#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace sim::test {

using Value = std::optional<int>;  // what a body returns; none for one that returns nothing

// What a program throws.
struct Error {
  std::string name;
};

inline std::string name_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return e.name;
  } catch (const CancelledError&) {
    return "Cancelled";
  } catch (const TimeoutError&) {
    return "Timeout";
  } catch (const InvalidStateError&) {
    return "InvalidStateError";
  } catch (const QueueEmpty&) {
    return "QueueEmpty";
  } catch (const QueueFull&) {
    return "QueueFull";
  } catch (const QueueShutDown&) {
    return "QueueShutDown";
  } catch (const BrokenBarrierError&) {
    return "BrokenBarrierError";
  } catch (const std::runtime_error&) {
    return "RuntimeError";
  } catch (const std::invalid_argument&) {
    return "ValueError";
  }
}

inline std::string show(const Value& value) { return value ? std::to_string(*value) : "none"; }
inline std::string show(int value) { return std::to_string(value); }
inline std::string show(std::size_t value) { return std::to_string(value); }
inline std::string show(bool value) { return value ? "1" : "0"; }
inline std::string show(const Outcome<Value>& outcome) {
  return outcome.has_value() ? show(outcome.value()) : name_of(outcome.exception());
}
template <class T>
std::string show(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ",") + show(value);
  return "[" + text + "]";
}

class Actor;

class Transcript {
 public:
  Transcript() = default;
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  // Runs body(Actor) as main. What it leaves behind is cancelled after the last line.
  template <class F>
  void run(F body);
  const std::string& text() const { return text_; }
  const std::vector<Finding>& findings() const { return findings_.all(); }

 private:
  friend Actor;
  void line(const std::string& label, const std::string& text) {
    if (!open_) return;
    const std::string head = time() + " " + label + ": ";
    if (head == head_ && text_.size() - line_start_ + 2 + text.size() <= kColumns) {
      text_ += ", " + text;
      return;
    }
    if (!text_.empty()) text_ += "\n";
    line_start_ = text_.size();
    text_ += head + text;
    head_ = head;
  }
  static std::string time() {
    return std::to_string(sim::now().time_since_epoch() / std::chrono::milliseconds(1));
  }
  // Runs a body and writes how it ends. The closure lives as long as this transcript.
  template <class F>
  Coro<Value> act(std::string label, F& body);
  template <class F>
  Coro<Value> start(const std::string& label, F body) {
    auto kept = std::make_shared<F>(std::move(body));
    kept_.push_back(kept);
    return act(label, *kept);
  }

  static constexpr std::size_t kColumns = 88;
  std::string text_;
  std::string head_;  // of the last line
  std::size_t line_start_ = 0;
  bool open_ = true;
  std::vector<std::shared_ptr<void>> kept_;
  std::map<std::string, Task<Value>> tasks_;
  Findings findings_;
};

// One who acts: writes the operations of one body under its label.
class Actor {
 public:
  Actor(Transcript& transcript, std::string label)
      : transcript_(&transcript), label_(std::move(label)) {}

  // Awaits something.
  template <class X>
  Coro<internal::AwaitResult<X>> operator()(const char* operation, X awaitable) {
    auto ended = co_await settle(std::move(awaitable));
    if (!ended.has_value()) {
      failed(operation, ended.exception());
    } else if constexpr (std::is_void_v<internal::AwaitResult<X>>) {
      note(operation);
    } else {
      note_value(operation, ended.value());
    }
    co_return std::move(ended).value();
  }
  // Does something that does not suspend.
  template <class F>
  auto does(const char* operation, F&& function) {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
        function();
        note(operation);
      } else {
        auto value = function();
        note_value(operation, value);
        return value;
      }
    } catch (...) {
      failed(operation, std::current_exception());
      throw;
    }
  }

  void log(const std::string& text) { note("log = " + text); }
  [[noreturn]] void raise(const std::string& name) {
    failed("raise", std::make_exception_ptr(Error{name}));
    throw Error{name};
  }
  Coro<> sleep(int n) {
    if (n == 0) return (*this)("sleep", yield());
    return (*this)("sleep", sim::sleep(std::chrono::milliseconds(n)));
  }
  template <class L>
  void release(L& held) {
    does("release", [&] { held.release(); });
  }

  template <class F>
  void spawn(const std::string& name, F body) {
    transcript_->tasks_[name] = create_task(transcript_->start(name, std::move(body)));
    note("spawn");
  }
  bool cancel(const std::string& name) {
    return does("cancel", [&] { return task(name).cancel(); });
  }
  bool done(const std::string& name) {
    return does("done", [&] { return task(name).done(); });
  }
  Coro<Value> await(const std::string& name) { return (*this)("await", task(name)); }
  Coro<Value> shield(const std::string& name) { return (*this)("shield", sim::shield(task(name))); }
  // Awaits the body here, under a label of its own.
  template <class F>
  Coro<Value> call(F body) {
    return (*this)("call", part("call", std::move(body)));
  }
  // The body as a coroutine that is not started: an operand for gather, wait_for and the like.
  template <class F>
  Coro<Value> part(const std::string& suffix, F body) {
    return transcript_->start(label_ + "." + suffix, std::move(body));
  }
  template <class... F>
  std::vector<Coro<Value>> parts(F... bodies) {
    std::vector<Coro<Value>> coros;
    (coros.push_back(part(std::to_string(coros.size()), std::move(bodies))), ...);
    return coros;
  }
  template <class F>
  Coro<Value> wait_for(int n, F body) {
    return (*this)("wait_for", sim::wait_for(part("wf", std::move(body)), milliseconds(n)));
  }
  Coro<Value> wait_for_task(const std::string& name, int n) {
    return (*this)("wait_for_task", sim::wait_for(task(name), milliseconds(n)));
  }
  // Which of the tasks are done, in order.
  template <class... Names>
  Coro<std::vector<bool>> wait_tasks(WaitOptions options, Names... names) {
    return (*this)("wait_tasks", wait_all(options, tasks(names...)));
  }
  template <class... Names>
  std::vector<Task<Value>> tasks(Names... names) {
    return {task(names)...};
  }
  // A block with a limit of n, or without one. It goes on under this label.
  template <class F>
  Coro<> timeout(std::optional<int> n, F body) {
    std::optional<TimePoint> when;
    if (n) when = sim::now() + milliseconds(*n);
    return (*this)("timeout", limited(when, keep(std::move(body))));
  }
  // Runs the body under the lock, semaphore or condition.
  template <class L, class F>
  Coro<> with(L& held, const char* name, F body) {
    return guarded(held, name, keep(std::move(body)));
  }
  // Awaits an operation or runs a body; an error of that name ("any": of every name) is caught, and
  // true returned.
  template <class T>
  Coro<bool> attempt(const char* name, Coro<T> operation) {
    const auto ended = co_await settle(std::move(operation));
    if (ended.has_value()) co_return false;
    const std::string error = name_of(ended.exception());
    if (error != name && std::string(name) != "any") ended.value();
    note("caught " + error);
    co_return true;
  }
  template <class F>
    requires std::is_invocable_v<F&, Actor>
  Coro<bool> attempt(const char* name, F body) {
    return attempt(name, keep(std::move(body))(*this));
  }
  // Runs the body and then, however it ends, the cleanup.
  template <class F, class G>
  Coro<> cleaned_up(F body, G cleanup) {
    return finally(keep(std::move(body)), keep(std::move(cleanup)));
  }
  template <class F>
  void call_soon(F body) {
    running_loop().call_soon([callback = Actor(*transcript_, label_ + ".cb"), body] {
      quietly(body, callback);
    });
    note("call_soon");
  }
  template <class F>
  void call_later(int n, F body) {
    const auto run = [callback = Actor(*transcript_, label_ + ".cb"), body] {
      quietly(body, callback);
    };
    running_loop().call_later(milliseconds(n), run);
    note("call_later");
  }

 private:
  static Duration milliseconds(int n) { return std::chrono::milliseconds(n); }
  Task<Value> task(const std::string& name) const { return transcript_->tasks_.at(name); }
  void note(const std::string& text) const { transcript_->line(label_, text); }
  void failed(const std::string& operation, const std::exception_ptr& error) const {
    note(operation + " ! " + name_of(error));
  }
  template <class T>
  void note_value(const std::string& operation, const T& value) const {
    if constexpr (std::is_same_v<T, Value>) {
      if (!value) return note(operation);
    }
    note(operation + " = " + show(value));
  }
  template <class F>
  F& keep(F body) {
    auto kept = std::make_shared<F>(std::move(body));
    transcript_->kept_.push_back(kept);
    return *kept;
  }
  template <class F>
  static void quietly(F body, Actor actor) {
    try {
      body(actor);
    } catch (...) {  // a callback's exception ends the callback, and has been written
    }
  }
  static Coro<std::vector<bool>> wait_all(WaitOptions options, std::vector<Task<Value>> tasks) {
    co_await sim::wait(tasks, options);
    std::vector<bool> done;
    for (const Task<Value>& task : tasks) done.push_back(task.done());
    co_return done;
  }
  template <class F>
  Coro<> limited(std::optional<TimePoint> when, F& body) {
    const auto block = [&](Timeout&) -> Coro<> { return body(*this); };
    co_await timeout_at(when, block);
  }
  template <class L, class F>
  Coro<> guarded(L& held, const char* name, F& body) {
    auto guard = co_await held.guard();
    note(std::string("enter ") + name);
    const Outcome<void> ended = co_await settle(body(*this));
    guard.release();
    ended.value();
    note(std::string("exit ") + name);
  }
  template <class F, class G>
  Coro<> finally(F& body, G& cleanup) {
    const auto run = [&]() -> Coro<> { return body(*this); };
    const auto clean = [&]() -> Coro<> { return cleanup(*this); };
    co_await finally_do(run, clean);
  }

  Transcript* transcript_;
  std::string label_;
};

template <class F>
Coro<Value> Transcript::act(std::string label, F& body) {
  const Actor actor(*this, label);
  using T = typename std::invoke_result_t<F&, Actor>::value_type;
  Outcome<T> ended = co_await settle(body(actor));
  if (!ended.has_value()) {
    line(label, "ends " + name_of(ended.exception()));
    ended.value();
  }
  Value value;
  if constexpr (!std::is_void_v<T>) value = ended.value();
  line(label, "returns " + show(value));
  co_return value;
}

template <class F>
void Transcript::run(F body) {
  Runner runner(observed_by(findings_));
  std::string end = "done";
  try {
    runner.run(start("main", std::move(body)));
  } catch (const DeadlockError&) {
    end = "deadlock";
  } catch (...) {  // has been written
  }
  text_ += "\n" + std::to_string(runner.stats().virtual_time / std::chrono::milliseconds(1)) +
           " end " + end + "\n";
  open_ = false;
  for (const auto& [name, task] : tasks_) {
    if (task.done() && !task.cancelled()) task.exception();  // looked at
  }
  tasks_.clear();
}

}  // namespace sim::test
