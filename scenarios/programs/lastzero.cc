// lastzero: N writers, each of which makes its cell one more than the cell before it, and a reader
// that looks for the last zero from the end. Correct; a measure of partial-order reduction.
//
// Source: Abdulla, Aronis, Jonsson, Sagonas, "Optimal dynamic partial order reduction", POPL 2014.
#include <deque>
#include <utility>
#include <vector>

#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

using Cells = std::deque<sim::Shared<int>>;

sim::Coro<> find_last_zero(const Cells& cells) {
  std::size_t at = cells.size() - 1;
  int seen = co_await read(cells[at]);
  while (seen != 0) {
    SIM_CHECK_NE(at, 0u);  // the first cell stays 0
    seen = co_await read(cells[--at]);
  }
}

sim::Coro<> fill(const sim::Shared<int>& before, sim::Shared<int>& cell) {
  const int seen = co_await read(before);
  co_await write(cell, seen + 1);
}

}  // namespace

SIM_SCENARIO(lastzero, "N writers and a reader that looks for the last zero: correct",
             sim::param("n", 5, "writers").at_least(1)) {
  const int n = scenario.param<int>("n");
  Cells cells(n + 1);
  std::vector<sim::Coro<>> tasks;
  tasks.push_back(find_last_zero(cells));
  for (int j = 1; j <= n; ++j) tasks.push_back(fill(cells[j - 1], cells[j]));
  co_await together(std::move(tasks));
  for (int j = 1; j <= n; ++j) SIM_CHECK_GT(cells[j].get(), 0);
}
