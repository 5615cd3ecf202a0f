// HTML: one self-contained page, without network, of failures as lanes: a column a task, time down.
// Its texts are readable without JavaScript; the pictures need it.
#pragma once

#include <string>
#include <vector>

#include "sim/report/outcome.h"

namespace sim::report {

// `read_source` may be empty: then the page has no excerpts.
std::string html(const std::vector<Outcome>& outcomes, const SourceReader& read_source = {});

// What stands in its body, but for the frame: the markup that other pages have too.
std::string failures_as_html(const std::vector<Outcome>& outcomes, const SourceReader& read_source);

}  // namespace sim::report
