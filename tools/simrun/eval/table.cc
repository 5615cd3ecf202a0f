#include "tools/simrun/eval/table.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sim/internal/with_commas.h"

namespace simrun::eval {

std::string as_text(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t width = table.columns[c].size();
    for (const auto& row : table.rows) width = std::max(width, row[c].size());
    widths.push_back(width);
  }
  std::string text = absl::StrCat(table.title, "\n\n");
  const auto add = [&](const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const int width = static_cast<int>(widths[c]);
      absl::StrAppendFormat(&text, "  %*s", c == 0 || table.of_words ? -width : width, cells[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  };
  add(table.columns);
  for (const auto& row : table.rows) add(row);
  return text;
}

std::string as_markdown(const Table& table) {
  const auto line = [](const std::vector<std::string>& cells) {
    return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
  };
  std::string text = absl::StrCat("## ", table.title, "\n\n", table.intro, "\n\n");
  absl::StrAppend(&text, line(table.columns), "|---|");
  for (std::size_t c = 1; c < table.columns.size(); ++c) text += table.of_words ? "---|" : "---:|";
  text += '\n';
  for (const auto& row : table.rows) text += line(row);
  return text;
}

std::string figure(double value) {
  if (value < 99.95) return absl::StrFormat("%.1f", value);
  return figure(static_cast<std::uint64_t>(std::llround(value)));
}

std::string figure(std::uint64_t value) { return sim::internal::with_commas(value); }

}  // namespace simrun::eval
