// Writes sample reports into the folder that it is given: what tests/report/*.py look at.
#include <fstream>
#include <string>

#include "sim/report/chrome_trace.h"
#include "sim/report/github.h"
#include "sim/report/html.h"
#include "sim/report/json_lines.h"
#include "sim/report/junit.h"
#include "sim/report/sarif.h"
#include "tests/report/samples.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = std::string(argv[1]) + "/";
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder + name, std::ios::binary) << text;
  };
  using report_samples::kHostile;
  const auto none = [](const std::string&) { return std::optional<std::string>(); };
  const std::vector<sim::report::Outcome> hostile = {report_samples::outcome(30, 10, kHostile),
                                                     report_samples::outcome(0, 0, kHostile)};
  write("hostile.html", sim::report::html(hostile, none));
  write("hostile.xml", sim::report::junit(hostile));
  write("hostile.sarif", sim::report::sarif(hostile));
  write("hostile.json", sim::report::chrome_trace(hostile));
  write("hostile.jsonl", sim::report::json_lines(hostile));
  write("hostile.github", sim::report::github(hostile));
  write("campaign.html", sim::report::campaign_page(report_samples::campaign(kHostile)));
  write("long.html", sim::report::html({report_samples::outcome(100'000, 1, "worker-1")}, none));
  return 0;
}
