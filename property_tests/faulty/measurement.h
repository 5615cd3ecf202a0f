// Measurement: of how many generated programs a strategy finds the fault, and by how many
// executions.
//
// Programs are drawn until asyncio's own order does not show the fault. Such a program counts but
// where visiting every schedule proves that it has none that does. Where neither a search nor a
// visit of at most kVisited schedules tells, it counts as missed.
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <vector>

#include "property_tests/faulty/program.h"

namespace faulty {

constexpr std::uint64_t kVisited = 100'000;

// The executions after which it is asked what was found.
constexpr std::array<std::uint64_t, 3> kBudgets = {100, 1'000, 10'000};

// What the search with a strategy came to.
struct Hunt {
  std::uint64_t found_after = 0;  // executions; 0: not found
  bool has_visited_all = false;
};
Hunt hunt(const Program& program, const sim::Strategy& strategy, std::uint64_t most);

// A program whose fault asyncio's order does not show.
struct Drawn {
  Program program;
  int passed_over = 0;  // that were drawn before, and asyncio's order showed the fault of
};
// The n-th of a fixed sequence, around one algorithm after the other.
Drawn draw(std::uint64_t n);

// What is known of a program's fault.
enum class Fault { is_found, is_missed, cannot_show };

struct Measured {
  Drawn drawn;
  Fault fault;
  std::vector<Hunt> hunts;  // of each strategy that was measured

  const Program& program() const { return drawn.program; }
  bool counts() const { return fault != Fault::cannot_show; }
};

// Hunts with each strategy, with at most so many executions.
Measured measure(const Drawn& drawn, const std::vector<sim::Strategy>& strategies,
                 std::uint64_t most);

// How many of those that count one strategy found within a budget.
struct Share {
  std::size_t found = 0;
  std::size_t of = 0;
  double percent() const;
};
Share share(const std::vector<Measured>& all, std::size_t strategy, std::uint64_t budget);

// The tables of docs/generated_bugs.md. The first two are about the first strategy.
void print_by_mistake(std::ostream& out, const std::vector<Measured>& all);
void print_by_algorithm(std::ostream& out, const std::vector<Measured>& all);
void print_by_strategy(std::ostream& out, const std::vector<Measured>& all,
                       const std::vector<sim::Strategy>& strategies);
// The programs that the first strategy did not find the fault of.
void print_missed(std::ostream& out, const std::vector<Measured>& all);

}  // namespace faulty
