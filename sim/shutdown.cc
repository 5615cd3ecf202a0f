#include "sim/shutdown.h"

#include <stdexcept>

#include "sim/event_loop.h"

namespace sim::internal {

void OpenGenerator::opened() {
  note_unrelated("an asynchronous generator");
  Shutdown& list = running_loop().shutdown();
  list_ = &list;
  previous_ = list.last_;
  (previous_ != nullptr ? previous_->next_ : list.first_) = this;
  list.last_ = this;
}

void OpenGenerator::closed() noexcept {
  if (list_ == nullptr) return;
  (previous_ != nullptr ? previous_->next_ : list_->first_) = next_;
  (next_ != nullptr ? next_->previous_ : list_->last_) = previous_;
  list_ = nullptr;
  previous_ = next_ = nullptr;
}

OpenGenerator* Shutdown::take_generator() noexcept {
  OpenGenerator* generator = first_;
  if (generator != nullptr) generator->closed();
  return generator;
}

void Shutdown::call_began() {
  if (executor_shut_down_) throw std::runtime_error("the executor has been shut down");
  ++calls_;
}

void Shutdown::call_ended() noexcept {
  if (--calls_ == 0 && executor_shut_down_) current_scheduler->stop();
}

void Shutdown::reset() noexcept {
  while (take_generator() != nullptr) {
  }
  calls_ = 0;
  executor_shut_down_ = false;
}

}  // namespace sim::internal
