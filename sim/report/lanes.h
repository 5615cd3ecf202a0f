// Lanes: the columns or rows in which steps stand: tasks by their number, then what is no task by
// its name.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "sim/explore/narration.h"

namespace sim::report {

class Lanes {
 public:
  explicit Lanes(const Narration& narration) {
    for (const NarratedTask& task : narration.tasks) names_.push_back(task.name);
  }
  std::size_t of(const NarratedStep& step) {
    if (step.task_index < names_.size()) return step.task_index;
    const auto [at, is_new] = others_.emplace(step.task, names_.size());
    if (is_new) names_.push_back(step.task);
    return at->second;
  }
  // Of all that were asked for.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> others_;
};

}  // namespace sim::report
