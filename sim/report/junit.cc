#include "sim/report/junit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/report/escape.h"

namespace sim::report {

namespace {

std::string attribute(const char* name, const std::string& value) {
  return absl::StrCat(" ", name, "=\"", markup(value), "\"");
}

std::string failed_case(const Outcome& outcome, const Incident& incident, double seconds) {
  const Failure& failure = incident.failure;
  const std::string kind(to_string(failure.kind));
  std::string text = absl::StrCat(
      "    <testcase", attribute("name", absl::StrCat(kind, ": ", headline(failure.message))),
      attribute("classname", outcome.scenario), absl::StrFormat(" time=\"%.6f\"", seconds), ">\n",
      "      <failure", attribute("type", kind), attribute("message", headline(failure.message)),
      ">", markup(failure.text.empty() ? failure.message : failure.text), "</failure>\n");
  if (!incident.replay.empty()) {
    absl::StrAppend(&text, "      <system-out>", markup(incident.replay), "</system-out>\n");
  }
  return absl::StrCat(text, "    </testcase>\n");
}

std::string suite(const Outcome& outcome) {
  const std::size_t failures = outcome.incidents.size();
  const std::size_t tests = std::max<std::size_t>(failures, 1);
  std::string text = absl::StrCat(
      "  <testsuite", attribute("name", outcome.scenario), " tests=\"", tests, "\" failures=\"",
      failures, "\" errors=\"0\" skipped=\"", outcome.undecided ? 1 : 0, "\"",
      absl::StrFormat(" time=\"%.6f\"", outcome.seconds), ">\n    <properties>\n",
      "      <property name=\"command\"", attribute("value", outcome.command), "/>\n",
      "      <property name=\"seed\" value=\"", outcome.seed, "\"/>\n",
      "      <property name=\"executions\" value=\"", outcome.executions, "\"/>\n",
      "      <property name=\"verdict\"", attribute("value", outcome.verdict),
      "/>\n    </properties>\n");
  if (failures == 0) {
    absl::StrAppend(&text, "    <testcase", attribute("name", outcome.command),
                    attribute("classname", outcome.scenario),
                    absl::StrFormat(" time=\"%.6f\"", outcome.seconds),
                    outcome.undecided ? absl::StrCat(">\n      <skipped",
                                                     attribute("message", outcome.verdict),
                                                     "/>\n    </testcase>\n")
                                      : "/>\n");
  }
  for (const Incident& each : outcome.incidents) {
    absl::StrAppend(&text,
                    failed_case(outcome, each, outcome.seconds / static_cast<double>(tests)));
  }
  return absl::StrCat(text, "  </testsuite>\n");
}

}  // namespace

std::string junit(const std::vector<Outcome>& outcomes) {
  std::size_t tests = 0;
  std::size_t failures = 0;
  double seconds = 0;
  std::string suites;
  for (const Outcome& each : outcomes) {
    tests += std::max<std::size_t>(each.incidents.size(), 1);
    failures += each.incidents.size();
    seconds += each.seconds;
    suites += suite(each);
  }
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"simloop\"",
                      " tests=\"", tests, "\" failures=\"", failures, "\" errors=\"0\"",
                      absl::StrFormat(" time=\"%.6f\"", seconds), ">\n", suites,
                      "</testsuites>\n");
}

}  // namespace sim::report
