#include "sim/report/html.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "sim/internal/with_commas.h"
#include "sim/report/escape.h"
#include "sim/report/incident_data.h"
#include "sim/report/page.h"

namespace sim::report {

namespace {

using internal::with_commas;

absl::string_view kind_name(FindingKind kind) {
  const std::string_view name = to_string(kind);
  return {name.data(), name.size()};
}

std::string fact(absl::string_view name, absl::string_view value) {
  return absl::StrCat("<div><dt>", name, "</dt><dd>", value, "</dd></div>\n");
}

std::string facts_of(const Outcome& outcome) {
  std::string text = "<dl class=\"facts\">\n";
  if (outcome.executions > 0) absl::StrAppend(&text, fact("executions",
                                                          with_commas(outcome.executions)));
  if (outcome.steps > 0) absl::StrAppend(&text, fact("steps", with_commas(outcome.steps)));
  if (outcome.distinct_traces > 0) {
    absl::StrAppend(&text, fact("distinct traces", with_commas(outcome.distinct_traces)));
  }
  if (!outcome.strategy.empty()) absl::StrAppend(&text, fact("strategy", markup(outcome.strategy)));
  absl::StrAppend(&text, fact("seed", absl::StrCat(outcome.seed)));
  if (outcome.seconds > 0) {
    absl::StrAppend(&text, fact("real time", absl::StrFormat("%.2f s", outcome.seconds)));
  }
  return absl::StrCat(text, "</dl>\n");
}

// Lines of a file around one of them.
std::string excerpt(const Place& place, const SourceReader& read_source) {
  constexpr std::uint32_t kAround = 5;
  const std::string caption = absl::StrCat("<figure class=\"source\"><figcaption>",
                                           markup(place.file), ":", place.line, "</figcaption>");
  const std::optional<std::string> source = read_source(place.file);
  if (!source) {
    return absl::StrCat(caption, "<p class=\"soft\">The file is not where the report was made.",
                        "</p></figure>\n");
  }
  const std::vector<std::string> lines = absl::StrSplit(*source, '\n');
  if (place.line > lines.size()) {
    return absl::StrCat(caption, "<p class=\"soft\">The file has no such line any more.",
                        "</p></figure>\n");
  }
  std::string text = absl::StrCat(caption, "<pre>");
  const std::uint32_t from = place.line > kAround ? place.line - kAround : 1;
  const auto to = std::min<std::size_t>(place.line + kAround, lines.size());
  for (std::size_t line = from; line <= to; ++line) {
    absl::StrAppend(&text, line == place.line ? "<span class=\"hit\">" : "<span>", "<b>", line,
                    "</b>", markup(lines[line - 1]), "</span>");
  }
  return absl::StrCat(text, "</pre></figure>\n");
}

// Where it failed, where the decisions that led to it went on, and where it last looked.
std::string excerpts(const Failure& failure, const SourceReader& read_source) {
  constexpr std::size_t kMost = 5;
  if (!read_source) return {};
  std::vector<Place> places = {place_of(failure)};
  for (const NarratedDeviation& each : failure.narration.deviations) {
    const NarratedStep* step = failure.narration.step(each.step);
    if (step != nullptr) places.push_back(place_in(step->place));
  }
  std::set<std::string> told;
  std::string text;
  for (const Place& place : places) {
    if (place.line == 0 || told.size() == kMost) continue;
    if (!told.insert(absl::StrCat(place.file, ":", place.line)).second) continue;
    absl::StrAppend(&text, excerpt(place, read_source));
  }
  return text.empty() ? text : absl::StrCat("<h3>Source</h3>\n", text);
}

std::string decisions(const Failure& failure) {
  const auto& all = failure.narration.deviations;
  if (all.empty()) {
    return failure.deviations.empty()
               ? "<h3>Decisions</h3>\n<p>It fails with no decision made otherwise than asyncio "
                 "makes it.</p>\n"
               : "";
  }
  std::string text = absl::StrCat("<h3>", all.size(), all.size() == 1 ? " decision" : " decisions",
                                  " that asyncio would not have made</h3>\n"
                                  "<ol class=\"decisions\">\n");
  for (const NarratedDeviation& each : all) {
    absl::StrAppend(&text, "<li>", markup(decision_in_words(each)));
    const NarratedStep* step = failure.narration.step(each.step);
    if (step != nullptr && !step->place.empty()) {
      absl::StrAppend(&text, " <span class=\"soft\">at <code>", markup(step->place),
                      "</code></span>");
    }
    absl::StrAppend(&text, "</li>\n");
  }
  absl::StrAppend(&text, "</ol>\n");
  if (failure.minimality.certain) {
    absl::StrAppend(&text, "<p class=\"soft\">No schedule with fewer such decisions fails.</p>\n");
  }
  return text;
}

std::string waits(const Narration& narration) {
  std::string list;
  for (const NarratedWait& wait : narration.waits) {
    if (wait.waits_for.empty() || wait.task >= narration.tasks.size()) continue;
    absl::StrAppend(&list, "<li><strong>", markup(narration.tasks[wait.task].name),
                    "</strong> waits for ", markup(wait.waits_for));
    if (!wait.remark.empty()) absl::StrAppend(&list, ", ", markup(wait.remark));
    if (!wait.place.empty()) {
      absl::StrAppend(&list, " <code class=\"soft\">", markup(wait.place), "</code>");
    }
    absl::StrAppend(&list, "</li>\n");
  }
  if (list.empty()) return {};
  return absl::StrCat("<h3>Who waits for whom</h3>\n<div class=\"who\">",
                      "<div class=\"graph\"></div>\n<ul class=\"waits\">\n", list, "</ul></div>\n");
}

constexpr char kTimeline[] = R"html(<h3>Timeline</h3>
<noscript><p class="soft">The lanes are drawn by JavaScript; the text below has them too.</p>
</noscript>
<div class="keys"><span><i style="background:var(--run-line)"></i>a step runs</span>
<span><i style="background:var(--ready)"></i>ready, and who made it so</span>
<span><i style="border-top:3px dotted var(--wait);height:0"></i>suspended</span>
<span><i style="background:var(--order)"></i>happens before, by one object</span>
<span><i style="background:var(--mark)"></i>a decision asyncio would not have made</span>
<span><i style="background:var(--bad)"></i>fails</span></div>
<div class="timeline" hidden><div class="lanes" tabindex="-1"></div>
<div class="details" aria-live="polite"></div></div>
)html";

std::string incident(const Incident& each, std::size_t id, const SourceReader& read_source) {
  const Failure& failure = each.failure;
  const std::size_t end = failure.message.find('\n');
  std::string text = absl::StrCat(
      "<section class=\"card bad incident\" id=\"failure-", id, "\">\n<h2><span class=\"kind\">",
      kind_name(failure.kind), "</span>", markup(headline(failure.message)), "</h2>\n");
  if (end != std::string::npos) {
    absl::StrAppend(&text, "<pre>", markup(failure.message.substr(end + 1)), "</pre>\n");
  }
  if (!each.replay.empty()) {
    absl::StrAppend(&text, "<div class=\"replay\"><pre>", markup(each.replay),
                    "</pre><button type=\"button\" hidden>Copy</button></div>\n");
  }
  absl::StrAppend(&text, decisions(failure));
  if (!failure.narration.steps.empty()) absl::StrAppend(&text, kTimeline);
  if (!failure.narration.whole) {
    absl::StrAppend(&text, "<p class=\"soft\">Earlier steps are not told.</p>\n");
  }
  absl::StrAppend(&text, waits(failure.narration), excerpts(failure, read_source));
  if (!failure.text.empty()) {
    absl::StrAppend(&text, "<details><summary>As text</summary>\n<pre>", markup(failure.text),
                    "</pre></details>\n");
  }
  if (!failure.narration.steps.empty()) {
    absl::StrAppend(&text, "<script type=\"application/json\">",
                    incident_data(failure.narration, id), "</script>\n");
  }
  return absl::StrCat(text, "</section>\n");
}

std::string header(const Outcome& outcome) {
  std::string text = absl::StrCat(
      "<header>\n<h1>", markup(outcome.scenario), "</h1>\n<p class=\"soft\">",
      markup(outcome.command), ": ", markup(outcome.verdict), "</p>\n", facts_of(outcome));
  for (const Finding& each : outcome.warnings) {
    absl::StrAppend(&text, "<p><span class=\"kind known\">warning</span>", kind_name(each.kind),
                    ": ", markup(each.message), "</p>\n");
  }
  return absl::StrCat(text, "</header>\n");
}

std::string contents(const Outcome& outcome, std::size_t first) {
  if (outcome.incidents.size() < 2) return {};
  std::string text = "<nav class=\"card\" aria-label=\"failures\"><strong>Failures</strong><ol>\n";
  for (const Incident& each : outcome.incidents) {
    absl::StrAppend(&text, "<li><a href=\"#failure-", first++, "\">",
                    kind_name(each.failure.kind), ": ", markup(headline(each.failure.message)),
                    "</a></li>\n");
  }
  return absl::StrCat(text, "</ol></nav>\n");
}

// Of a run that passed: its lanes.
std::string passed_run(const Narration& narration, std::size_t id) {
  return absl::StrCat("<section class=\"card incident\" id=\"run-", id, "\">\n", kTimeline,
                      waits(narration), "<script type=\"application/json\">",
                      incident_data(narration, id), "</script>\n</section>\n");
}

}  // namespace

std::string failures_as_html(const std::vector<Outcome>& outcomes,
                             const SourceReader& read_source) {
  std::string body;
  std::size_t id = 1;
  for (const Outcome& outcome : outcomes) {
    absl::StrAppend(&body, header(outcome), contents(outcome, id));
    for (const Incident& each : outcome.incidents) {
      absl::StrAppend(&body, incident(each, id++, read_source));
    }
    if (!outcome.run.steps.empty()) absl::StrAppend(&body, passed_run(outcome.run, id++));
  }
  return body;
}

std::string html(const std::vector<Outcome>& outcomes, const SourceReader& read_source) {
  const std::string body =
      absl::StrCat("<main>\n", failures_as_html(outcomes, read_source), "</main>\n");
  const bool one = outcomes.size() == 1;
  return page(one ? absl::StrCat(outcomes.front().scenario, ": ",
                                 outcomes.front().undecided ? "undecided"
                                 : outcomes.front().passed  ? "passed"
                                                            : "failed")
                  : absl::StrCat(outcomes.size(), " scenarios"),
              body);
}

}  // namespace sim::report
