// The corpus: the programs that eval measures, with what is published and what is known of them.
//
// The programs with published figures, and their parameters, are written down in corpus.cc.
// Historical bugs, correct twins and whatever else lies in scenarios/programs/ come from the
// registrations, so that a new one is measured without being named here; those in which time goes
// by also with timers that may be late.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/explore.h"
#include "tools/simrun/command.h"

namespace simrun::eval {

// What a sampler took to the first bug, as published for SURW (ASPLOS 2025): 20 trials of at most
// 10,000 schedules.
struct Published {
  double mean = 0;  // of the trials that found it
  int hits = 20;    // 0: never found; -1: no figure
};
// The samplers of those columns, in their order.
inline constexpr std::array kPublished = {"random", "pct:3", "pct:10", "pos", "surw", "urw"};

struct Program {
  // What is measured of it.
  enum class Group {
    faulty,      // how soon its bug is found, and how small that becomes
    historical,  // the same for a bug of the history, with one cancellation allowed
    exhaustive,  // it is correct: how many executions all its traces take
    silent,      // it is correct: nothing is to be found in it
  };
  std::string name;  // of its row; unique but for `time` and the group
  Group group;
  const sim::ScenarioInfo* scenario;
  std::vector<sim::ParameterValue> parameters;
  sim::Time time = sim::Time::strict;
  std::uint32_t cancellations = 0;
  std::vector<sim::FindingKind> ignore = {};
  std::optional<std::array<Published, kPublished.size()>> published = {};
  // Exact number of Mazurkiewicz traces, where it is published; 0: not.
  std::uint64_t traces = 0;
  // Whether there are few enough traces to visit them all.
  bool is_small = false;
  // The fewest deviations that show the bug, where that is known. From run to block what is known
  // counts each task that is passed over, so it may be more.
  std::optional<std::size_t> fewest_from_fifo = {};
  std::optional<std::size_t> fewest_from_run_to_block = {};

  // The lowest of the published means.
  std::optional<double> best() const;
};

// Of the programs that are registered, in the order in which they are told. Empty if this simrun
// has none of those that ship.
std::vector<Program> corpus(const Scenarios& scenarios);

}  // namespace simrun::eval
