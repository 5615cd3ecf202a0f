// asio_channel_close and asio_channel_cancel: the buffered channels of asio 1.22 to 1.26 (Boost
// 1.78 to 1.81).
//
// Source: the release notes of asio 1.27 and 1.28, and detail/channel_service.hpp before them.
//
// close: Cause: receive on a closed channel fails without a look into the buffer. Trigger: send,
// close, receive, one after the other. The message is lost. Fix: the buffer is emptied first.
//
// cancel: Cause: a pending receive sets the sender's state to "somebody waits"; when it is
// cancelled the state becomes "block", as on a channel without a buffer. Trigger: cancel a receive
// on an empty channel, then send. That send, and every later one, waits for ever. Fix: the state
// becomes "buffer" where there is one.
#include <deque>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Fault { none, close, cancel };

struct Closed {};

// A buffer for a few messages; receivers and senders wait in the order they came.
class Channel {
 public:
  Channel(std::size_t capacity, Fault fault) : capacity_(capacity), fault_(fault) {}

  sim::Coro<> send(int message) {
    while (sending_ == Sending::blocks) {
      const bugs::Waiter waiter = senders_.enter();
      const sim::Outcome<void> waited = co_await sim::settle(waiter);
      senders_.leave(waiter);
      waited.value();
    }
    buffer_.push_back(message);
    if (sending_ == Sending::has_receiver) receivers_.wake_next();
    sending_ = buffer_.size() < capacity_ ? Sending::fits : Sending::blocks;
  }
  sim::Coro<int> receive() {
    if (closed_ && fault_ == Fault::close) throw Closed();
    while (buffer_.empty()) {
      if (closed_) throw Closed();
      co_await wait_for_message();
    }
    const int message = buffer_.front();
    buffer_.pop_front();
    sending_ = Sending::fits;
    senders_.wake_next();
    co_return message;
  }
  void close() {
    closed_ = true;
    while (receivers_.wake_next()) continue;
  }
  std::size_t size() const { return buffer_.size(); }

 private:
  enum class Sending { fits, blocks, has_receiver };

  sim::Coro<> wait_for_message() {
    const bugs::Waiter waiter = receivers_.enter();
    sending_ = Sending::has_receiver;
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    receivers_.leave(waiter);
    if (!bugs::was_woken(waiter)) {
      sending_ = fault_ == Fault::cancel ? Sending::blocks : Sending::fits;
    }
    waited.value();
  }

  std::size_t capacity_;
  Fault fault_;
  bool closed_ = false;
  Sending sending_ = Sending::fits;
  std::deque<int> buffer_;
  bugs::Waiters senders_;
  bugs::Waiters receivers_;
};

sim::Coro<> send_close_receive(Fault fault) {
  Channel channel(2, fault);
  co_await channel.send(42);
  channel.close();
  int received = 0;
  try {
    received = co_await channel.receive();
  } catch (const Closed&) {
    SIM_CHECK_EQ(channel.size(), 0u);
  }
  SIM_CHECK_EQ(received, 42);
}

sim::Coro<> cancel_then_send(Fault fault) {
  Channel channel(2, fault);
  const auto receiver = sim::create_task(channel.receive(), "receiver");
  const sim::Outcome<void> rested = co_await sim::settle(sim::yield());
  receiver.cancel();
  co_await sim::gather_settled(receiver);
  rested.value();
  co_await channel.send(42);
  const int received = co_await channel.receive();
  SIM_CHECK_EQ(received, 42);
}

}  // namespace

SIM_SCENARIO(asio_channel_close, "a message that was buffered is lost when the channel is closed",
             sim::expects(sim::FindingKind::assertion)) {
  return send_close_receive(Fault::close);
}
SIM_SCENARIO(asio_channel_close_fixed, "asio_channel_close, where the buffer is emptied first") {
  return send_close_receive(Fault::none);
}
SIM_SCENARIO(asio_channel_cancel, "after a receive was cancelled every send waits for ever",
             sim::expects(sim::FindingKind::deadlock)) {
  return cancel_then_send(Fault::cancel);
}
SIM_SCENARIO(asio_channel_cancel_fixed, "asio_channel_cancel, where the buffer is used again") {
  return cancel_then_send(Fault::none);
}
