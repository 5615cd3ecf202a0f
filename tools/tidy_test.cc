// The rules of the house that can be read off the text of the sources. Each rule is tested twice:
// it holds for every file of the repository, and it sees the violation that stands beside it.
#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"

namespace {

constexpr std::array kRooms = {"sim",   "primitives", "property_tests", "scenarios",
                               "tools", "bench",      "examples",       "adapters"};

struct File {
  std::string path;  // from the root of the repository: "sim/arena.h"
  std::vector<std::string> lines;
  std::vector<std::string> code;      // the lines without comments and without literals' contents
  std::vector<std::string> comments;  // the lines with nothing but the comments

  bool is_header() const { return path.ends_with(".h"); }
  bool is_test() const {
    return path.ends_with("_test.cc") || path.find("/test_") != std::string::npos;
  }
  bool is_in(std::string_view folder) const { return path.starts_with(folder); }
};

using Files = std::vector<File>;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Where the comment or literal that begins at `at` ends; `at` itself where none begins.
std::size_t end_of_comment_or_literal(const std::string& text, std::size_t at) {
  const auto after = [&](std::string_view closing, std::size_t from) {
    const std::size_t found = text.find(closing, from);
    return found == std::string::npos ? text.size() : found + closing.size();
  };
  const std::string_view here = std::string_view(text).substr(at);
  if (here.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (here.starts_with("/*")) return after("*/", at + 2);
  if (here.starts_with("R\"")) {
    const std::size_t open = text.find('(', at);
    return after(")" + text.substr(at + 2, open - at - 2) + "\"", open);
  }
  const bool separates_digits = at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1]));
  if (text[at] != '"' && (text[at] != '\'' || separates_digits)) return at;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != text[at]) end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

File make_file(std::string path, const std::string& text) {
  std::string code = text;
  std::string comments = text;
  const auto blank = [](std::string& in, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (in[i] != '\n') in[i] = ' ';
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_comment_or_literal(text, at);
    if (end == at) {
      blank(comments, at, at + 1);
      ++at;
      continue;
    }
    const bool is_comment = text[at] == '/';
    blank(is_comment ? code : comments, at, end);
    if (!is_comment) blank(code, at + 1, end - 1);
    at = end;
  }
  return File{std::move(path), split_lines(text), split_lines(code), split_lines(comments)};
}

const Files& repository() {
  static const Files files = [] {
    const std::filesystem::path root = SIMLOOP_SOURCE_DIR;
    Files found;
    for (const char* room : kRooms) {
      if (!std::filesystem::exists(root / room)) continue;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(root / room)) {
        const std::filesystem::path& path = entry.path();
        if (path.extension() != ".h" && path.extension() != ".cc") continue;
        std::ifstream stream(path);
        found.push_back(make_file(std::filesystem::relative(path, root).generic_string(),
                                  {std::istreambuf_iterator<char>(stream), {}}));
      }
    }
    std::ranges::sort(found, {}, &File::path);
    return found;
  }();
  return files;
}

// What a rule finds, each as "file:line: what is wrong".
class Complaints {
 public:
  void add(const File& file, std::size_t line_index, std::string_view what) {
    text_ += file.path + ":" + std::to_string(line_index + 1) + ": " + std::string(what) + "\n";
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Calls f(file, line index) for every line.
template <class F>
void for_each_line(const Files& files, F f) {
  for (const File& file : files) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) f(file, i);
  }
}

// Words that must not stand in code, but for the named files and folders ("bench/").
void forbid(const Files& files, Complaints& complaints, std::vector<std::string_view> words,
            std::vector<std::string_view> allowed = {}) {
  for_each_line(files, [&](const File& file, std::size_t i) {
    if (std::ranges::any_of(allowed, [&](auto place) { return file.is_in(place); })) return;
    for (const std::string_view word : words) {
      if (file.code[i].find(word) != std::string::npos) complaints.add(file, i, word);
    }
  });
}

void at_most_500_lines(const Files& files, Complaints& complaints) {
  for (const File& file : files) {
    if (file.lines.size() > 500) complaints.add(file, 500, "two things in one file");
  }
}

