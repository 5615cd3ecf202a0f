// CrashReport: while one exists, a process that is about to die by a signal, by std::abort, by
// std::terminate or by a sanitizer's verdict first says on stderr which schedule it was running:
//
//   simloop: SIGSEGV in bank --tellers=3
//   replay: ./simrun replay bank AQByWgAAAABBww
//
// The handler runs on a stack of its own, so that a stack overflow is told too, and does nothing
// but put the token together, from the tape of the run in progress, and write it: no lock, no
// memory. Then the signal goes on to whoever handled it before. One at a time in a process.
#pragma once

#include <cstdint>
#include <string>

#include "sim/explore/token.h"

namespace sim {

class CrashReport {
 public:
  // `what` was being run; `replay_line` repeats it, with TOKEN where the token goes, if anywhere.
  // `head` is what the token says besides the deviations. Inside of another one it does nothing;
  // nor does one that prints a token where no RunningTape exists.
  CrashReport(const std::string& what, const std::string& replay_line, const TokenHead& head);
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;
  ~CrashReport();

  // The shape, once it is known.
  void set_shape(std::uint16_t shape);

 private:
  bool armed_;
};

// From now on no CrashReport of this process says anything: who made it is told otherwise.
void silence_crash_reports();

// While it exists, the run in progress on this thread is the one that `tape` records.
class RunningTape {
 public:
  explicit RunningTape(const Tape& tape) noexcept;
  RunningTape(const RunningTape&) = delete;
  RunningTape& operator=(const RunningTape&) = delete;
  ~RunningTape();

 private:
  const Tape* before_;
};

}  // namespace sim
