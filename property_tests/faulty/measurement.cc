#include "property_tests/faulty/measurement.h"

#include <algorithm>
#include <functional>
#include <iomanip>
#include <iterator>
#include <string>

#include "property_tests/faulty/generator.h"

namespace faulty {

namespace {

using Belongs = std::function<bool(const Program&)>;

std::vector<Measured> those(const std::vector<Measured>& all, const Belongs& belongs) {
  std::vector<Measured> found;
  std::ranges::copy_if(all, std::back_inserter(found), belongs, &Measured::program);
  return found;
}

void print_head(std::ostream& out, const std::string& first, const std::vector<const char*>& more) {
  out << "| " << first;
  for (const char* each : more) out << " | " << each;
  for (const std::uint64_t budget : kBudgets) out << " | within " << budget;
  out << " |\n|---";
  for (std::size_t i = 0; i < more.size() + kBudgets.size(); ++i) out << "|---";
  out << "|\n";
}

void print_shares(std::ostream& out, const std::vector<Measured>& all, std::size_t strategy) {
  for (const std::uint64_t budget : kBudgets) {
    out << " | " << std::fixed << std::setprecision(1) << share(all, strategy, budget).percent()
        << " %";
  }
  out << " |\n";
}

// After how many executions half of those that count were found.
std::uint64_t half_within(const std::vector<Measured>& all, std::size_t strategy) {
  std::vector<std::uint64_t> found;
  for (const Measured& each : all) {
    if (each.counts())
      found.push_back(each.hunts[strategy].found_after - 1);  // the most: not found
  }
  if (found.empty()) return 0;
  std::ranges::sort(found);
  return found[(found.size() - 1) / 2] + 1;
}

void print_row(std::ostream& out, const std::string& name, const std::vector<Measured>& all) {
  int passed_over = 0;
  for (const Measured& each : all) passed_over += each.drawn.passed_over;
  out << "| " << name << " | " << passed_over << " | " << all.size() << " | "
      << std::ranges::count(all, Fault::cannot_show, &Measured::fault) << " | "
      << std::ranges::count_if(all, &Measured::counts);
  print_shares(out, all, 0);
}

const std::vector<const char*> kCounts = {"passed over", "drawn", "cannot show", "counted"};

}  // namespace

Hunt hunt(const Program& program, const sim::Strategy& strategy, std::uint64_t most) {
  sim::ExploreOptions options = options_for(program);
  options.strategy = strategy;
  options.max_executions = most;
  const sim::Report report = sim::explore([&program] { return run(program); }, options);
  Hunt hunt;
  if (!report.ok()) hunt.found_after = report.failures[0].executions_to_find;
  hunt.has_visited_all = report.exhausted;
  return hunt;
}

Drawn draw(std::uint64_t n) {
  constexpr int kSize = 30;
  const Algorithm& algorithm = algorithms()[n % algorithms().size()];
  rc::Random random(n);
  for (int passed_over = 0;; ++passed_over) {
    const Program program = program_around(algorithm)(random.split(), kSize).value();
    if (hunt(program, sim::Strategy::fifo(), 1).found_after == 0) return {program, passed_over};
  }
}

Measured measure(const Drawn& drawn, const std::vector<sim::Strategy>& strategies,
                 std::uint64_t most) {
  Measured measured{drawn, Fault::is_missed, {}};
  bool has_visited_all = false;
  for (const sim::Strategy& each : strategies) {
    measured.hunts.push_back(hunt(drawn.program, each, most));
    const Hunt& latest = measured.hunts.back();
    if (latest.found_after != 0) measured.fault = Fault::is_found;
    has_visited_all = has_visited_all || latest.has_visited_all;
  }
  if (measured.fault == Fault::is_found) return measured;
  if (!has_visited_all) {
    const Hunt every = hunt(drawn.program, sim::Strategy::dfs(), kVisited);
    has_visited_all = every.has_visited_all && every.found_after == 0;
  }
  if (has_visited_all) measured.fault = Fault::cannot_show;
  return measured;
}

double Share::percent() const {
  return of == 0 ? 100.0 : 100.0 * static_cast<double>(found) / static_cast<double>(of);
}

Share share(const std::vector<Measured>& all, std::size_t strategy, std::uint64_t budget) {
  Share share;
  for (const Measured& each : all) {
    if (!each.counts()) continue;
    ++share.of;
    const std::uint64_t found_after = each.hunts[strategy].found_after;
    if (found_after != 0 && found_after <= budget) ++share.found;
  }
  return share;
}

void print_by_mistake(std::ostream& out, const std::vector<Measured>& all) {
  print_head(out, "mistake", kCounts);
  for (int i = 0; i < kMistakes; ++i) {
    const auto mistake = static_cast<Mistake>(i);
    print_row(out, to_string(mistake), those(all, [mistake](const Program& program) {
                return program.algorithm->mistake == mistake;
              }));
  }
  print_row(out, "all", all);
}

void print_by_algorithm(std::ostream& out, const std::vector<Measured>& all) {
  print_head(out, "algorithm", kCounts);
  for (const Algorithm& algorithm : algorithms()) {
    print_row(out, algorithm.name, those(all, [&algorithm](const Program& program) {
                return program.algorithm == &algorithm;
              }));
  }
}

void print_by_strategy(std::ostream& out, const std::vector<Measured>& all,
                       const std::vector<sim::Strategy>& strategies) {
  print_head(out, "strategy", {"half within"});
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    out << "| `" << strategies[i].name() << "` | " << half_within(all, i);
    print_shares(out, all, i);
  }
}

void print_missed(std::ostream& out, const std::vector<Measured>& all) {
  for (const Measured& each : all) {
    if (!each.counts() || each.hunts[0].found_after != 0) continue;
    out << "missed" << (each.fault == Fault::is_found ? ", found by another" : "") << ": "
        << each.program() << "\n";
  }
}

}  // namespace faulty
