#include "sim/jobs/death.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sim::jobs {

std::optional<int> wait_for_end(int process) {
  constexpr int kPatience = 2000;  // milliseconds
  int status = 0;
  for (int i = 0; i < kPatience; ++i) {
    const pid_t ended = ::waitpid(process, &status, WNOHANG);
    if (ended > 0) return status;
    if (ended < 0 && errno != EINTR) return std::nullopt;
    ::usleep(1000);
  }
  ::kill(process, SIGKILL);
  ::waitpid(process, &status, 0);
  return status;
}

std::string describe(const Death& death, const Jobs& jobs) {
  switch (death.verdict) {
    case Verdict::sanitizer:
      return "a sanitizer's report";
    case Verdict::step_limit:
      return absl::StrFormat("a step did not end within %g s",
                             std::chrono::duration<double>(jobs.step_limit).count());
    case Verdict::memory_limit:
      return absl::StrCat("used more than ", jobs.memory_limit >> 20, " MB");
    case Verdict::none:
      break;
  }
  if (!death.is_known) return "the process was lost";
  if (WIFEXITED(death.status)) return absl::StrCat("exit code ", WEXITSTATUS(death.status));
  const int signal = WTERMSIG(death.status);
  const char* const name = ::sigabbrev_np(signal);
  return name != nullptr ? absl::StrCat("SIG", name) : absl::StrCat("signal ", signal);
}

}  // namespace sim::jobs
