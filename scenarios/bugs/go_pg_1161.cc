// go_pg_1161: go-pg before April 2019, where the timeout of one query cancelled another's.
//
// Source: https://github.com/go-pg/pg/pull/1161.
//
// Cause: beside each query somebody waits for its end or its deadline, and if the deadline comes
// first asks the server to cancel what runs on that connection. Trigger: both come at once, and it
// takes the deadline. Until its request arrives the connection is back in the pool and has the
// query of somebody else. Fix: a query gives its connection back when the one beside it has ended
// too.
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

enum class GivesBack { at_once, after_the_watcher };

struct Connection {
  bool query_cancelled = false;
};
using ConnectionPtr = std::shared_ptr<Connection>;

struct Query {
  bool answered = false;
  bugs::Waiter over = sim::running_loop().create_future<void>();  // answered, or out of time
};
using QueryPtr = std::shared_ptr<Query>;

class Client {
 public:
  explicit Client(GivesBack gives_back) : gives_back_(gives_back) {}

  // Whether the server has cancelled the query instead of answering.
  sim::Coro<bool> query(std::optional<sim::Duration> deadline) {
    const ConnectionPtr connection = take();
    connection->query_cancelled = false;
    const QueryPtr query = std::make_shared<Query>();
    std::vector<sim::Task<>> watchers;
    if (deadline) watchers.push_back(sim::create_task(watch(query, connection, *deadline)));
    const sim::Outcome<void> answered = co_await sim::settle(sim::sleep(1s));
    const bool cancelled = connection->query_cancelled;
    query->answered = true;
    if (!query->over.done()) query->over.set_result();
    if (gives_back_ == GivesBack::after_the_watcher) co_await sim::gather_settled(watchers);
    if (answered.has_value()) pool_.push_back(connection);
    answered.value();
    co_return cancelled;
  }

 private:
  static sim::Coro<> watch(QueryPtr query, ConnectionPtr connection, sim::Duration deadline) {
    bool expired = false;
    const auto expire = [&expired, query] {
      expired = true;
      if (!query->over.done()) query->over.set_result();
    };
    sim::Handle timer = sim::running_loop().call_later(deadline, expire);
    const sim::Outcome<void> waited = co_await sim::settle(query->over);
    timer.cancel();
    waited.value();
    if (!expired) co_return;
    if (query->answered && sim::choose(2) == 0) co_return;  // Go's select takes either
    co_await sim::sleep(100ms);                             // the request is under way
    connection->query_cancelled = true;
  }
  ConnectionPtr take() {
    if (pool_.empty()) return std::make_shared<Connection>();
    const ConnectionPtr connection = pool_.front();
    pool_.pop_front();
    return connection;
  }

  GivesBack gives_back_;
  std::deque<ConnectionPtr> pool_;
};

sim::Coro<> query_in_time(Client& client) {
  const bool cancelled = co_await client.query(std::nullopt);
  SIM_CHECK(!cancelled);
}

sim::Coro<> one_in_the_last_moment(GivesBack gives_back) {
  Client client(gives_back);
  co_await sim::gather_settled(client.query(1s));
  co_await sim::gather_settled(query_in_time(client));
  co_await bugs::others_ended();
}

}  // namespace

SIM_SCENARIO(go_pg_1161, "a query's timeout cancels the next query of its connection",
             sim::expects(sim::FindingKind::assertion)) {
  return one_in_the_last_moment(GivesBack::at_once);
}
SIM_SCENARIO(go_pg_1161_fixed, "go_pg_1161, where the connection is held until all is said") {
  return one_in_the_last_moment(GivesBack::after_the_watcher);
}
