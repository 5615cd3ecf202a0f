// What reports make of text that is none of theirs, and which findings they take for the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sim/report/escape.h"
#include "sim/report/html.h"
#include "sim/report/outcome.h"
#include "sim/report/sarif.h"
#include "sim/rng.h"

namespace {

using sim::FindingKind;
using sim::report::clean;
using sim::report::fingerprint;
using sim::report::markup;

TEST(ReportEscape, LeavesTextAndReplacesWhatIsNone) {
  EXPECT_EQ(clean("größe\t2\n"), "größe\t2\n");
  EXPECT_EQ(clean("a\x1b[31m\r"), "a\xEF\xBF\xBD[31m\xEF\xBF\xBD");
  EXPECT_EQ(clean("\xff\xc3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(clean("\xed\xa0\x80").find('\xed'), std::string::npos) << "a surrogate";
  EXPECT_EQ(markup("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
}

// The bytes of anything: no tag, no quote and no control character comes out.
TEST(ReportEscape, LetsNothingOutOfMarkup) {
  sim::Rng rng(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes;
    for (std::uint64_t n = rng.below(40); n > 0; --n) bytes += static_cast<char>(rng.below(256));
    const std::string safe = markup(bytes);
    EXPECT_EQ(safe.find_first_of("<>\"'\r\x1b\x7f"), std::string::npos);
    EXPECT_EQ(clean(safe), safe) << "well-formed already";
  }
}

TEST(ReportFingerprint, StaysWithABugWhoseLinesMove) {
  sim::report::Outcome bank;
  bank.scenario = "bank";
  const auto of = [&](const std::string& message, const std::string& stack) {
    return fingerprint(bank, FindingKind::assertion, message, stack, "bank.cc");
  };
  const std::string before = of("SIM_CHECK(x) failed at bank.cc:12", "  at deposit  bank.cc:12\n");
  EXPECT_EQ(of("SIM_CHECK(x) failed at bank.cc:112", "  at deposit  bank.cc:112\n"), before);
  EXPECT_NE(of("SIM_CHECK(y) failed at bank.cc:12", "  at deposit  bank.cc:12\n"), before);
  EXPECT_NE(of("SIM_CHECK(x) failed at bank.cc:12", "  at transfer  bank.cc:12\n"), before);
}

TEST(ReportHtml, SaysWhereASourceIsMissing) {
  sim::report::Outcome outcome;
  sim::Failure failure;
  failure.message = "it failed";
  failure.finding.place = std::source_location::current();
  outcome.incidents.push_back({failure, ""});
  const auto none = [](const std::string&) { return std::optional<std::string>(); };
  EXPECT_THAT(sim::report::html({outcome}, none),
              testing::HasSubstr("The file is not where the report was made."));
  const auto brief = [](const std::string&) { return std::optional<std::string>("one line"); };
  EXPECT_THAT(sim::report::html({outcome}, brief),
              testing::HasSubstr("The file has no such line any more."));
}

TEST(ReportPlace, IsTakenFromTheEndOfAText) {
  EXPECT_EQ(sim::report::place_in("deposit  src/bank.cc:12").file, "src/bank.cc");
  EXPECT_EQ(sim::report::place_in("deposit  src/bank.cc:12").line, 12u);
  EXPECT_EQ(sim::report::place_in("nowhere").line, 0u);
}

}  // namespace
