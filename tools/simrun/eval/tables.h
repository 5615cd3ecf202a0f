// The tables of eval, and the page that they make: docs/bug_finding.md.
#pragma once

#include <string>
#include <vector>

#include "tools/simrun/eval/summary.h"
#include "tools/simrun/eval/table.h"

namespace simrun::eval {

// Those that have rows.
std::vector<Table> tables_of(const Summary& summary);

Table goals_table(const Summary& summary);

// All of them, for a terminal: the goals come last.
std::string text_of(const Summary& summary);
// The whole page, in Markdown: the goals come first. `command` is what makes it again.
std::string page_of(const Summary& summary, const std::string& command);

// One object, with all figures and none of the words.
std::string as_json(const Summary& summary);

// "slow_loop" behind the name where timers may be late.
std::string name_with_time(const Program& program);

}  // namespace simrun::eval
