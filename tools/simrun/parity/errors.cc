#include "tools/simrun/parity/errors.h"

#include "absl/strings/str_cat.h"
#include "primitives/primitives.h"

namespace simrun::parity {

namespace {

std::string name_of_group(const sim::ExceptionGroup& group) {
  std::string name = "Group(";
  for (const std::exception_ptr& each : group.exceptions()) {
    absl::StrAppend(&name, name.back() == '(' ? "" : ",", name_of(each));
  }
  return name + ")";
}

}  // namespace

std::string name_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const RaisedError& raised) {
    return raised.text();
  } catch (const sim::CancelledError&) {
    return "Cancelled";
  } catch (const sim::TimeoutError&) {
    return "Timeout";
  } catch (const sim::ExceptionGroup& group) {
    return name_of_group(group);
  } catch (const sim::InvalidStateError&) {
    return "InvalidStateError";
  } catch (const sim::QueueEmpty&) {
    return "QueueEmpty";
  } catch (const sim::QueueFull&) {
    return "QueueFull";
  } catch (const sim::QueueShutDown&) {
    return "QueueShutDown";
  } catch (const sim::BrokenBarrierError&) {
    return "BrokenBarrierError";
  } catch (const KeyError&) {
    return "KeyError";
  } catch (const std::invalid_argument&) {
    return "ValueError";
  } catch (const std::runtime_error&) {
    return "RuntimeError";
  }
}

}  // namespace simrun::parity
