// What worker processes cost and gain: an exploration in this process, in one worker, in two. The
// test is that of W8.
//
//   build/release/simloop_bench_jobs [STRATEGY [EXECUTIONS [ROUNDS]]]
//
// Prints wall and processor time of the best of some rounds, and what follows from them.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/takers.h"
#include "sim/explore/explore.h"
#include "sim/jobs/explore_jobs.h"

namespace {

struct Time {
  double wall;  // seconds
  double used;  // of processors, by all processes that have ended
};

double used_by(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Time now() {
  const auto wall = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration<double>(wall).count(),
          used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN)};
}

// In this process if `jobs` is 0.
Time measure(const sim::ExploreOptions& options, std::uint32_t jobs) {
  const Time begin = now();
  const sim::Report report = jobs == 0
                                 ? sim::explore(bench::three_takers, options)
                                 : sim::explore_jobs(bench::three_takers, options, {.count = jobs});
  const Time end = now();
  if (report.executions != options.max_executions) {
    std::printf("only %llu executions\n", static_cast<unsigned long long>(report.executions));
    std::exit(1);
  }
  return {end.wall - begin.wall, end.used - begin.used};
}

}  // namespace

int main(int count, char** arguments) {
  sim::ExploreOptions options;
  options.strategy = sim::Strategy::parse(count > 1 ? arguments[1] : "random");
  options.max_executions = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1'000'000;
  const int rounds = count > 3 ? std::atoi(arguments[3]) : 5;
  options.max_failures = 0;
  Time best[3];
  for (int round = 0; round < rounds; ++round) {
    for (std::uint32_t jobs = 0; jobs < 3; ++jobs) {
      const Time time = measure(options, jobs);
      if (round == 0) best[jobs] = time;
      best[jobs] = {std::min(best[jobs].wall, time.wall), std::min(best[jobs].used, time.used)};
    }
  }
  const char* const names[] = {"in this process", "1 job", "2 jobs"};
  for (int i = 0; i < 3; ++i) {
    std::printf("%-16s %7.3f s wall, %7.3f s of processors\n", names[i], best[i].wall,
                best[i].used);
  }
  std::printf("1 job against none: %+.1f %% of processor time\n",
              100 * (best[1].used / best[0].used - 1));
  std::printf("2 jobs against 1: %.2f times as fast\n", best[1].wall / best[2].wall);
}
