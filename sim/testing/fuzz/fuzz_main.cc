// fuzz_main: what libFuzzer calls, and AFL++ through its driver of libFuzzer's targets. Each input
// is the schedule of a run; see docs/fuzzing.md.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/testing/fuzz/mutator.h"
#include "sim/testing/fuzz/subject.h"

// Of AFL++'s runtime, where that is linked.
extern "C" unsigned char* __afl_area_ptr __attribute__((weak));
extern "C" void __sanitizer_cov_trace_pc_guard(std::uint32_t* guard) __attribute__((weak));
extern "C" void __sanitizer_cov_trace_pc_guard_init(std::uint32_t* start, std::uint32_t* stop)
    __attribute__((weak));
// Of simloop_add_fuzzer(), where it was given a SCENARIO.
extern "C" const char simloop_fuzz_scenario[] __attribute__((weak));

namespace sim::fuzz {

namespace {

constexpr std::size_t kCounters = 1 << 13;  // of each kind of feature
constexpr std::size_t kKinds = 2;

// libFuzzer takes what stands in this section for counters of code, clears them before an input
// and looks at them after it. Nobody reads them here.
__attribute__((
    section("__libfuzzer_extra_counters"))) volatile std::uint8_t counters[kKinds * kCounters];

// To AFL++ a feature is one more place in the code that was reached: its runtime gives each a place
// of the map when they are registered, which is to be done before the fork server starts.
std::uint32_t guards[kKinds * kCounters];

bool under_afl() { return &__afl_area_ptr != nullptr; }

__attribute__((constructor(101))) void register_guards() {
  if (under_afl()) __sanitizer_cov_trace_pc_guard_init(guards, guards + kKinds * kCounters);
}

void see(Feature kind, std::uint64_t feature) {
  const std::size_t at = static_cast<std::size_t>(kind) * kCounters + feature % kCounters;
  counters[at] = 1;
  if (under_afl()) __sanitizer_cov_trace_pc_guard(&guards[at]);
}

std::optional<Subject> subject;

void add_words(const char* text, std::vector<std::string>& arguments) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool is_name = arguments.empty() && !word.starts_with("--");
    arguments.push_back(is_name ? "--scenario=" + word : word);
  }
}

// What the arguments that begin with two dashes say, which libFuzzer leaves to others. Where they
// name none, SIM_FUZZ="NAME --parameter=value" does, else what the fuzzer was built for.
std::vector<std::string> asked_for(int argc, char** argv) {
  const char* const from_environment = std::getenv("SIM_FUZZ");
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--", 2) == 0) arguments.emplace_back(argv[i]);
  }
  const auto is_name = [](const std::string& each) { return each.starts_with("--scenario="); };
  for (const char* text : {from_environment, simloop_fuzz_scenario}) {
    if (text == nullptr || std::ranges::any_of(arguments, is_name)) continue;
    std::vector<std::string> words;
    add_words(text, words);
    arguments.insert(arguments.begin(), words.begin(), words.end());
  }
  return arguments;
}

// AFL++'s driver takes every argument for a file.
void drop_options(int* argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    if (std::strncmp(argv[i], "--", 2) != 0) argv[kept++] = argv[i];
  }
  *argc = kept;
}

void say(const std::string& text) { std::fputs(text.c_str(), stderr); }

[[noreturn]] void refuse(const char* why) {
  say(std::string("simloop: ") + why + "\n");
  std::exit(2);
}

[[noreturn]] void replay(const char* token) {
  const std::string shown = subject->replay(token);
  say(shown.empty() ? "that schedule shows no bug\n" : shown);
  std::exit(shown.empty() ? 0 : 1);
}

}  // namespace
}  // namespace sim::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace sim::fuzz;
  try {
    subject.emplace(asked_for(*argc, *argv), see);
    if (const char* token = std::getenv("SIM_REPLAY"); token != nullptr) replay(token);
  } catch (const std::invalid_argument& bad) {
    refuse(bad.what());
  }
  if (under_afl()) drop_options(argc, *argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim::fuzz;
  if (!subject->fails({data, size})) return 0;
  // AFL++ shows nobody what a target prints, and has no patience: the input is to be run by itself.
  const bool watched = std::getenv("__AFL_SHM_ID") == nullptr;
  if (watched) say("\nsimloop: a schedule of " + subject->name() + " fails\n" + subject->explain());
  subject.reset();
  std::abort();
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  using namespace sim::fuzz;
  sim::Rng rng(seed);
  const std::uint32_t horizon = subject ? subject->decisions() : 0;
  const Bytes mutated = mutate({data, size}, most, horizon, rng);
  std::ranges::copy(mutated, data);
  return mutated.size();
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                                 const std::uint8_t* second,
                                                 std::size_t second_size, std::uint8_t* out,
                                                 std::size_t most, unsigned seed) {
  using namespace sim::fuzz;
  sim::Rng rng(seed);
  const Bytes joined = splice({first, first_size}, {second, second_size}, most, rng);
  std::ranges::copy(joined, out);
  return joined.size();
}
