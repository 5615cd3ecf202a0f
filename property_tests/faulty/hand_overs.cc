// Completes a waiter before it unlinks it: the next signaller comes upon the same waiter again. And
// the token goes to one who has left: it is lost.
#include <deque>
#include <list>
#include <memory>
#include <optional>

#include "property_tests/faulty/families.h"
#include "property_tests/faulty/parts.h"

namespace faulty {

namespace {

// Fault: release() wakes the first waiter, who leaves the line when he runs; a second release()
// meanwhile wakes him again. A waiter waits for ever though there is a ticket.
class TicketsOfOneWaiter final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    if (is_producer(number)) return produce(number);
    return consume(number);
  }

 private:
  sim::Coro<> produce(int number) {
    return bring(number, [this](int) {
      ++tickets_;
      wake_first();
    });
  }
  sim::Coro<> consume(int number) {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      while (tickets_ == 0) co_await wait_for_ticket();
      --tickets_;
    }
  }
  sim::Coro<> wait_for_ticket() {
    const bugs::Waiter waiter = sim::running_loop().create_future<void>();
    line_.push_back(waiter);
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    line_.remove(waiter);
    if (waited.cancelled() && tickets_ > 0) wake_first();
    waited.value();
  }
  void wake_first() {
    while (!line_.empty()) {
      const bugs::Waiter first = line_.front();
      const bool waits = !first.done();
      if (waits) first.set_result();
      if (has_fault() && !first.cancelled()) return;
      line_.pop_front();
      if (waits) return;
    }
  }

  int tickets_ = 0;
  std::list<bugs::Waiter> line_;
};

// Whoever waits, and the item that was put into its hand.
struct Receiver {
  bugs::Waiter woken = sim::running_loop().create_future<void>();
  std::optional<int> item;
};
using Receivers = std::list<std::shared_ptr<Receiver>>;

// A channel: send() puts an item into the hand of the first receiver, or else into the buffer.
class Channel final : public Play {
 public:
  enum class Fault {
    stays_linked,    // the receiver leaves the line when he runs: the next item replaces his
    leaves_unheard,  // one who was cancelled leaves it when he runs: he is given an item
  };
  Channel(const Program& program, Fault fault)
      : Play(program), fault_(program.has_fault ? std::optional(fault) : std::nullopt) {}

  sim::Coro<> task(int number) override {
    if (is_producer(number)) return produce(number);
    return consume(number);
  }

 private:
  sim::Coro<> produce(int number) {
    return bring(number, [this](int item) {
      send(item);
      ++sent_;
    });
  }
  sim::Coro<> consume(int number) {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      const int item = co_await receive();
      SIM_CHECK_GE(item, 0);
      ++received_;
    }
  }
  void at_end() override { SIM_CHECK_EQ(sent_, received_ + static_cast<int>(buffer_.size())); }

  void send(int item) {
    while (!line_.empty()) {
      const std::shared_ptr<Receiver> first = line_.front();
      if (fault_ != Fault::stays_linked || first->woken.cancelled()) line_.pop_front();
      if (first->woken.cancelled() && fault_ != Fault::leaves_unheard) continue;
      first->item = item;
      if (!first->woken.done()) first->woken.set_result();
      return;
    }
    buffer_.push_back(item);
  }
  sim::Coro<int> receive() {
    if (!buffer_.empty()) {
      const int item = buffer_.front();
      buffer_.pop_front();
      co_return item;
    }
    const auto receiver = std::make_shared<Receiver>();
    line_.push_back(receiver);
    const sim::Outcome<void> waited = co_await sim::settle(receiver->woken);
    line_.remove(receiver);
    if (waited.cancelled() && bugs::was_woken(receiver->woken)) send(*receiver->item);
    waited.value();
    co_return *receiver->item;
  }

  std::optional<Fault> fault_;
  std::deque<int> buffer_;
  Receivers line_;
  int sent_ = 0;
  int received_ = 0;
};

template <Channel::Fault kFault>
std::unique_ptr<Play> make_channel(const Program& program) {
  return std::make_unique<Channel>(program, kFault);
}

// Fault: release() hands the permit over to the first waiter, also to one who was cancelled and has
// not run. The permit is lost.
class PermitToTheCancelled final : public Play {
 public:
  explicit PermitToTheCancelled(const Program& program)
      : Play(program), free_(program.capacity), inside_(program.capacity) {}

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      co_await acquire();
      const sim::Outcome<void> worked = co_await sim::settle(inside_.during(gap(number)));
      release();
      worked.value();
    }
  }
  void at_end() override { SIM_CHECK_EQ(free_, program().capacity); }

 private:
  sim::Coro<> acquire() {
    if (free_ > 0) {
      --free_;
      co_return;
    }
    const bugs::Waiter waiter = sim::running_loop().create_future<void>();
    line_.push_back(waiter);
    const sim::Outcome<void> waited = co_await sim::settle(waiter);
    line_.remove(waiter);
    if (waited.cancelled() && bugs::was_woken(waiter)) release();
    waited.value();
  }
  void release() {
    while (!line_.empty()) {
      const bugs::Waiter first = line_.front();
      line_.pop_front();
      if (!first.done()) first.set_result();
      if (!first.cancelled() || has_fault()) return;
    }
    ++free_;
  }

  int free_;
  std::list<bugs::Waiter> line_;
  Inside inside_;
};

}  // namespace

std::vector<Algorithm> hand_overs() {
  return {
      {"tickets of one waiter", Mistake::completes_before_unlinking, Needs::nothing, 3, 2,
       make_play<TicketsOfOneWaiter>},
      {"channel fills one hand twice", Mistake::completes_before_unlinking, Needs::nothing, 3, 2,
       make_channel<Channel::Fault::stays_linked>},
      {"permit to the cancelled", Mistake::token_to_who_has_left, Needs::cancellation, 2, 1,
       make_play<PermitToTheCancelled>},
      {"item to the cancelled", Mistake::token_to_who_has_left, Needs::cancellation, 2, 1,
       make_channel<Channel::Fault::leaves_unheard>},
  };
}

}  // namespace faulty
