// Escaping: text of anybody, put into the languages of reports so that it stays text.
#pragma once

#include <string>
#include <string_view>

namespace sim::report {

// For HTML and XML, between tags and in quoted attributes. Bytes that are no UTF-8, and characters
// that XML has no place for (control characters, escapes of a terminal), become U+FFFD.
std::string markup(std::string_view text);

// Well-formed UTF-8 without control characters but tab and line feed; the rest becomes U+FFFD.
std::string clean(std::string_view text);

}  // namespace sim::report