void at_most_100_columns(const Files& files, Complaints& complaints) {
  for_each_line(files, [&](const File& file, std::size_t i) {
    const auto columns = std::ranges::count_if(  // of UTF-8, characters rather than bytes
        file.lines[i], [](unsigned char c) { return (c & 0xC0) != 0x80; });
    if (columns > 100) complaints.add(file, i, "more than 100 columns");
  });
}

void no_foreign_randomness(const Files& files, Complaints& complaints) {
  forbid(files, complaints, {"_distribution", "random_device", "std::rand(", "std::mt19937"},
         {"sim/guard/"});
}

void no_wall_clock(const Files& files, Complaints& complaints) {
  forbid(files, complaints,
         {"system_clock", "steady_clock", "high_resolution_clock", "gettimeofday", "clock_gettime",
          "time(nullptr)", "time(NULL)"},
         {"bench/", "sim/guard/", "sim/explore/stopwatch.h",
          "sim/explore/blocking_steps.cc"});  // how long steps take, where that is asked for
}

void no_thread(const Files& files, Complaints& complaints) {
  forbid(files, complaints, {"std::thread", "std::jthread", "std::async", "pthread_create"},
         {"sim/guard/"});  // which stands in for these
}

void no_hash_container_is_iterated(const Files& files, Complaints& complaints) {
  forbid(files, complaints, {"std::unordered_"});
  for_each_line(files, [&](const File& file, std::size_t i) {
    if (file.code[i].find("absl::flat_hash_") == std::string::npos) return;
    if (file.comments[i].find("// never iterated") != std::string::npos) return;
    complaints.add(file, i, "a hash container without the comment `// never iterated`");
  });
}

void no_catch_swallows_in_the_runtime(const Files& files, Complaints& complaints) {
  forbid(files, complaints, {"catch (const std::exception", "catch (std::exception"},
         {"sim/future_state.cc",  // describes an exception in words
          "primitives/guard.h",   // a destructor that reports it during unwinding
          "scenarios/", "tools/", "bench/", "property_tests/", "examples/", "adapters/"});
}

void headers_open_with_what_they_are(const Files& files, Complaints& complaints) {
  for (const File& file : files) {
    if (!file.is_header()) continue;
    if (std::ranges::find(file.lines, "#pragma once") == file.lines.end()) {
      complaints.add(file, 0, "no #pragma once");
    }
    if (file.lines.empty() || !file.lines[0].starts_with("//")) {
      complaints.add(file, 0, "no opening comment");
    }
  }
}

// The path between the quotes of an #include; empty for any other line.
std::string included(const File& file, std::size_t i) {
  if (!file.code[i].starts_with("#include \"")) return {};
  const std::size_t open = file.lines[i].find('"');
  return file.lines[i].substr(open + 1, file.lines[i].find('"', open + 1) - open - 1);
}

// Rooms from the bottom up; the most specific folder counts.
int height(std::string_view path) {
  struct Room {
    std::string_view folder;
    int height;
  };
  constexpr Room kRoomHeights[] = {{"sim/guard/", 1},  {"sim/explore/", 1}, {"sim/report/", 2},
                                   {"sim/jobs/", 2},   {"sim/world/", 3},   {"sim/testing/", 5},
                                   {"sim/", 0},        {"primitives/", 2},  {"scenarios/", 4},
                                   {"tools/", 5}};
  for (const Room& room : kRoomHeights) {
    if (path.starts_with(room.folder)) return room.height;
  }
  return 6;
}

void nothing_includes_upward(const Files& files, Complaints& complaints) {
  for_each_line(files, [&](const File& file, std::size_t i) {
    const std::string other = included(file, i);
    if (other.find('/') == std::string::npos || file.is_test()) return;
    const bool is_of_a_room = std::ranges::any_of(
        kRooms, [&](const char* room) { return other.starts_with(room + std::string("/")); });
    if (is_of_a_room && height(other) > height(file.path)) {
      complaints.add(file, i, "includes upward: " + other);
    }
  });
}

void a_todo_is_a_sentence(const Files& files, Complaints& complaints) {
  for_each_line(files, [&](const File& file, std::size_t i) {
    const std::string& comment = file.comments[i];
    const std::size_t todo = comment.find("TODO");
    if (todo == std::string::npos) return;
    std::istringstream words(comment.substr(todo));
    const auto count = std::distance(std::istream_iterator<std::string>(words), {});
    if (count < 5) complaints.add(file, i, "a TODO without a sentence");
  });
}

