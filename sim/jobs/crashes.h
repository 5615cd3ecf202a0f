// CrashTeller: makes of schedules that end a process the failures that are told. Each run of one is
// in a process of its own, which the zygote forks: to see that it comes again, and at which step;
// to shrink it; and to narrate it up to that step.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/explore/report.h"
#include "sim/jobs/crew.h"
#include "sim/jobs/death.h"

namespace sim::jobs {

// What is told of a failure without running it again.
Failure failure_of(const ExploreOptions& options, std::uint16_t shape, const Found& found,
                   const Minimality& minimality, const Narration& narration);

// What the process that was in the slot has left of the run that ended it.
Crash crash_in(Crew& crew, Crew::Slot slot, const Death& death, std::uint64_t execution);

class CrashTeller {
 public:
  // Runs in `slot`. `look_around` is called while it waits.
  CrashTeller(Crew& crew, Crew::Slot slot, std::function<void()> look_around)
      : crew_(crew), slot_(slot), look_around_(std::move(look_around)) {}

  // Null for one that has been told: it died in the same way at the same place. `shape` is that of
  // tokens.
  std::optional<Failure> tell(const Crash& crash, std::uint16_t shape, bool shrink);
  // The same where no process can be had that runs it again.
  std::optional<Failure> untold(const Crash& crash, std::uint16_t shape);
  // What the process in the slot answers, or null when it has ended; it is to be buried then.
  std::optional<Message> wait_for_answer();

 private:
  // How a schedule ended its process.
  struct Ended {
    Death death;
    std::vector<Deviation> deviations;
    std::uint64_t step = 0;
    std::int64_t time = 0;
    std::source_location place;
    std::string task;
    std::string said;

    bool is_same(const Ended& other) const {
      return death == other.death && place.line() == other.place.line() &&
             std::string(place.file_name()) == other.place.file_name();
    }
  };
  class Tries;

  // As far as it is known without another run.
  static Ended ended_in(const Crash& crash);
  Found found_in(const Crash& crash, const Ended& ended, std::string_view doubt) const;
  // And is told from now on.
  bool is_new(const Ended& ended);
  // Null if it did not.
  std::optional<Ended> retrace(const std::vector<Deviation>& deviations);
  void certify(const Ended& wanted, std::vector<Deviation>& fewest, Minimality& minimality);
  Failure narrate(const Found& found, const Minimality& minimality, const Ended& ended,
                  std::uint16_t shape);
  std::string message(const Ended& ended) const;

  Crew& crew_;
  Crew::Slot slot_;
  std::function<void()> look_around_;
  std::vector<Ended> told_;
};

}  // namespace sim::jobs
