// The errors of parity programs, and what a transcript calls them: a raised one by its text, the
// others by CPython's type.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace simrun::parity {

// What ["raise", "E1"] raises.
class RaisedError {
 public:
  explicit RaisedError(std::string text) : text_(std::move(text)) {}
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

// A task is named that was not spawned yet.
class KeyError {};

// "E1", "Cancelled", "Group(E1,Timeout)", "RuntimeError".
std::string name_of(const std::exception_ptr& error);

}  // namespace simrun::parity