// A header that only its own source and tests include is missing from an umbrella.
void no_header_is_forgotten(const Files& files, Complaints& complaints) {
  std::set<std::string> reached = {"sim/sim.h",
                                   "primitives/primitives.h",
                                   "sim/scenario.h",
                                   "sim/world/world.h",
                                   "sim/explore/explore.h",
                                   "sim/testing/gtest.h",
                                   "sim/testing/rapidcheck.h"};
  for_each_line(files, [&](const File& file, std::size_t i) {
    const std::string header = included(file, i);
    const std::string own_source = header.substr(0, header.rfind('.')) + ".cc";
    if (file.path != own_source && !file.is_test()) reached.insert(header);
  });
  for (const File& file : files) {
    if (!file.is_header() || file.is_test()) continue;
    if (!file.is_in("sim/") && !file.is_in("primitives/")) continue;
    if (!reached.contains(file.path)) complaints.add(file, 0, "no umbrella leads to it");
  }
}

struct Rule {
  const char* name;
  void (*check)(const Files&, Complaints&);
  const char* violating_path;
  std::string violating_text;

  friend void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }
};

const Rule kRules[] = {
    {"FilesHaveAtMost500Lines", at_most_500_lines, "sim/a.cc", std::string(501, '\n')},
    {"LinesHaveAtMost100Columns", at_most_100_columns, "sim/a.cc", std::string(101, 'x')},
    {"RandomnessIsOurs", no_foreign_randomness, "sim/a.cc", "std::random_device device;"},
    {"TimeIsVirtual", no_wall_clock, "sim/a.cc", "auto t = std::chrono::steady_clock::now();"},
    {"ThereIsOneThread", no_thread, "tools/a.cc", "std::jthread helper(f);"},
    {"NoHashContainerIsIterated", no_hash_container_is_iterated, "sim/a.cc",
     "absl::flat_hash_map<int, int> m;  // iterated"},
    {"TheRuntimeCatchesNoStdException", no_catch_swallows_in_the_runtime, "primitives/a.cc",
     "catch (const std::exception& error) {"},
    {"HeadersOpenWithWhatTheyAre", headers_open_with_what_they_are, "sim/a.h", "#pragma once"},
    {"NothingIncludesUpward", nothing_includes_upward, "sim/a.h", "#include \"primitives/lock.h\""},
    {"ATodoIsASentence", a_todo_is_a_sentence, "sim/a.cc", "x = 1;  // TODO: fix"},
    {"NoHeaderIsForgotten", no_header_is_forgotten, "primitives/a.h", "// A: a header."},
};

class Tidy : public testing::TestWithParam<Rule> {};

TEST_P(Tidy, HoldsInTheRepository) {
  Complaints complaints;
  GetParam().check(repository(), complaints);
  EXPECT_TRUE(complaints.text().empty()) << complaints.text();
}

TEST_P(Tidy, SeesAViolation) {
  Complaints complaints;
  GetParam().check({make_file(GetParam().violating_path, GetParam().violating_text)}, complaints);
  EXPECT_THAT(complaints.text(), testing::StartsWith(GetParam().violating_path + std::string(":")));
}

INSTANTIATE_TEST_SUITE_P(Rules, Tidy, testing::ValuesIn(kRules),
                         [](const auto& rule) { return std::string(rule.param.name); });

TEST(TidyText, LiteralsAndCommentsAreNoCode) {
  const File file = make_file("sim/a.cc",
                              "int n = 1'000;  // steady_clock\n"
                              "auto s = \"std::thread \\\" \" /* random_device\n"
                              "more */ + R\"x(a\" )\" std::thread)x\";\n"
                              "char c = '\"'; std::thread t;\n");
  EXPECT_THAT(file.code, testing::ElementsAre(testing::StartsWith("int n = 1'000;   "),
                                              testing::Not(testing::HasSubstr("thread")),
                                              testing::Not(testing::HasSubstr("thread")),
                                              testing::EndsWith("; std::thread t;")));
  EXPECT_THAT(file.comments[1], testing::EndsWith("/* random_device"));
}

TEST(TidyText, TheRepositoryIsRead) {
  EXPECT_THAT(repository(), testing::Contains(testing::Field(&File::path, "tools/tidy_test.cc")));
}

}  // namespace
