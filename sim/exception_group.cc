#include "sim/exception_group.h"

#include <stdexcept>

namespace sim {

namespace {

std::string with_count(const std::string& message, std::size_t n) {
  return message + " (" + std::to_string(n) + (n == 1 ? " sub-exception)" : " sub-exceptions)");
}

// The group that `error` is; null for any other exception.
const ExceptionGroup* as_group(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const ExceptionGroup& group) {
    return &group;  // alive as long as `error`
  } catch (...) {
    return nullptr;
  }
}

}  // namespace

ExceptionGroup::ExceptionGroup(const std::string& message,
                               std::vector<std::exception_ptr> exceptions)
    : message_(message),
      what_(with_count(message, exceptions.size())),
      exceptions_(std::move(exceptions)) {
  if (exceptions_.empty()) throw std::invalid_argument("ExceptionGroup: no exceptions");
}

std::pair<std::optional<ExceptionGroup>, std::optional<ExceptionGroup>> ExceptionGroup::split(
    const Predicate& matches) const {
  if (matches(std::make_exception_ptr(*this))) return {*this, std::nullopt};
  std::vector<std::exception_ptr> matching;
  std::vector<std::exception_ptr> others;
  for (const std::exception_ptr& error : exceptions_) {
    const ExceptionGroup* nested = as_group(error);
    if (nested == nullptr) {
      (matches(error) ? matching : others).push_back(error);
      continue;
    }
    auto [inside, outside] = nested->split(matches);
    if (inside) matching.push_back(std::make_exception_ptr(std::move(*inside)));
    if (outside) others.push_back(std::make_exception_ptr(std::move(*outside)));
  }
  const auto group = [this](std::vector<std::exception_ptr>& errors) {
    std::optional<ExceptionGroup> made;
    if (!errors.empty()) made.emplace(message_, std::move(errors));
    return made;
  };
  return {group(matching), group(others)};
}

}  // namespace sim
