// Cancel and completion both win: what was completed, and has not been heard of, is also undone.
#include <memory>
#include <vector>

#include "property_tests/faulty/families.h"
#include "scenarios/bugs/waiters.h"

namespace faulty {

namespace {

// Fault: who is cancelled while it commits rolls back, also where the commit was made and only not
// heard of. Both count.
class CommitRolledBack final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      co_await commit(number);
    }
  }

 private:
  sim::Coro<> commit(int number) {
    const auto is_committed = std::make_shared<bool>(false);
    const bugs::Waiter answer = sim::running_loop().create_future<void>();
    sim::running_loop().call_later(patience(number), [answer, is_committed] {
      if (answer.done()) return;
      *is_committed = true;
      answer.set_result();
    });
    const sim::Outcome<void> answered = co_await sim::settle(answer);
    if (answered.cancelled() && (has_fault() || !bugs::was_woken(answer))) {
      SIM_CHECK(!*is_committed);  // before it is rolled back
    }
    answered.value();
  }
};

// Fault: cancel() asks whether the customer has taken the goods, not whether they were delivered.
// They are taken and refunded. Odd tasks cancel the orders of the task before.
class DeliveredAndRefunded final : public Play {
 public:
  explicit DeliveredAndRefunded(const Program& program)
      : Play(program), orders_(static_cast<std::size_t>(program.tasks)) {}

  sim::Coro<> task(int number) override {
    if (number % 2 == 0) return buy(number);
    return change_mind(number);
  }

 private:
  struct Order {
    bugs::Waiter answer = sim::running_loop().create_future<void>();
    bool is_delivered = false;
    bool is_taken = false;
    bool is_refunded = false;
  };

  sim::Coro<> buy(int number) {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      const auto order = std::make_shared<Order>();
      orders_[static_cast<std::size_t>(number)] = order;
      sim::running_loop().call_later(patience(number), [order] { deliver(*order); });
      co_await order->answer;
      if (!order->is_delivered) continue;
      SIM_CHECK(!order->is_refunded);
      order->is_taken = true;
    }
  }
  sim::Coro<> change_mind(int number) {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      const std::shared_ptr<Order> order = orders_[static_cast<std::size_t>(number - 1)];
      if (order != nullptr && !order->is_taken && !order->is_refunded) refund(*order);
    }
  }
  static void deliver(Order& order) {
    if (order.answer.done()) return;
    order.is_delivered = true;
    order.answer.set_result();
  }
  void refund(Order& order) const {
    if (order.answer.done() && !has_fault()) return;
    order.is_refunded = true;
    if (!order.answer.done()) order.answer.set_result();
  }

  std::vector<std::shared_ptr<Order>> orders_;
};

}  // namespace

std::vector<Algorithm> both_winners() {
  return {
      {"commit rolled back", Mistake::cancel_and_completion_both_win, Needs::cancellation, 2, 1,
       make_play<CommitRolledBack>},
      {"delivered and refunded", Mistake::cancel_and_completion_both_win, Needs::nothing, 2, 1,
       make_play<DeliveredAndRefunded>},
  };
}

}  // namespace faulty
