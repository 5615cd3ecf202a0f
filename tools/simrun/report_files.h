// ReportFiles: which reports a command line asks for.
#pragma once

#include <string>

namespace simrun {

struct ReportFiles {
  std::string html = {};
  std::string junit = {};
  std::string sarif = {};
  std::string json_lines = {};
  std::string trace = {};
  bool github = false;

  // Whether one of them shows a run step by step.
  bool show_steps() const { return !html.empty() || !trace.empty(); }
  bool any() const {
    return show_steps() || !junit.empty() || !sarif.empty() || !json_lines.empty() || github;
  }
};

}  // namespace simrun
