// async_std_452: the channel of Rust's async-std before November 2019, with a receiver that slept
// on although there was a message.
//
// Source: https://github.com/async-rs/async-std/pull/452.
//
// Cause: a send wakes nobody while a receiver that was woken has not run yet. That is right for a
// mutex, where the one who was woken wakes the next in his turn, and not for a channel. Trigger:
// two receivers wait, and a second send comes in W1 of the first. One message stays, and the second
// receiver sleeps. Fix: each send wakes one more.
#include <deque>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Wakes { any, one_more };

class Channel {
 public:
  explicit Channel(Wakes wakes) : wakes_(wakes) {}

  void send(int message) {
    messages_.push_back(message);
    if (wakes_ == Wakes::any && woken_ != 0) return;
    wake();
  }
  sim::Coro<int> recv() {
    while (messages_.empty()) {
      const bugs::Waiter waiter = receivers_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      receivers_.leave(waiter);
      if (bugs::was_woken(waiter)) --woken_;
      if (!waited.has_value() && bugs::was_woken(waiter)) wake();
      waited.value();
    }
    const int message = messages_.front();
    messages_.pop_front();
    co_return message;
  }

 private:
  void wake() {
    if (receivers_.wake_next()) ++woken_;
  }

  Wakes wakes_;
  int woken_ = 0;  // receivers that have not run since
  std::deque<int> messages_;
  bugs::Waiters receivers_;
};

sim::Coro<> receive(Channel& channel) { co_await channel.recv(); }

sim::Coro<> send_two(Channel& channel) {
  channel.send(1);
  const sim::Outcome<void> rested = co_await sim::settle(sim::yield());
  channel.send(2);
  rested.value();
}

sim::Coro<> two_messages_for_two(Wakes wakes) {
  Channel channel(wakes);
  co_await sim::gather_settled(receive(channel), receive(channel), send_two(channel));
}

}  // namespace

SIM_SCENARIO(async_std_452, "a send wakes nobody while one that was woken has not run",
             sim::expects(sim::FindingKind::deadlock)) {
  return two_messages_for_two(Wakes::any);
}
SIM_SCENARIO(async_std_452_fixed, "async_std_452, where each send wakes one more") {
  return two_messages_for_two(Wakes::one_more);
}
