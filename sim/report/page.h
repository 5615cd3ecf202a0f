// Page: what the HTML reports share: the frame around them, the style and the script.
#pragma once

#include <string>

namespace sim::report {

extern const char kPageStyle[];
extern const char kPageScript[];

// `title` is text, `body` markup.
std::string page(const std::string& title, const std::string& body);

}  // namespace sim::report
