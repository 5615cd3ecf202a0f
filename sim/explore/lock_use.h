// LockUse: which task holds which Lock, and what is wrong about it:
//
// - lock_not_held: a task releases a lock that another task holds. asyncio allows it. A callback
//   may, and so may whoever has the lock's guard: it was handed on with the right to release.
// - lock_held_at_end: a run has ended by itself, and a lock that still exists is held.
// - lock_cycle (a warning): tasks that have taken locks in orders which can leave each of them
//   waiting for the next, though they did not in this run. Found by the Goodlock algorithm
//   (Havelund 2000): a cycle in the graph "held -> asked for", whose edges belong to different
//   tasks that have no lock in common around it, a gate that lets in one at a time. Tasks that
//   never run at the same time for another reason, one awaiting the other, are warned of too.
//
// A Condition's lock is a Lock. Semaphores are none: nobody owns a permit.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

#include "sim/explore/per_run.h"
#include "sim/object.h"
#include "sim/watcher.h"

namespace sim::internal {

class LockUse {
 public:
  void begin();
  void on_access(const Scheduler& scheduler, const Object& object, const Access& access) {
    if (access.act >= Act::acquires && object.kind() == kLockKind) look(scheduler, object, access);
  }
  void on_run_end();

 private:
  // A lock that is held.
  struct Held {
    std::uint64_t lock;
    std::uint64_t task;
    std::uint64_t step;
    ObjectName name;
    std::source_location acquired;
  };
  // A task that held one lock has asked for another.
  struct Edge {
    std::uint64_t from;
    std::uint64_t to;
    std::uint64_t task;
    std::uint32_t gates;  // where in `gates_` those begin that it held, `from` among them
    std::uint32_t gate_count;
    std::uint64_t step;
    ObjectName from_name;
    ObjectName to_name;
    std::source_location acquired;
    std::source_location asked;
    std::string name;
  };
  struct Seen {
    void clear() {}
  };

  void look(const Scheduler& scheduler, const Object& object, const Access& access);
  void released(const TaskState* task, const Object& object, bool guarded);
  void asked(const TaskState& task, const Object& object, std::uint64_t step);
  void add_edge(const TaskState& task, const Held& from, const Object& to, std::uint64_t step);
  bool search(std::vector<const Edge*>& path, std::uint64_t start);
  bool may_follow(const std::vector<const Edge*>& path, const Edge& edge) const;
  bool share_a_gate(const Edge& a, const Edge& b) const;
  static void report_cycle(const std::vector<const Edge*>& path);

  std::vector<Held> held_;
  std::vector<Edge> edges_;  // the first `edge_count_`; the others are kept for their memory
  std::size_t edge_count_ = 0;
  PerRun<Seen> seen_edges_;
  std::vector<std::uint64_t> gates_;
  std::vector<const Edge*> path_;
  int budget_ = 0;  // of steps of the search
};

}  // namespace sim::internal
