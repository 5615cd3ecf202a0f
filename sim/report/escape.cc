#include "sim/report/escape.h"

#include <cstddef>
#include <cstdint>

namespace sim::report {

namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

struct Scalar {
  std::uint32_t value;
  std::size_t bytes;  // 0 where none begins
};

// The character that `text` begins with: Unicode 15, table 3-7.
Scalar first_scalar(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (bytes == 0 || lead > 0xF4 || text.size() < bytes) return {0, 0};
  std::uint32_t value = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((at(i) & 0xC0) != 0x80) return {0, 0};
    value = value << 6 | (at(i) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return overlong || surrogate || value > 0x10FFFF ? Scalar{0, 0} : Scalar{value, bytes};
}

bool is_text(std::uint32_t value) {
  if (value == '\t' || value == '\n') return true;
  const bool control = value < 0x20 || (value >= 0x7F && value < 0xA0);
  return !control && (value & 0xFFFE) != 0xFFFE;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Scalar next = first_scalar(text);
    if (next.bytes != 0 && is_text(next.value)) {
      result += text.substr(0, next.bytes);
    } else {
      result += kReplacement;
    }
    text.remove_prefix(next.bytes == 0 ? 1 : next.bytes);
  }
  return result;
}

std::string markup(std::string_view text) {
  std::string result;
  for (const char c : clean(text)) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

}  // namespace sim::report
