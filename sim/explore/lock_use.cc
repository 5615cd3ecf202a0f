#include "sim/explore/lock_use.h"

#include <algorithm>

#include "sim/explore/detector.h"

namespace sim::internal {

namespace {

constexpr std::size_t kLongestCycle = 10;
constexpr int kSearchBudget = 20'000;
constexpr std::size_t kMostEdges = 4096;
constexpr std::uint64_t kReported = 0x7265706f72746564;  // apart from the keys of edges

}  // namespace

void LockUse::begin() {
  held_.clear();
  edge_count_ = 0;
  seen_edges_.clear();
  gates_.clear();
}

void LockUse::look(const Scheduler& scheduler, const Object& object, const Access& access) {
  const TaskState* const task = scheduler.current();
  switch (access.act) {
    case Act::acquires:
      if (task == nullptr) return;
      if (!held_.empty()) asked(*task, object, scheduler.steps());
      held_.push_back({key_of(object), key_of(task), scheduler.steps(), object.name(),
                       place_of(task)});
      return;
    case Act::waits:
      if (!held_.empty()) asked(*task, object, scheduler.steps());
      return;
    case Act::releases:
    case Act::releases_by_guard:
      return released(task, object, access.act == Act::releases_by_guard);
    case Act::destroys:
      std::erase_if(held_, [&](const Held& held) { return held.lock == key_of(object); });
      return;
    default:
      return;
  }
}

void LockUse::released(const TaskState* task, const Object& object, bool guarded) {
  const auto held = std::ranges::find(held_, key_of(object), &Held::lock);
  if (held == held_.end()) return;
  if (task != nullptr && !guarded && held->task != key_of(task)) {
    report_finding({FindingKind::lock_not_held,
                    task->name() + " releases " + object.describe() +
                        ", which another task holds since step " + std::to_string(held->step) +
                        ", by " + to_string(held->acquired),
                    place_of(task),
                    {}});
  }
  held_.erase(held);
}

void LockUse::asked(const TaskState& task, const Object& object, std::uint64_t step) {
  const std::uint64_t key = key_of(&task);
  for (const Held& held : held_) {
    if (held.task == key && held.lock != key_of(object)) add_edge(task, held, object, step);
  }
}

void LockUse::add_edge(const TaskState& task, const Held& from, const Object& to,
                       std::uint64_t step) {
  // Known by everything that matters to a cycle.
  const auto first_gate = static_cast<std::uint32_t>(gates_.size());
  std::uint64_t key = mix(mix(from.lock, key_of(to)), key_of(&task));
  for (const Held& held : held_) {
    if (held.task != from.task || held.lock == key_of(to)) continue;
    gates_.push_back(held.lock);
    key = mix(key, held.lock);
  }
  if (seen_edges_.find(key) != nullptr || edge_count_ == kMostEdges) {
    gates_.resize(first_gate);
    return;
  }
  seen_edges_[key];
  if (edge_count_ == edges_.size()) edges_.emplace_back();
  Edge& edge = edges_[edge_count_++];
  edge.from = from.lock;
  edge.to = key_of(to);
  edge.task = from.task;
  edge.gates = first_gate;
  edge.gate_count = static_cast<std::uint32_t>(gates_.size()) - first_gate;
  edge.step = step;
  edge.from_name = from.name;
  edge.to_name = to.name();
  edge.acquired = from.acquired;
  edge.asked = place_of(&task);
  edge.name = task.name();
}

void LockUse::on_run_end() {
  for (const Held& held : held_) {
    report_finding({FindingKind::lock_held_at_end,
                    held.name.to_string() +
                        " is still held at the end; it was acquired in step " +
                        std::to_string(held.step) + " at " + to_string(held.acquired),
                    held.acquired,
                    {}});
  }
  budget_ = kSearchBudget;
  for (std::size_t i = 0; i < edge_count_; ++i) {
    // Of many tasks that take the same two locks the first is told.
    const std::uint64_t pair = mix(mix(edges_[i].from, edges_[i].to), kReported);
    if (seen_edges_.find(pair) != nullptr) continue;
    path_.assign(1, &edges_[i]);
    if (search(path_, edges_[i].from)) seen_edges_[pair];
  }
}

// Depth first, for the first cycle of which the front of the path is the earliest edge.
bool LockUse::search(std::vector<const Edge*>& path, std::uint64_t start) {
  if (path.size() > kLongestCycle || budget_-- <= 0) return false;
  const Edge* const last = path.back();
  if (last->to == start) {
    report_cycle(path);
    return true;
  }
  for (const Edge* next = path.front() + 1; next != edges_.data() + edge_count_; ++next) {
    if (next->from != last->to || !may_follow(path, *next)) continue;
    path.push_back(next);
    if (search(path, start)) return true;
    path.pop_back();
  }
  return false;
}

bool LockUse::may_follow(const std::vector<const Edge*>& path, const Edge& edge) const {
  return std::ranges::none_of(path, [&](const Edge* each) {
    return each->task == edge.task || share_a_gate(*each, edge);
  });
}

bool LockUse::share_a_gate(const Edge& a, const Edge& b) const {
  for (std::uint32_t i = 0; i < a.gate_count; ++i) {
    for (std::uint32_t j = 0; j < b.gate_count; ++j) {
      if (gates_[a.gates + i] == gates_[b.gates + j]) return true;
    }
  }
  return false;
}

void LockUse::report_cycle(const std::vector<const Edge*>& path) {
  std::string message = "tasks take locks in orders that can deadlock";
  for (const Edge* edge : path) {
    message += "\n  " + edge->name + " holds " + edge->from_name.to_string() + " (acquired at " +
               to_string(edge->acquired) + ") and in step " + std::to_string(edge->step) +
               " asks for " + edge->to_name.to_string() + " at " + to_string(edge->asked);
  }
  report_finding({FindingKind::lock_cycle, message, path.front()->asked, {}});
}

}  // namespace sim::internal
