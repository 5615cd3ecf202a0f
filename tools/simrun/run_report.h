// RunReport: what a person reads of a run: a header, the transcript as it happens, the findings,
// the verdict, and for a failed run the line that repeats it. Nothing in it depends on real time.
//
//   web_scraper, seed 42
//
//     0.000 s  main    opening a session
//     2.000 s  page-1  timed out
//
//   PASSED: 2.000 s of virtual time, 17 steps, 3 tasks, trace hash 0123456789abcdef
#pragma once

#include <string>

#include "sim/scenario_run.h"
#include "tools/simrun/command.h"
#include "tools/simrun/output.h"

namespace simrun {

class RunReport {
 public:
  // Both must outlive the report.
  RunReport(const Command& command, Output& output) : command_(command), output_(output) {}

  void begin();
  void line(const sim::TranscriptLine& line);
  // What was found, then what becomes of the run: `explained` stands between the two.
  void end(const sim::ScenarioResult& result, const std::string& explained = {});

 private:
  void finding(const sim::Finding& finding);
  void verdict(const sim::ScenarioResult& result);

  const Command& command_;
  Output& output_;
  bool has_lines_ = false;
  // The columns only grow, so that lines can be written as they come.
  std::size_t time_width_ = 9;
  std::size_t task_width_ = 10;
};

// The run as one JSON object.
std::string run_as_json(const Command& command, const std::vector<sim::TranscriptLine>& transcript,
                        const sim::ScenarioResult& result);

// "2.000 s"; more digits where there is more to tell, in groups of three; from an hour on
// "1:00:00.000".
std::string format_time(sim::Duration time);

// How the program was called, for lines that call it again: "./simrun" until it is said.
void set_called_as(const std::string& path);

// Sets what tokens of the command's scenario belong to, and the line that replays them.
void name_for_tokens(Command& command);

// The command that runs the same again: "./simrun --seed 42 web_scraper --urls=3".
std::string repeat_line(const Command& command);

}  // namespace simrun
