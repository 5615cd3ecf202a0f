// Spinning: the finding livelock before the bound of steps. Every task that is ready only yields,
// round after round; no variable or primitive is written, no task begins or ends, and no timer is
// pending that could change anything. Reading is no change, so a task that polls is seen.
//
// After so many rounds it is taken for granted that it goes on for ever. A program whose plain
// variables count yields up to more than that, with nothing else to do, would be wronged.
#pragma once

#include <cstdint>

#include "sim/explore/per_run.h"
#include "sim/watcher.h"

namespace sim::internal {

class Spinning {
 public:
  static constexpr std::uint32_t kRounds = 10'000;

  void begin() { quiet_steps_ = 0; }
  void on_step(const Scheduler& scheduler, Entry entry);
  void on_access(const Access& access) {
    if (access.write) quiet_steps_ = 0;
  }

 private:
  // Most programs never yield so often; it is not worth while to look closer before.
  static constexpr std::uint32_t kSoon = 256;

  struct Latest {
    void clear() { round = 0; }
    std::uint32_t round = 0;
  };

  bool is_quiet(const Scheduler& scheduler, Entry entry);
  void count(const Scheduler& scheduler, Entry entry);
  static void report(const Scheduler& scheduler, Entry entry);

  std::uint64_t quiet_steps_ = 0;
  std::uint64_t tasks_created_ = 0;
  std::size_t tasks_ = 0;
  PerRun<Latest> latest_;         // round that a task took part in
  std::uint32_t round_ = 1;       // in which every task that is ready takes part once or more
  std::size_t took_part_ = 0;     // tasks in this round
};

}  // namespace sim::internal
