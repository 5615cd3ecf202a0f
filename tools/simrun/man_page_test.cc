// The man page names every subcommand and every flag.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/simrun/command.h"

namespace simrun {
namespace {

using testing::HasSubstr;

std::string man_page() {
  std::ifstream file(SIMLOOP_SOURCE_DIR "/docs/man/simrun.1");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return absl::StrReplaceAll(text, {{"\\-", "-"}, {"\\fB", ""}, {"\\fR", ""}, {"\\fI", ""}});
}

TEST(ManPage, NamesEverySubcommand) {
  for (const std::string& name : subcommand_names()) {
    EXPECT_THAT(man_page(), HasSubstr(absl::StrCat("simrun ", name)));
  }
}

TEST(ManPage, NamesEveryFlag) {
  for (const std::string& name : flag_names()) {
    if (name == "load") continue;  // kept for a later version
    EXPECT_THAT(man_page(), HasSubstr(absl::StrCat("--", name)));
  }
}

}  // namespace
}  // namespace simrun
