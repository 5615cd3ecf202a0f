// Bytes per sleeping task: growth of the resident set from before the first of n tasks is made
// until all of them are asleep. "Iterations" of these benchmarks are processes.
#include "bench/memory.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "bench/workload.h"

namespace bench {
namespace {

constexpr std::string_view kFlag = "--sleepers=";

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

template <class Library>
typename Library::template Coro<> sleeper() {
  co_await Library::sleep(1'000'000'000);
}

template <class Library>
typename Library::template Coro<> observer(std::int64_t& resident) {
  resident = resident_bytes();
  co_return;
}

template <class Library>
typename Library::template Coro<> sleepers(Library, std::int64_t n, double& bytes) {
  const std::int64_t before = resident_bytes();
  std::int64_t after = 0;
  std::vector<typename Library::template Coro<>> children;
  children.reserve(n + 1);
  for (std::int64_t i = 0; i < n; ++i) children.push_back(sleeper<Library>());
  children.push_back(observer<Library>(after));  // the last to start: all others are asleep
  co_await Library::gather(std::move(children));
  bytes = static_cast<double>(after - before) / static_cast<double>(n);
}

template <class Library>
double bytes_per_task(Library library, std::int64_t n) {
  double bytes = 0;
  library.run(sleepers(library, n, bytes));
  return bytes;
}

// Runs this program anew with `kFlag` and reads the figure it prints.
double ask_new_process(const std::string& variant, std::int64_t n) {
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
  if (length <= 0) return -1;
  std::string command = "'";
  command.append(self, static_cast<std::size_t>(length)).append("' ").append(kFlag);
  command.append(variant).append(",").append(std::to_string(n));
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return -1;
  double bytes = -1;
  const int fields = std::fscanf(pipe, "%lf", &bytes);
  return pclose(pipe) == 0 && fields == 1 ? bytes : -1;
}

bool add_memory(const std::string& id, std::int64_t n) {
  for (const char* variant : {"limit", "off", "on"}) {
    benchmark::RegisterBenchmark((id + "/" + variant).c_str(), [=](benchmark::State& state) {
      double bytes = 0;
      for (auto _ : state) bytes = ask_new_process(variant, n);
      if (bytes < 0) state.SkipWithError("the measuring process failed");
      state.counters["bytes"] = bytes;
    })->Iterations(1)->Repetitions(1);
  }
  return true;
}

const bool added_1e6 = add_memory("bytes1e6", 1'000'000);
const bool added_1e7 = add_memory("bytes1e7", 10'000'000);

}  // namespace

bool measure_sleepers(int argc, char** argv) {
  if (argc != 2 || !std::string_view(argv[1]).starts_with(kFlag)) return false;
  const std::string_view request = std::string_view(argv[1]).substr(kFlag.size());
  const std::size_t comma = request.find(',');
  const std::string_view variant = request.substr(0, comma);
  const std::int64_t n = std::strtoll(request.data() + comma + 1, nullptr, 10);
  const double bytes = variant == "limit" ? bytes_per_task(Limit{}, n)
                                          : bytes_per_task(Simloop{variant == "on"}, n);
  std::printf("%.1f\n", bytes);
  return true;
}

}  // namespace bench
