// trace_hashes SEEDS: for each scenario that ships, one hash of what it did under SEEDS seeds: the
// trace hashes, the transcripts and the kinds of the findings. Two builds that print the same text
// behave the same.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sim/scenario.h"
#include "sim/scenario_run.h"

namespace {

std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = text.size();
  for (const char c : text) hash = sim::internal::mix(hash, static_cast<unsigned char>(c));
  return hash;
}

std::uint64_t hash_of(const sim::ScenarioInfo& scenario, std::uint64_t seed, sim::Order order) {
  std::uint64_t hash = 0;
  sim::ScenarioOptions options;
  options.seed = seed;
  options.order = order;
  options.on_line = [&hash](const auto& line) {
    hash = sim::internal::mix(hash, hash_of(line.task + ": " + line.text));
  };
  const sim::ScenarioResult result = sim::run_scenario(scenario, options);
  hash = sim::internal::mix(hash, result.stats.trace_hash);
  for (const sim::Finding& finding : result.findings) {
    hash = sim::internal::mix(hash, static_cast<std::uint64_t>(finding.kind));
  }
  return hash;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned long seeds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  for (const sim::ScenarioInfo* scenario : sim::registered_scenarios()) {
    std::uint64_t any = 0;
    std::uint64_t fifo = 0;
    for (unsigned long seed = 0; seed < seeds; ++seed) {
      any = sim::internal::mix(any, hash_of(*scenario, seed, sim::Order::any));
      fifo = sim::internal::mix(fifo, hash_of(*scenario, seed, sim::Order::fifo));
    }
    std::printf("%-24s any %016llx  fifo %016llx\n", scenario->name.c_str(),
                static_cast<unsigned long long>(any), static_cast<unsigned long long>(fifo));
  }
}
