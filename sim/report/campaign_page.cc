#include "sim/report/campaign_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/internal/with_commas.h"
#include "sim/report/escape.h"
#include "sim/report/html.h"
#include "sim/report/page.h"

namespace sim::report {

namespace {

using internal::with_commas;

constexpr double kWidth = 300;
constexpr double kHeight = 96;

const char* state_name(FindingState state) {
  switch (state) {
    case FindingState::is_new: return "new";
    case FindingState::known: return "known";
    case FindingState::fixed: return "fixed";
    case FindingState::returned: return "returned";
  }
  return "";
}

std::string counted(std::uint64_t count, absl::string_view what) {
  return absl::StrCat(with_commas(count), " ", what, count == 1 ? "" : "s");
}

std::string curve(const CampaignScenario& scenario) {
  const CoveragePoint last = scenario.points.empty() ? CoveragePoint{} : scenario.points.back();
  const double across = kWidth / std::max(1.0, static_cast<double>(last.executions));
  std::uint64_t most = 1;
  for (const CoveragePoint& each : scenario.points) most = std::max(most, each.distinct_traces);
  const double up = (kHeight - 6) / static_cast<double>(most);
  std::string line = absl::StrFormat("M0 %.1f", kHeight);
  for (const CoveragePoint& each : scenario.points) {
    absl::StrAppendFormat(&line, "L%.1f %.1f", static_cast<double>(each.executions) * across,
                          kHeight - static_cast<double>(each.distinct_traces) * up);
  }
  const std::string label =
      absl::StrCat(counted(last.distinct_traces, "distinct trace"), " in ",
                   counted(last.executions, "execution"));
  return absl::StrCat(
      "<div class=\"curve\"><strong>", markup(scenario.name), "</strong>\n<svg viewBox=\"0 0 ",
      kWidth, " ", kHeight, "\" role=\"img\" aria-label=\"", label, "\"><title>", label,
      "</title><path class=\"area\" d=\"", line, absl::StrFormat("L%.1f %.1fZ", kWidth, kHeight),
      "\"/><path class=\"line\" d=\"", line, "\"/></svg>\n<p class=\"soft\">", label,
      absl::StrFormat(", %.1f\u00a0s", last.seconds), "</p></div>\n");
}

std::string finding_row(const CampaignFinding& each) {
  return absl::StrCat(
      "<tr><td><span class=\"kind ", state_name(each.state), "\">", state_name(each.state),
      "</span></td><td>", markup(each.scenario), "</td><td><code>", markup(each.kind),
      "</code> ", markup(headline(each.message)),
      "<div class=\"replay\"><pre>", markup(each.replay.empty() ? each.token : each.replay),
      "</pre><button type=\"button\" hidden>Copy</button></div></td></tr>\n");
}

std::string findings_of(const Campaign& campaign) {
  if (campaign.findings.empty()) return "<p class=\"soft\">Nothing was found.</p>\n";
  std::string text =
      "<div class=\"table\"><table><thead><tr><th>state</th><th>scenario</th><th>finding</th>"
      "</tr></thead><tbody>\n";
  for (const CampaignFinding& each : campaign.findings) text += finding_row(each);
  return absl::StrCat(text, "</tbody></table></div>\n");
}

}  // namespace

std::string campaign_page(const Campaign& campaign, const std::vector<Outcome>& failed,
                          const SourceReader& read_source) {
  std::string body = absl::StrCat("<main>\n<header><h1>", markup(campaign.title),
                                  "</h1>\n<p class=\"soft\">",
                                  counted(campaign.scenarios.size(), "scenario"), ", ",
                                  counted(campaign.findings.size(), "finding"), "</p></header>\n",
                                  "<section class=\"card\"><h2>Findings</h2>\n",
                                  findings_of(campaign),
                                  "</section>\n<section class=\"card\"><h2>Coverage</h2>\n"
                                  "<p class=\"soft\">Distinct traces over executions.</p>\n"
                                  "<div class=\"curves\">\n");
  for (const CampaignScenario& each : campaign.scenarios) body += curve(each);
  return page(campaign.title,
              absl::StrCat(body, "</div></section>\n", failures_as_html(failed, read_source),
                           "</main>\n"));
}

}  // namespace sim::report
