// Watcher: is shown a run step by step.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>

#include "sim/joint.h"
#include "sim/ready_queue.h"

namespace sim::internal {

class Object;
class Scheduler;
class TaskState;

// What is done to an object, for those who look for misuse; to everybody else it reads or writes.
enum class Act : std::uint8_t {
  reads,
  compares,  // learns no more than that the value is another
  writes,
  updates,  // reads and writes in one access
  // To a queue:
  takes,
  waits_to_take,
  gives_up_taking,
  puts,
  waits_to_put,
  gives_up_putting,
  // To a lock or a semaphore:
  acquires,
  waits,
  gives_up,  // waiting
  releases,
  releases_by_guard,  // whoever has the guard may release, whichever task made it
  destroys,
};

// A value that can be put into words, by whoever wants to, as long as the access goes on.
struct ShownValue {
  const void* value = nullptr;
  std::string (*print)(const void* value) = nullptr;

  std::string to_string() const { return print != nullptr ? print(value) : std::string(); }
};

struct Access {
  const char* what;  // in words: "reads", "acquires"
  Act act;
  bool write;
  std::source_location place;  // line 0 where the task's latest co_await says it well enough
  ShownValue value = {};      // that a Shared is read as, or set to
};

// What is related to all steps.
inline constexpr std::uint64_t kEverything = 0;

class Watcher {
 public:
  virtual ~Watcher() = default;
  // `entry` is about to run. `ready` are still those that it was chosen from, less itself.
  virtual void on_step(const Scheduler& scheduler, Entry entry) = 0;
  // What runs does something to `object`.
  virtual void on_access(const Scheduler& scheduler, const Object& object,
                         const Access& access) = 0;
  // Whether on_relation() is to be called; asked once, before the run.
  virtual bool wants_relations() const { return false; }
  // What runs has to do with what is known as `what`.
  virtual void on_relation(const Scheduler&, std::uint64_t what, Relation) {
    static_cast<void>(what);
  }
  // What runs uses something whose relations are not all told: "a TaskGroup".
  virtual void on_unrelated(const char* what) { static_cast<void>(what); }
  // The decision source is about to have `task` cancelled.
  virtual void on_cancel(const Scheduler&, TaskState&) {}
  // Main has ended with a value; what it left behind is about to be cancelled.
  virtual void on_main_end(Scheduler&) {}
  // The run has ended by itself, and nothing is left to run.
  virtual void on_run_end(Scheduler&) {}
  // What is left is about to be destroyed, however the run ended: the last chance to let go of
  // tasks.
  virtual void on_close() {}
};

}  // namespace sim::internal
