// The same program, run by CPython and by simloop, has the same transcript.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "property_tests/cpython.h"
#include "property_tests/parity_programs.h"
#include "tools/simrun/parity/form.h"
#include "tools/simrun/parity/interpreter.h"
#include "tools/simrun/parity/parser.h"

namespace {

using nlohmann::json;
using property::CPython;
using Candidate = rc::Shrinkable<json>;

constexpr std::size_t kBatch = 500;
constexpr char kRecorded[] = SIMLOOP_SOURCE_DIR "/tests/parity/recorded.jsonl";

std::string run_here(const json& program) {
  return simrun::parity::run_program(simrun::parity::check_program(program).value());
}

// A cancelled cycle of tasks that wait for one another has no end in CPython.
bool is_comparable(const std::string& transcript) {
  return transcript.find("RecursionError") == std::string::npos;
}

std::vector<std::string> run_there(const CPython& python, const std::vector<Candidate>& batch) {
  std::vector<std::string> lines;
  for (const Candidate& candidate : batch) lines.push_back(candidate.value().dump());
  return python.transcripts(lines);
}

struct Difference {
  Candidate program;
  std::string here;
  std::string there;
};

// The first of the programs whose transcripts differ.
std::optional<Difference> find_difference(const CPython& python,
                                          const std::vector<Candidate>& batch) {
  const std::vector<std::string> there = run_there(python, batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!is_comparable(there[i])) continue;
    std::string here = run_here(batch[i].value());
    if (here != there[i]) return Difference{batch[i], std::move(here), there[i]};
  }
  return std::nullopt;
}

// As small as it gets: of the smaller programs that differ the first, again and again.
template <class FindDifference>
Difference shrink(Difference difference, FindDifference find) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    rc::Seq<Candidate> shrinks = difference.program.shrinks();
    for (std::vector<Candidate> batch; !smaller;) {
      while (batch.size() < 100) {
        rc::Maybe<Candidate> next = shrinks.next();
        if (!next) break;
        batch.push_back(*next);
      }
      if (batch.empty()) break;
      if (std::optional<Difference> found = find(batch)) {
        difference = *found;
        smaller = true;
      }
      batch.clear();
    }
  }
  return difference;
}

// Compares programs from number `first` on.
void compare_programs(std::uint64_t first, std::size_t count) {
  const std::optional<CPython> python = CPython::find();
  if (!python) GTEST_SKIP() << "no CPython 3.13 or later; PARITY_PYTHON can name one";
  if (const char* offset = std::getenv("PARITY_FIRST")) first += std::strtoull(offset, nullptr, 10);
  for (std::size_t done = 0; done < count; done += kBatch) {
    std::vector<Candidate> batch;
    for (std::size_t i = 0; i < std::min(kBatch, count - done); ++i) {
      batch.push_back(property::parity_program_number(first + done + i));
    }
    const auto find = [&](const std::vector<Candidate>& all) {
      return find_difference(*python, all);
    };
    if (const std::optional<Difference> difference = find(batch)) {
      const Difference least = shrink(*difference, find);
      FAIL() << "shrunk to " << property::count_operations(least.program.value())
             << " operations:\n"
             << least.program.value().dump() << "\n\nCPython (" << python->path() << "):\n"
             << least.there << "\nsimloop:\n"
             << least.here << "\nfound as:\n"
             << difference->program.value().dump();
    }
  }
}

TEST(Parity, GeneratedProgramsRunAsUnderCPython) { compare_programs(0, 2000); }

// 100,000 programs in ten parts.
class ParityLongRun : public testing::TestWithParam<int> {};

TEST_P(ParityLongRun, RunsProgramsAsCPythonDoes) {
  compare_programs(1'000'000 + 10'000 * static_cast<std::uint64_t>(GetParam()), 10'000);
}

INSTANTIATE_TEST_SUITE_P(Part, ParityLongRun, testing::Range(0, 10));

std::vector<json> read_recorded() {
  std::vector<json> all;
  std::ifstream file(kRecorded);
  for (std::string line; std::getline(file, line);) all.push_back(json::parse(line));
  return all;
}

// With PARITY_RECORD=1: writes them anew, from what CPython says now.
void record(std::size_t count) {
  constexpr int kOperations = 34;  // smaller ones, as the file ships
  const CPython python = CPython::find().value();
  std::ofstream file(kRecorded);
  std::uint64_t number = 2'000'000;
  for (std::size_t recorded = 0; recorded < count;) {
    std::vector<Candidate> batch;
    while (batch.size() < kBatch) {
      batch.push_back(property::parity_program_number(number++, kOperations));
    }
    const std::vector<std::string> there = run_there(python, batch);
    for (std::size_t i = 0; i < batch.size() && recorded < count; ++i) {
      if (!is_comparable(there[i])) continue;
      file << json{{"program", batch[i].value()}, {"transcript", there[i]}}.dump() << "\n";
      ++recorded;
    }
  }
}

TEST(Parity, RecordedProgramsRunAsUnderCPython) {
  constexpr std::size_t kCount = 2000;
  if (std::getenv("PARITY_RECORD") != nullptr) record(kCount);
  const std::vector<json> recorded = read_recorded();
  EXPECT_GE(recorded.size(), kCount) << "in " << kRecorded;
  for (const json& each : recorded) {
    ASSERT_EQ(run_here(each["program"]), each["transcript"].get<std::string>())
        << each["program"].dump();
  }
}

TEST(ParityProgram, HasUpTo60Operations) {
  std::size_t most = 0;
  for (std::uint64_t n = 0; n < 500; ++n) {
    const std::size_t count =
        property::count_operations(property::parity_program_number(n).value());
    EXPECT_LE(count, 60u) << n;
    most = std::max(most, count);
  }
  EXPECT_GT(most, 50u);
}

TEST(ParityProgram, UsesEveryOperationAndEveryTypeOfObject) {
  std::string text;
  for (std::uint64_t n = 0; n < 500; ++n) {
    text += property::parity_program_number(n).value().dump();
  }
  const auto stands = [&text](const std::string& part) { return text.find(part) != text.npos; };
  for (const std::string& name : simrun::parity::form_names()) {
    EXPECT_TRUE(stands("[\"" + name + "\"")) << name;
  }
  for (const std::string& type : simrun::parity::object_type_names()) {
    EXPECT_TRUE(stands("\"type\":\"" + type + "\"")) << type;
  }
}

TEST(ParityProgram, IsTheSameForTheSameNumber) {
  EXPECT_EQ(property::parity_program_number(7).value(), property::parity_program_number(7).value());
  EXPECT_NE(property::parity_program_number(7).value(), property::parity_program_number(8).value());
}

// Stands for a bug: that a timeout in a task group catches.
TEST(ParityProgram, ShrinksToTheOperationsThatMatter) {
  const auto find = [](const std::vector<Candidate>& batch) -> std::optional<Difference> {
    for (const Candidate& candidate : batch) {
      const std::string here = run_here(candidate.value());
      const std::size_t timeout = here.find("timeout ! Timeout");
      if (timeout != here.npos && here.find("task_group ! Group", timeout) != here.npos) {
        return Difference{candidate, here, ""};
      }
    }
    return std::nullopt;
  };
  std::optional<Difference> found;
  for (std::uint64_t n = 0; !found; ++n) {
    ASSERT_LT(n, 10'000u);
    found = find({property::parity_program_number(n)});
  }
  EXPECT_LE(property::count_operations(shrink(*found, find).program.value()), 5u);
}

}  // namespace
