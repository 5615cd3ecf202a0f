// ExceptionGroup: several exceptions thrown as one, as task_group() does. Groups nest.
//
//   catch (const sim::ExceptionGroup& group) {
//     auto [timeouts, others] = group.split<sim::TimeoutError>();
//     if (others) throw *others;
//   }
//
// It is no std::runtime_error, as Python's is no RuntimeError: split<std::runtime_error>() looks
// into it. Source: PEP 654.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sim {

class ExceptionGroup : public std::exception {
 public:
  using Predicate = std::function<bool(const std::exception_ptr&)>;

  // Throws std::invalid_argument if there are no exceptions.
  ExceptionGroup(const std::string& message, std::vector<std::exception_ptr> exceptions);

  const char* what() const noexcept override { return what_.c_str(); }
  const std::string& message() const { return message_; }
  const std::vector<std::exception_ptr>& exceptions() const { return exceptions_; }

  // The exceptions that match and those that do not, as groups of the same nesting; nothing where
  // there are none. A group that matches as a whole, this one or a nested one, is taken as a whole.
  std::pair<std::optional<ExceptionGroup>, std::optional<ExceptionGroup>> split(
      const Predicate& matches) const;
  template <class E>
  std::pair<std::optional<ExceptionGroup>, std::optional<ExceptionGroup>> split() const {
    return split(is_a<E>);
  }
  // Only the part that matches.
  std::optional<ExceptionGroup> subgroup(const Predicate& matches) const {
    return split(matches).first;
  }
  template <class E>
  std::optional<ExceptionGroup> subgroup() const {
    return split(is_a<E>).first;
  }

 private:
  template <class E>
  static bool is_a(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const E&) {
      return true;
    } catch (...) {
      return false;
    }
  }
  std::string message_;
  std::string what_;  // the message and how many there are
  std::vector<std::exception_ptr> exceptions_;
};

}  // namespace sim
