// websockets_486: recv() of the websockets library before 7.0, which lost messages in timeouts.
//
// Source: https://github.com/python-websockets/websockets/issues/486, repaired by
// https://github.com/python-websockets/websockets/pull/506.
//
// Cause: recv() starts a task that gets the next message from the queue, waits for it and for the
// end of the connection, and cancels it when it is itself cancelled. Trigger: the task has the
// message, and recv() is cancelled in W1. There is nothing to cancel any more, and the message goes
// with the task. Fix: recv() waits for a message to be there, and takes it when it runs.
#include <deque>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

// Loses nothing itself: a message stays until whoever waits for it runs.
class Messages {
 public:
  sim::Coro<int> next() {
    while (messages_.empty()) {
      const bugs::Waiter waiter = waiters_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      waiters_.leave(waiter);
      if (!waited.has_value() && !messages_.empty()) waiters_.wake_next();
      waited.value();
    }
    const int message = messages_.front();
    messages_.pop_front();
    co_return message;
  }
  void put(int message) {
    messages_.push_back(message);
    waiters_.wake_next();
  }
  int size() const { return static_cast<int>(messages_.size()); }

 private:
  std::deque<int> messages_;
  bugs::Waiters waiters_;
};

sim::Coro<int> recv_by_a_task(Messages& messages) {
  const sim::Task<int> next = sim::create_task(messages.next(), "next");
  const bugs::Waiter end = bugs::end_of(next);
  const sim::Outcome<void> waited = co_await sim::settle(end);
  if (!waited.has_value()) {
    next.cancel();
    waited.value();
  }
  co_return next.result();
}

using Recv = sim::Coro<int> (*)(Messages&);

sim::Coro<> recv_one(Recv recv, Messages& messages, int& received) {
  co_await recv(messages);
  ++received;
}

sim::Coro<> send_one(Messages& messages, int& sent) {
  const sim::Outcome<void> rested = co_await sim::settle(sim::yield());
  messages.put(1);
  ++sent;
  rested.value();
}

// Whatever is cancelled: a message that came is received, or still there.
sim::Coro<> one_message(Recv recv) {
  Messages messages;
  int sent = 0;
  int received = 0;
  const auto ended = co_await sim::settle(
      sim::gather_settled(recv_one(recv, messages, received), send_one(messages, sent)));
  co_await bugs::others_ended();
  ended.value();
  SIM_CHECK_EQ(received + messages.size(), sent);
}

}  // namespace

SIM_SCENARIO(websockets_486, "a message is with a task that is done as its waiter is cancelled",
             sim::expects(sim::FindingKind::assertion)) {
  return one_message(recv_by_a_task);
}
SIM_SCENARIO(websockets_486_fixed, "websockets_486, where the waiter takes it when it runs") {
  return one_message([](Messages& messages) { return messages.next(); });
}
