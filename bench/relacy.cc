// W7 and W8 as relacy runs them: threads on fibers, each access to an atomic and each lock a point
// where it may switch. Debian's relacy-dev; nothing of simloop.
#include <benchmark/benchmark.h>

#include <ostream>
#include <streambuf>
#include <string>

#include "bench/explorer.h"
#include "relacy/relacy.hpp"

namespace bench {
namespace {

int lost_by_relacy = 0;

struct LostUpdate : rl::test_suite<LostUpdate, 2> {
  rl::atomic<int> balance;

  void before() { balance($).store(0, rl::mo_relaxed); }
  void thread(unsigned) {
    const int read = balance($).load(rl::mo_relaxed);
    balance($).store(read + 1, rl::mo_relaxed);
  }
  void after() { lost_by_relacy += balance($).load(rl::mo_relaxed) != 2; }
};

struct ThreeTakers : rl::test_suite<ThreeTakers, 3> {
  rl::mutex lock;

  void thread(unsigned) {
    for (int i = 0; i < 3; ++i) {
      lock.lock($);
      lock.unlock($);
    }
  }
};

class NoOutput final : public std::streambuf {
  int overflow(int c) override { return c; }
};

template <class Test>
bool add(const char* id, rl::scheduler_type_e scheduler) {
  benchmark::RegisterBenchmark((std::string(id) + "/relacy").c_str(), [=](benchmark::State& state) {
    NoOutput nowhere;
    std::ostream out(&nowhere);
    std::int64_t executions = 0;
    for (auto _ : state) {
      rl::test_params params;
      params.iteration_count = kExecutions;
      params.search_type = scheduler;
      params.output_stream = params.progress_stream = &out;
      if (!rl::simulate<Test>(params)) state.SkipWithError("relacy found a failure");
      executions += static_cast<std::int64_t>(params.stop_iteration);
    }
    state.SetItemsProcessed(executions);
  });
  return true;
}

const bool added_relacy[] = {
    add<LostUpdate>("W7random", rl::random_scheduler_type),
    add<LostUpdate>("W7all", rl::fair_full_search_scheduler_type),
    add<ThreeTakers>("W8random", rl::random_scheduler_type),
};

}  // namespace
}  // namespace bench
