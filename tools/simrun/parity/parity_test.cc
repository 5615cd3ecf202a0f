// `simrun parity`: files, lines, standard input, and what goes wrong with them.
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "gmock/gmock.h"
#include "tools/simrun/in_test.h"

namespace {

using simrun::call;
using simrun::Called;
using testing::HasSubstr;
using testing::StartsWith;

class TextFile {
 public:
  explicit TextFile(const std::string& text) {
    std::FILE* file = fdopen(mkstemp(path_.data()), "w");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  ~TextFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "parity-XXXXXX";
};

const char kLog[] = R"({"main": [["log", "x"]]})";
const char kLogged[] = "0 main log = x\n0 main returns none\n0 end done\n";

TEST(ParityCommand, PrintsTheTranscriptsOfFiles) {
  const TextFile one(kLog);
  const TextFile other("{\n\"main\": []\n}\n");
  EXPECT_EQ(call({"parity", one.path()}), (Called{0, kLogged, ""}));
  EXPECT_EQ(call({"parity", one.path(), other.path()}),
            (Called{0, std::string(kLogged) + "0 main returns none\n0 end done\n", ""}));
}

TEST(ParityCommand, EndsTheTranscriptOfALineWithTwoDashes) {
  const TextFile lines(std::string(kLog) + "\n" + kLog + "\n");
  const std::string each = std::string(kLogged) + "--\n";
  EXPECT_EQ(call({"parity", "--lines", lines.path()}), (Called{0, each + each, ""}));
  EXPECT_EQ(call({"--lines=" + lines.path(), "parity", "--seed=1"}), (Called{0, each + each, ""}));
  const TextFile empty("");
  EXPECT_EQ(call({"parity", "--lines", empty.path()}), (Called{0, "", ""}));
}

TEST(ParityCommand, PrintsOneObjectAsJson) {
  const TextFile lines(std::string(kLog) + "\n" + kLog);
  const std::string each = R"(["0 main log = x","0 main returns none","0 end done"])";
  EXPECT_EQ(call({"--json", "parity", "--lines", lines.path()}),
            (Called{0, R"({"transcripts":[)" + each + "," + each + "]}\n", ""}));
}

TEST(ParityCommand, NamesTheFileAndThePlace) {
  const TextFile unknown(R"({"main": [["log", "x"], ["call", [["juggle"]]]]})");
  EXPECT_EQ(
      call({"parity", unknown.path()}),
      (Called{2, "",
              "simrun: " + unknown.path() + ": main[1].call[0][0]: unknown operation 'juggle'\n"}));
  const TextFile broken("{\n \"main\": [,]}");
  EXPECT_THAT(call({"parity", broken.path()}).err,
              StartsWith("simrun: " + broken.path() + ", line 2, column 11: broken JSON: "));
  EXPECT_EQ(call({"parity", broken.path()}).code, 2);
}

TEST(ParityCommand, NamesTheLineAndPrintsWhatStandsBeforeIt) {
  const TextFile unknown(std::string(kLog) + "\n" + R"({"main": [["juggle"]]})" + "\n" + kLog);
  EXPECT_EQ(
      call({"parity", "--lines", unknown.path()}),
      (Called{2, std::string(kLogged) + "--\n",
              "simrun: " + unknown.path() + ", line 2: main[0]: unknown operation 'juggle'\n"}));
  const TextFile broken(std::string(kLog) + "\n{\"main\"}\n");
  EXPECT_THAT(call({"parity", "--lines", broken.path()}).err,
              StartsWith("simrun: " + broken.path() + ", line 2, column 8: broken JSON: "));
  const TextFile blank(std::string(kLog) + "\n\n" + kLog);
  EXPECT_THAT(call({"parity", "--lines", blank.path()}).err,
              StartsWith("simrun: " + blank.path() + ", line 2, column 1: broken JSON: "));
}

TEST(ParityCommand, SaysThatAFileCannotBeRead) {
  EXPECT_EQ(
      call({"parity", "/nowhere/a.json"}),
      (Called{2, "", "simrun: /nowhere/a.json: cannot read it: No such file or directory\n"}));
  EXPECT_EQ(call({"parity", "--lines", "/"}),
            (Called{2, "", "simrun: /: cannot read it: Is a directory\n"}));
}

TEST(ParityCommand, RefusesArgumentsThatMeanNothing) {
  const auto error = [](const std::vector<std::string>& arguments) {
    const Called called = call(arguments);
    EXPECT_EQ(called.code, 2);
    EXPECT_EQ(called.out, "");
    return called.err;
  };
  const char* usage =
      "simrun: parity takes files with a program each, or --lines and one with "
      "many: simrun parity FILE.json, simrun parity --lines FILE.jsonl\n";
  EXPECT_EQ(error({"parity"}), usage);
  EXPECT_EQ(error({"parity", "a.json", "--lines", "b.jsonl"}), usage);
  EXPECT_EQ(error({"parity", "--lines"}),
            "simrun: --lines needs a value: a file with a program on each line, or -\n");
  EXPECT_EQ(error({"parity", "--lines=a", "--lines=b"}), "simrun: --lines is given twice\n");
  EXPECT_EQ(error({"parity", "--order", "fifo", "a.json"}),
            "simrun: parity runs asyncio's order and takes no --order\n");
  EXPECT_THAT(error({"parity", "--seed", "x", "a.json"}), HasSubstr("bad seed 'x'"));
  EXPECT_EQ(error({"parity", "--line", "a.json"}),
            "simrun: unknown option '--line' for parity; did you mean '--lines'?\n");
}

}  // namespace
