// The table of docs/conformance is true: what it names exists, and what the page counts is there.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path& root() {
  static const fs::path path = SIMLOOP_SOURCE_DIR;
  return path;
}

std::string read(const fs::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  if (!text.empty() && text.back() == at) parts.emplace_back();
  return parts;
}

// One test method of CPython.
struct Row {
  std::string place;  // "test_locks.tsv:12"
  std::string method;
  std::string verdict;
  std::vector<std::string> tests;  // "primitives/lock_test.cc:Lock.X"
  std::string reason;
};

// What goes with each verdict.
struct Verdict {
  const char* name;
  bool tests;
  bool reason;
};
constexpr Verdict kVerdicts[] = {{"covered", true, false},
                                 {"different", true, true},
                                 {"missing", false, true},  // applies, but nothing shows it yet
                                 {"does not apply", false, true}};

// What is wrong with a row; empty if nothing is.
std::string complaint(const Row& row) {
  const auto* verdict = std::ranges::find(kVerdicts, row.verdict, &Verdict::name);
  if (verdict == std::end(kVerdicts)) return "no verdict";
  if (row.method.find(".test") == std::string::npos) return "no method";
  if (verdict->tests == row.tests.empty()) return verdict->tests ? "no test" : "tests of nothing";
  if (verdict->reason == row.reason.empty()) return verdict->reason ? "no reason" : "a reason";
  return "";
}

Row make_row(std::string place, const std::string& line) {
  std::vector<std::string> cells = split(line, '\t');
  cells.resize(4);
  std::istringstream tests(cells[2]);
  return {std::move(place), cells[0], cells[1],
          {std::istream_iterator<std::string>(tests), {}}, cells[3]};
}

// The rows of each table, by the name of CPython's file.
std::map<std::string, std::vector<Row>> tables() {
  std::map<std::string, std::vector<Row>> found;
  for (const auto& entry : fs::directory_iterator(root() / "docs/conformance")) {
    const std::string name = entry.path().stem().string() + ".py";
    int number = 0;
    for (const std::string& line : split(read(entry.path()), '\n')) {
      ++number;
      if (line.empty() || line[0] == '#') continue;
      const std::string place = entry.path().filename().string() + ":" + std::to_string(number);
      found[name].push_back(make_row(place, line));
    }
  }
  return found;
}

// "Suite.Name" of each test that a source defines.
std::set<std::string> tests_in(const std::string& source) {
  std::set<std::string> found;
  for (const std::string_view macro : {"TEST(", "TEST_F(", "TEST_P(", "RC_GTEST_PROP("}) {
    for (std::size_t at = 0; (at = source.find(macro, at)) != std::string::npos;) {
      const bool begins_a_line = at == 0 || source[at - 1] == '\n';
      at += macro.size();
      if (!begins_a_line) continue;
      std::string name;
      for (std::size_t i = at; i < source.size() && source[i] != ')' && source[i] != '{'; ++i) {
        const char c = source[i] == ',' ? '.' : source[i];
        if (c == '.' && name.find('.') != std::string::npos) break;  // RC_GTEST_PROP has more
        if (!std::isspace(static_cast<unsigned char>(c))) name += c;
      }
      found.insert(name);
    }
  }
  return found;
}

// The references of a row that lead nowhere.
std::vector<std::string> dangling(const Row& row,
                                  std::map<std::string, std::set<std::string>>& known) {
  std::vector<std::string> wrong;
  for (const std::string& test : row.tests) {
    const std::size_t colon = test.find(':');
    const std::string file = test.substr(0, colon);
    if (!known.contains(file)) known[file] = tests_in(read(root() / file));
    if (colon == std::string::npos || !known[file].contains(test.substr(colon + 1))) {
      wrong.push_back(row.place + ": " + test);
    }
  }
  return wrong;
}

std::string count(const std::string& name, const std::vector<Row>& rows) {
  const auto of = [&](const char* verdict) {
    return std::ranges::count(rows, verdict, &Row::verdict);
  };
  std::ostringstream line;
  const auto applicable = static_cast<std::ptrdiff_t>(rows.size()) - of("does not apply");
  line << "| " << name << " | " << rows.size() << " | " << applicable << " | " << of("covered")
       << " | " << of("different") << " | " << of("missing") << " |";
  return line.str();
}

