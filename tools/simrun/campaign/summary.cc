#include "tools/simrun/campaign/summary.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "sim/internal/with_commas.h"
#include "tools/simrun/json.h"

namespace simrun::campaign {

namespace {

using sim::internal::with_commas;

constexpr std::array kNewsNames = {"returned", "new", "known", "stale", "fixed"};
constexpr std::array kNewsLabels = {"RETURNED", "NEW", "known", "stale", "fixed"};
constexpr std::array kNewsColours = {Colour::red, Colour::red, Colour::yellow, Colour::yellow,
                                     Colour::green};

// What a damaged store may hold must not get at the terminal.
std::string one_line(absl::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return line;
}

std::string findings_of(const Summary& summary, const std::string& scenario) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kNewsNames.size(); ++i) {
    const auto count = std::ranges::count_if(summary.findings, [&](const Reported& each) {
      return each.signature.scenario == scenario && each.news == static_cast<News>(i);
    });
    if (count > 0) parts.push_back(absl::StrCat(count, " ", kNewsNames[i]));
  }
  return absl::StrJoin(parts, ", ");
}

std::string table_of(const Summary& summary) {
  std::size_t width = sizeof("scenario") - 1;
  for (const Tally& tally : summary.tallies) width = std::max(width, tally.scenario.size());
  const int columns = static_cast<int>(width);
  std::string text = absl::StrFormat(
      "%-*s  slices  executions      traces  new of late  findings\n", columns, "scenario");
  for (const Tally& tally : summary.tallies) {
    const std::string late = tally.exhausted ? "all seen"
                             : tally.slices == 0
                                 ? "-"
                                 : absl::StrFormat("%.2g %%", 100 * tally.new_of_late);
    std::string line =
        absl::StrFormat("%-*s  %6s  %10s  %10s  %11s  %s", columns, tally.scenario,
                        with_commas(tally.slices), with_commas(tally.executions),
                        with_commas(tally.traces), late, findings_of(summary, tally.scenario));
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string counted(std::uint64_t count, const char* what) {
  return absl::StrCat(with_commas(count), " ", what, count == 1 ? "" : "s");
}

std::string verdict_of(const Summary& summary) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kNewsNames.size(); ++i) {
    const std::size_t count = summary.count(static_cast<News>(i));
    if (count > 0) parts.push_back(absl::StrCat(count, " ", kNewsNames[i]));
  }
  const auto explored =
      std::ranges::count_if(summary.tallies, [](const Tally& tally) { return tally.slices > 0; });
  return absl::StrCat(
      parts.empty() ? "no finding" : absl::StrJoin(parts, ", "), " in ",
      counted(summary.executions(), "execution"), " of ",
      explored == std::ssize(summary.tallies)
          ? counted(static_cast<std::uint64_t>(explored), "scenario")
          : absl::StrCat(explored, " of ", counted(summary.tallies.size(), "scenario")),
      ", ", absl::StrFormat("%.1f s", summary.seconds));
}

Json as_json(const Tally& tally) {
  return {{"name", tally.scenario},           {"slices", tally.slices},
          {"executions", tally.executions},   {"traces", tally.traces},
          {"new_of_late", tally.new_of_late}, {"exhausted", tally.exhausted}};
}

Json as_json(const Reported& each) {
  return {{"signature", each.id},
          {"news", to_string(each.news)},
          {"scenario", each.signature.scenario},
          {"parameters", each.signature.parameters},
          {"kind", each.signature.kind},
          {"message", each.schedule.message},
          {"place", each.schedule.place},
          {"token", each.schedule.token},
          {"deviations", each.schedule.deviations},
          {"also_under_fifo", each.schedule.also_under_fifo},
          {"replay", each.replay},
          {"explanation", each.schedule.explanation}};
}

}  // namespace

std::string_view to_string(News news) { return kNewsNames[static_cast<std::size_t>(news)]; }

std::uint64_t Summary::executions() const {
  std::uint64_t sum = 0;
  for (const Tally& tally : tallies) sum += tally.executions;
  return sum;
}

std::uint64_t Summary::slices() const {
  std::uint64_t sum = 0;
  for (const Tally& tally : tallies) sum += tally.slices;
  return sum;
}

std::size_t Summary::count(News news) const {
  return static_cast<std::size_t>(
      std::ranges::count(findings, news, [](const Reported& each) { return each.news; }));
}

std::string event_line(const Reported& reported, const Output& output) {
  const auto index = static_cast<std::size_t>(reported.news);
  return absl::StrCat(output.paint(kNewsColours[index], kNewsLabels[index]), "  ",
                      one_line(reported.signature.scenario), "  ", one_line(reported.id), "  ",
                      one_line(reported.signature.kind), ": ", one_line(reported.schedule.message));
}

std::string summary_as_text(const Summary& summary, const Output& output) {
  std::string text = absl::StrCat("\n", table_of(summary), "\n");
  for (const Reported& each : summary.findings) {
    absl::StrAppend(&text, event_line(each, output), "\n");
    if (each.news == News::fixed || each.news == News::stale) continue;
    absl::StrAppend(&text, "  ", one_line(each.replay), "\n");
  }
  if (!summary.findings.empty()) text += "\n";
  const auto [label, colour] = summary.failed        ? std::pair("FAILED", Colour::red)
                               : summary.interrupted ? std::pair("INTERRUPTED", Colour::yellow)
                                                     : std::pair("PASSED", Colour::green);
  absl::StrAppend(&text, output.paint(colour, label), ": ", verdict_of(summary),
                  summary.failed && summary.interrupted ? ", then interrupted" : "", "\n");
  return text;
}

std::string summary_as_json(const Summary& summary, const Options& options) {
  Json tallies = Json::array();
  for (const Tally& tally : summary.tallies) tallies.push_back(as_json(tally));
  Json findings = Json::array();
  for (const Reported& each : summary.findings) findings.push_back(as_json(each));
  return as_line({{"ok", !summary.failed},
                  {"run", summary.run},
                  {"store", summary.store},
                  {"trouble", summary.trouble},
                  {"continued", summary.continued},
                  {"interrupted", summary.interrupted},
                  {"commit", options.commit},
                  {"seed", options.seed},
                  {"shard", {{"index", options.share.index}, {"of", options.share.of}}},
                  {"seconds", summary.seconds},
                  {"executions", summary.executions()},
                  {"slices", summary.slices()},
                  {"scenarios", std::move(tallies)},
                  {"findings", std::move(findings)}});
}

}  // namespace simrun::campaign
