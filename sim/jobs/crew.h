// Crew: the processes of an exploration as the parent sees them: the zygote, and what that forks.
//
// Each has a slot with a socket, a pipe for what it writes to stderr, which is passed on, and an
// Area. When the crew is destroyed none of them is left.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/jobs/area.h"
#include "sim/jobs/channel.h"
#include "sim/jobs/death.h"
#include "sim/jobs/worker.h"

namespace sim::jobs {

class Crew {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot kZygote = 0;

  // `slots` besides the zygote's. All must outlive it. Throws JobsUnavailable.
  Crew(const Body& body, const ExploreOptions& options, const Jobs& jobs, std::uint32_t slots);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  // What the next zygote is told by being forked.
  Setup& setup() { return setup_; }
  Common& common() const { return *setup_.common; }
  Area& area(Slot slot) { return *setup_.areas[slot]; }

  // Throws JobsUnavailable.
  void start_zygote();
  // Has the zygote fork a process that obeys. False if there is no zygote any more, or no process.
  // What a quiet one writes to stderr is not passed on.
  bool start(Slot slot, Command command, const std::string& bytes, bool quiet = false);
  bool send(Slot slot, Command command, const std::string& bytes);
  bool is_alive(Slot slot) const { return processes_[slot].socket >= 0; }

  struct Event {
    Slot slot;
    std::optional<Message> message;  // none: it has ended, and is to be buried
  };
  // What happens next, in this slot or in any; nothing within so many milliseconds, or where a
  // signal came.
  std::optional<Event> wait(int milliseconds, std::optional<Slot> slot = std::nullopt);
  // All that has been said and not waited for. Those that have ended are buried.
  std::vector<Message> unheard();
  // How it ended.
  Death bury(Slot slot);
  // Ends one that has nothing to do any more, or whatever it does.
  void dismiss(Slot slot);
  // The same of one that comes to its end by itself. How, where that was not because of this.
  Death dismiss_gently(Slot slot);
  // The end of what it has written to stderr.
  const std::string& said(Slot slot) const { return processes_[slot].said; }

 private:
  struct Process {
    pid_t process = 0;
    int socket = -1;
    int errors = -1;
    bool quiet = false;
    std::string said;
  };

  void open(Slot slot, pid_t process, int socket, int errors, bool quiet);
  void close(Process& process);
  void read_errors(Process& process);
  std::optional<Message> zygotes_answer(Answer kind);

  Jobs jobs_;
  SharedMemory memory_;
  Setup setup_;
  std::vector<Process> processes_;
};

}  // namespace sim::jobs