TEST(Conformance, EveryRowHasAVerdictAndWhatGoesWithIt) {
  std::set<std::string> methods;
  for (const auto& [name, rows] : tables()) {
    for (const Row& row : rows) {
      EXPECT_EQ(complaint(row), "") << row.place;
      EXPECT_TRUE(methods.insert(name + row.method).second) << row.place << " stands there twice";
    }
  }
  EXPECT_GT(methods.size(), 800u);
}

TEST(Conformance, EveryTestItNamesStandsInTheFileItNames) {
  std::map<std::string, std::set<std::string>> known;
  for (const auto& [name, rows] : tables()) {
    for (const Row& row : rows) EXPECT_THAT(dangling(row, known), IsEmpty());
  }
}

TEST(Conformance, ThePageCountsTheRows) {
  const std::string page = read(root() / "docs/conformance.md");
  std::vector<Row> all;
  for (const auto& [name, rows] : tables()) {
    EXPECT_THAT(page, HasSubstr(count("`" + name + "`", rows))) << "run tools/conformance.py";
    all.insert(all.end(), rows.begin(), rows.end());
  }
  EXPECT_THAT(page, HasSubstr(count("all", all))) << "run tools/conformance.py";
}

TEST(Conformance, ThePageGivesTheReasonsForWhatIsDifferent) {
  const std::string page = read(root() / "docs/conformance.md");
  for (const auto& [name, rows] : tables()) {
    for (const Row& row : rows) {
      if (row.verdict != "different") continue;
      EXPECT_THAT(page, HasSubstr("| `" + name + "` " + row.method + " | " + row.reason + " |"));
    }
  }
}

TEST(Conformance, SeesWhatIsWrongWithARow) {
  const auto of = [](const char* line) { return complaint(make_row("a.tsv:1", line)); };
  EXPECT_EQ(of("A.test_b\tcovered\ta_test.cc:A.B\t"), "");
  EXPECT_EQ(of("A.test_b\tdoes not apply\t\trepr text"), "");
  EXPECT_EQ(of("A.test_b\tdifferent\ta_test.cc:A.B\tbecause"), "");
  EXPECT_EQ(of("A.test_b\tmissing\t\tno threads yet"), "");
  EXPECT_NE(of("A.test_b\t\t\t"), "");
  EXPECT_NE(of("A.test_b"), "");
  EXPECT_NE(of("A.test_b\tcovered\t\t"), "");
  EXPECT_NE(of("A.test_b\tdoes not apply\t\t"), "");
  EXPECT_NE(of("A.test_b\tdifferent\ta_test.cc:A.B\t"), "");
  EXPECT_NE(of("A.b\tcovered\ta_test.cc:A.B\t"), "");
  std::map<std::string, std::set<std::string>> known;
  const Row row = make_row("a.tsv:1",
                           "A.test_b\tcovered\ttools/conformance_test.cc:Conformance.NoSuchTest\t");
  EXPECT_THAT(dangling(row, known), testing::SizeIs(1));
  EXPECT_THAT(tests_in("TEST(A, B) {\n  EXPECT(TEST(C, D));\nTEST_F(E,\n       F) {\n"),
              testing::ElementsAre("A.B", "E.F"));
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Where a Python may be, the best place first.
std::vector<std::string> pythons() {
  std::vector<std::string> found = {variable("PARITY_PYTHON"), "python3.13"};
  fs::path installed = variable("PYENV_ROOT");
  if (installed.empty()) installed = fs::path(variable("HOME")) / ".pyenv";
  std::set<std::string> versions;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(installed / "versions", none)) {
    versions.insert((entry.path() / "bin/python3").string());
  }
  found.insert(found.end(), versions.begin(), versions.end());
  return found;
}

// A CPython 3.13 that has its tests; empty if there is none.
std::string find_python() {
  for (const std::string& python : pythons()) {
    const std::string asks = "'" + python +
                             "' -c 'import sys, test; sys.exit(sys.version_info[:2] != (3, 13))'"
                             " 2>/dev/null";
    if (std::system(asks.c_str()) == 0) return python;
  }
  return "";
}

TEST(Conformance, ListsEveryMethodOfCPython) {
  const std::string python = find_python();
  if (python.empty()) GTEST_SKIP() << "no CPython 3.13 with its tests was found";
  const fs::path script = root() / "tools/conformance.py";
  const std::string line = "'" + python + "' '" + script.string() + "' --compare 2>&1";
  std::FILE* pipe = popen(line.c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.append(buffer.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(out, "");
}

}  // namespace
