#include "sim/result.h"

#include <cxxabi.h>

#include <typeinfo>

namespace sim::internal {

bool handling_cancelled_error() noexcept {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type != nullptr && *type == typeid(CancelledError);
}

bool is_cancelled_error(const std::exception_ptr& error) noexcept {
  return error != nullptr && *error.__cxa_exception_type() == typeid(CancelledError);
}

std::string cancel_message(const std::exception_ptr& error) {
  if (error == nullptr) return "";
  try {
    std::rethrow_exception(error);
  } catch (const CancelledError& cancelled) {
    return cancelled.message();
  }
}

std::exception_ptr make_cancelled_error(const std::string& message) {
  return message.empty() ? nullptr : std::make_exception_ptr(CancelledError(message));
}

void throw_error(ResultKind kind, const std::exception_ptr& error) {
  switch (kind) {
    case ResultKind::exception:
      std::rethrow_exception(error);
    case ResultKind::cancelled:
      if (error != nullptr) std::rethrow_exception(error);
      throw CancelledError();
    case ResultKind::moved:
      throw InvalidStateError("the result was moved out by an earlier co_await");
    case ResultKind::none:
    case ResultKind::value:
      break;
  }
  throw InvalidStateError("the result is not ready");
}

}  // namespace sim::internal
