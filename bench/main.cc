// Runs the workloads and prints, after what Google Benchmark prints, the tables of ratios.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "bench/memory.h"

namespace {

struct Row {
  const char* id;
  const char* what;
  double goal_off;  // times the limit; 0: none
  double goal_on;
  const char* limit = "/limit";
};

constexpr Row kRows[] = {
    {"W1", "W1 two tasks yield in turn, ns per switch", 1.3, 2.0},
    {"W2", "W2 create_task + await, ns per task", 1.8, 3.0},
    {"W2b", "W2b co_await a coroutine, ns per call", 1.5, 1.5},
    {"W3", "W3 gather of 100k sleeping children, ns per child", 2.0, 3.5},
    {"W3spread", "W3 the same, a deadline each", 2.0, 3.5},
    {"bytes1e6", "W3 bytes per sleeping task, 1e6", 1.7, 1.7},
    {"bytes1e7", "W3 bytes per sleeping task, 1e7", 1.7, 1.7},
    {"W4", "W4 1e6 sleeps, random deadlines, ns per sleep", 1.5, 0},
    {"W4", "W4 the same, against the limit with prefetch", 1.5, 0, "/limit+fetch"},
    {"W4cancel", "W4 cancel a timer, random order, ns", 1.5, 0},
    {"W5", "W5 100 tasks on one FIFO lock, ns per round", 1.6, 0},
    {"W6", "W6 bounded queue of 16, ns per item", 2.2, 0},
};

// Executions a second, as many times relacy's.
struct Exploration {
  const char* id;
  const char* what;
  double goal;  // 0: none
};

constexpr Exploration kExplorations[] = {
    {"W7random", "W7 lost update of two tasks, random", 1.8},
    {"W7all", "W7 the same, every schedule", 0},
    {"W8random", "W8 three tasks, a lock three times each, random", 2.2},
};

// Nanoseconds.
constexpr Exploration kTimes[] = {
    {"W9random", "W9 a hundred decisions, random, a decision", 50},
    {"W9pos", "W9 a hundred decisions, POS, a decision", 150},
    {"W9pct", "W9 a hundred decisions, PCT, a decision", 150},
    {"W10dpor", "W10 every trace of lastzero(10), dpor, an execution", 3333},
};

// Keeps what each repetition gave, by name.
class TableReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      const auto items = run.counters.find("items_per_second");
      const auto bytes = run.counters.find("bytes");
      if (items != run.counters.end()) {
        figures_[run.run_name.function_name].push_back(1e9 / items->second.value);
      } else if (bytes != run.counters.end()) {
        figures_[run.run_name.function_name].push_back(bytes->second.value);
      }
    }
  }

  void print_tables() const {
    std::printf("\n| workload | limit | simloop | ratio | goal | traced | ratio | goal |\n"
                "|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for (const Row& row : kRows) print_row(row);
    std::printf("\n| million executions a second | relacy | simloop | ratio | goal |\n"
                "|---|--:|--:|--:|--:|\n");
    for (const Exploration& each : kExplorations) print_exploration(each);
    std::printf("\n| ns | simloop | goal |\n|---|--:|--:|\n");
    for (const Exploration& each : kTimes) print_time(each);
  }

 private:
  double median(const std::string& name) const {
    const auto found = figures_.find(name);
    if (found == figures_.end()) return 0;
    std::vector<double> sorted = found->second;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }

  void print_row(const Row& row) const {
    const double limit = median(std::string(row.id) + row.limit);
    if (limit == 0) return;
    std::printf("| %s | %.1f |", row.what, limit);
    print_variant(limit, median(std::string(row.id) + "/off"), row.goal_off);
    print_variant(limit, median(std::string(row.id) + "/on"), row.goal_on);
    std::printf("\n");
  }

  void print_exploration(const Exploration& each) const {
    const double relacy = median(std::string(each.id) + "/relacy");
    const double simloop = median(std::string(each.id) + "/simloop");
    if (simloop == 0) return;
    std::printf("| %s |", each.what);
    relacy == 0 ? std::printf(" - |") : std::printf(" %.2f |", 1e3 / relacy);
    const double ratio = relacy / simloop;
    const char* mark = ratio < each.goal ? "**" : "";
    std::printf(" %.2f | %s%.2f%s |", 1e3 / simloop, mark, ratio, mark);
    each.goal == 0 ? std::printf(" - |\n") : std::printf(" %.1f |\n", each.goal);
  }

  void print_time(const Exploration& each) const {
    const double figure = median(each.id);
    if (figure == 0) return;
    const char* mark = figure > each.goal ? "**" : "";
    std::printf("| %s | %s%.0f%s | %.0f |\n", each.what, mark, figure, mark, each.goal);
  }

  // A ratio that misses its goal is set in bold.
  static void print_variant(double limit, double figure, double goal) {
    if (figure == 0) {
      std::printf(" - | - |");
    } else {
      const char* mark = goal != 0 && figure > goal * limit ? "**" : "";
      std::printf(" %.1f | %s%.2f%s |", figure, mark, figure / limit, mark);
    }
    goal == 0 ? std::printf(" - |") : std::printf(" %.1f |", goal);
  }

  std::map<std::string, std::vector<double>> figures_;
};

}  // namespace

int main(int argc, char** argv) {
  if (bench::measure_sleepers(argc, argv)) return 0;
  // Repetitions of one workload are spread over the run, so that a slow spell of the machine
  // hits the limit and simloop alike. Flags given on the command line win.
  std::string name = argv[0];
  std::string defaults[] = {"--benchmark_repetitions=5", "--benchmark_min_time=0.2",
                            "--benchmark_enable_random_interleaving=true"};
  std::vector<char*> arguments{name.data()};
  for (std::string& flag : defaults) arguments.push_back(flag.data());
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  TableReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_tables();
}
