// Remaining: how many events each task has before it, as far as earlier executions tell, together
// with those of the tasks that it has yet to make.
//
// What is counted may be all steps or only some: whoever uses it says how many of each task's.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/profile.h"

namespace sim::internal {

class Remaining {
 public:
  // An execution begins, in which the task `number` has `count_of(number)` events.
  template <class F>
  void begin(const Profile& profile, F count_of) {
    const auto& tasks = profile.tasks();
    families_.resize(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) families_[i] = {count_of(i), 0, false};
    for (std::size_t i = tasks.size(); i-- > 1;) {  // children before their parents
      Family& parent = families_[tasks[i].parent];
      parent.unmade += families_[i].own + families_[i].unmade;
    }
  }
  // The task is there: its events are no longer among its parent's. No effect the second time.
  void appeared(const Profile& profile, std::uint32_t number) {
    if (number >= families_.size()) families_.resize(number + std::size_t{1});
    Family& family = families_[number];
    if (number == 0 || family.appeared) return;
    family.appeared = true;
    Family& parent = families_[profile.tasks()[number].parent];
    const std::uint64_t events = family.own + family.unmade;
    parent.unmade = parent.unmade > events ? parent.unmade - events : 0;
  }
  // The events of the tasks that this one is to make.
  std::uint64_t unmade(std::uint32_t number) const { return families_[number].unmade; }

 private:
  struct Family {
    std::uint64_t own = 0;
    std::uint64_t unmade = 0;
    bool appeared = false;
  };
  std::vector<Family> families_;  // by the numbers of the tasks
};

}  // namespace sim::internal
