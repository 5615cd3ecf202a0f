// Table: rows of cells under a title, as text in columns or as Markdown.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace simrun::eval {

struct Table {
  std::string title;
  std::string intro;                 // what stands there, for a reader of the page
  std::vector<std::string> columns;  // the first is of names, the others of figures
  std::vector<std::vector<std::string>> rows;
  bool of_words = false;  // the other columns too
};

std::string as_text(const Table& table);
std::string as_markdown(const Table& table);

// "7.3", "185", "24,750": one digit behind the point where there are less than three before it.
std::string figure(double value);
std::string figure(std::uint64_t value);

}  // namespace simrun::eval
