// redis_2624 and redis_2665: redis-py before 4.5.3, and with the half fix of 4.5.3. In March 2023
// people saw each other's conversations.
//
// Source: https://github.com/redis/redis-py/issues/2624 and
// https://github.com/redis/redis-py/issues/2665.
//
// Cause: a command is sent, its reply awaited, and the connection given back to the pool however
// that ends. Trigger: a cancellation between sending and reply. The reply comes all the same, and
// the next user of the connection takes it for his own, and so on for ever. The half fix shields
// pipelines, and a single command is as it was. Fix (4.5.5): a connection whose reply was not read
// is closed instead of given back.
#include <deque>
#include <memory>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Fix { none, shielded_pipelines, closed_connections };

// To a server that replies to each command with its number, a little later and in their order.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  void send(int command) {
    commands_.push_back(command);
    const auto serve = [self = shared_from_this()] { self->serve(); };
    sim::running_loop().call_soon(serve);
  }
  sim::Coro<int> read_reply() {
    while (replies_.empty()) {
      arrival_ = sim::running_loop().create_future<void>();
      const bugs::Waiter arrival = arrival_;
      co_await arrival;
    }
    const int reply = replies_.front();
    replies_.pop_front();
    co_return reply;
  }

 private:
  void serve() {
    replies_.push_back(commands_.front());
    commands_.pop_front();
    if (arrival_ && !arrival_.done()) arrival_.set_result();
  }

  std::deque<int> commands_;  // under way to the server
  std::deque<int> replies_;
  bugs::Waiter arrival_;
};

class Client {
 public:
  explicit Client(Fix fix) : fix_(fix) {}

  sim::Coro<int> execute_command(int command) { return talk(command); }
  sim::Coro<int> execute_pipeline(int command) {
    if (fix_ == Fix::none) co_return co_await talk(command);
    co_return co_await sim::shield(talk(command));
  }

 private:
  sim::Coro<int> talk(int command) {
    const std::shared_ptr<Connection> connection = take();
    connection->send(command);
    const sim::Outcome<int> reply = co_await sim::settle(connection->read_reply());
    if (reply.has_value() || fix_ != Fix::closed_connections) pool_.push_back(connection);
    co_return reply.value();
  }
  std::shared_ptr<Connection> take() {
    if (pool_.empty()) return std::make_shared<Connection>();
    const std::shared_ptr<Connection> connection = pool_.front();
    pool_.pop_front();
    return connection;
  }

  Fix fix_;
  std::deque<std::shared_ptr<Connection>> pool_;
};

sim::Coro<> ask(Client& client, int command) {
  const int reply = co_await client.execute_command(command);
  SIM_CHECK_EQ(reply, command);
}

sim::Coro<> two_users(Fix fix) {
  Client client(fix);
  co_await sim::gather_settled(ask(client, 1));
  co_await sim::gather_settled(ask(client, 2));
}

}  // namespace

SIM_SCENARIO(redis_2624, "a connection goes back to the pool with a reply to come",
             sim::expects(sim::FindingKind::assertion)) {
  return two_users(Fix::none);
}
SIM_SCENARIO(redis_2624_fixed, "redis_2624, where such a connection is closed") {
  return two_users(Fix::closed_connections);
}
SIM_SCENARIO(redis_2665, "redis_2624 with pipelines shielded, by a single command",
             sim::expects(sim::FindingKind::assertion)) {
  return two_users(Fix::shielded_pipelines);
}
SIM_SCENARIO(redis_2665_fixed, "redis_2665, where such a connection is closed") {
  return two_users(Fix::closed_connections);
}
