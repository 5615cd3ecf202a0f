// Overtaking: the finding starvation (a warning). A task waits at one side of a Queue, and more
// than Limits::overtaken others that came later have been served before it.
//
// Only the queue's own unfairness counts, not the schedule's: a task that has been woken and is not
// run yet is overtaken only if it finds nothing left when it runs, because a newcomer has taken
// what it was woken for. Locks and semaphores serve in the order of arrival.
#pragma once

#include <cstdint>
#include <source_location>
#include <vector>

#include "sim/explore/per_run.h"
#include "sim/watcher.h"

namespace sim::internal {

class Overtaking {
 public:
  void begin() { lines_.clear(); }
  void on_access(const Scheduler& scheduler, const Object& object, const Access& access) {
    const bool of_a_queue = access.act >= Act::takes && access.act <= Act::gives_up_putting;
    if (of_a_queue) look(scheduler, object, access.act);
  }

 private:
  struct Waiting {
    const TaskState* task;  // stands in line, so it is there
    std::uint64_t since;    // step
    std::size_t overtaken;  // by so many
  };
  // In the order of arrival, whatever order the primitive keeps.
  struct Line {
    void clear() {
      waiting.clear();
      first = 0;
      reported = false;
    }
    std::vector<Waiting> waiting;
    std::size_t first = 0;  // those before have been served
    bool reported = false;
  };

  void look(const Scheduler& scheduler, const Object& object, Act act);
  void serve(const Scheduler& scheduler, const Object& object, Line& line);
  void overtake(const Scheduler& scheduler, const Object& object, Line& line, std::size_t index);
  static void leave(Line& line, const TaskState* task);

  PerRun<Line> lines_;
};

}  // namespace sim::internal
