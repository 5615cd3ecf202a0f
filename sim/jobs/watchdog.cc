#include "sim/jobs/watchdog.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sim/scheduler.h"

// Where the program was linked with a sanitizer: called when it has found something.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace sim::jobs {

namespace {

constexpr std::int64_t kTick = 100'000'000;  // nanoseconds

// All that the handler uses.
struct Watched {
  Area* area = nullptr;
  std::uint64_t most_ticks = 0;  // without a step
  std::uint64_t most_pages = 0;
  int statm = -1;
  std::uint64_t run = 0;  // the run and the step that were seen last
  std::uint64_t step = 0;
  std::uint64_t ticks = 0;  // since then
};
Watched watched;

[[noreturn]] void end_with(Verdict verdict) {
  watched.area->verdict.store(verdict);
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

// The second number of "size resident shared ...", in pages.
std::uint64_t resident_pages() {
  char text[128];
  const ssize_t size = ::pread(watched.statm, text, sizeof text, 0);
  std::uint64_t pages = 0;
  bool second = false;
  for (ssize_t i = 0; i < size; ++i) {
    if (text[i] == ' ') {
      if (second) return pages;
      second = true;
    } else if (second) {
      pages = 10 * pages + static_cast<std::uint64_t>(text[i] - '0');
    }
  }
  return pages;
}

void on_tick(int) {
  const internal::OwnCalls own;
  const int error = errno;
  if (watched.statm >= 0 && resident_pages() > watched.most_pages) end_with(Verdict::memory_limit);
  const internal::Scheduler* const running = internal::current_scheduler;
  const std::uint64_t step = running == nullptr ? 0 : running->steps();
  const std::uint64_t run = watched.area->tape.runs.load(std::memory_order_relaxed);
  if (running == nullptr || step != watched.step || run != watched.run) {
    watched.step = step;
    watched.run = run;
    watched.ticks = 0;
  } else if (++watched.ticks > watched.most_ticks) {
    end_with(Verdict::step_limit);
  }
  errno = error;
}

void on_sanitizers_report() { watched.area->verdict.store(Verdict::sanitizer); }

}  // namespace

void start_watchdog(Area& area, const Jobs& jobs) {
  watched = {};
  watched.area = &area;
  watched.most_ticks = static_cast<std::uint64_t>(std::max<std::int64_t>(
      1, (std::chrono::nanoseconds(jobs.step_limit).count() + kTick - 1) / kTick));
  watched.most_pages = jobs.memory_limit / static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  watched.statm = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(on_sanitizers_report);
  }
  const int signal = SIGRTMAX - 1;
  struct sigaction action = {};
  action.sa_handler = on_tick;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  ::sigaction(signal, &action, nullptr);
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = signal;
  timer_t timer;
  if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return;
  const timespec tick{.tv_sec = 0, .tv_nsec = kTick};
  const itimerspec ticks{.it_interval = tick, .it_value = tick};
  ::timer_settime(timer, 0, &ticks, nullptr);
}

std::uint64_t even_share_of_memory(std::uint32_t workers) {
  const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / (workers + 1);
}

}  // namespace sim::jobs
