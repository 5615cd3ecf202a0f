// overdraw: two tasks withdraw from one account, each after it has looked whether there is enough.
// Both look, then both withdraw.
#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

sim::Coro<> withdraw(sim::Shared<int>& balance, int amount) {
  const int seen = co_await read(balance);
  if (seen < amount) co_return;
  co_await sim::yield();
  co_await add(balance, -amount);
}

sim::Coro<> withdraw_at_once(sim::Shared<int>& balance, int amount) {
  co_await sim::yield();
  balance.update([amount](int& value) {
    if (value >= amount) value -= amount;
  });
}

}  // namespace

SIM_SCENARIO(overdraw, "two tasks look whether there is enough, then withdraw",
             sim::expects(sim::FindingKind::assertion, sim::FindingKind::stale_read)) {
  sim::Shared<int> balance{100};
  co_await together(withdraw(balance, 60), withdraw(balance, 70));
  SIM_CHECK_GE(balance.get(), 0);
}

SIM_SCENARIO(overdraw_fixed, "overdraw, with the look and the withdrawal in one access") {
  sim::Shared<int> balance{100};
  co_await together(withdraw_at_once(balance, 60), withdraw_at_once(balance, 70));
  SIM_CHECK_GE(balance.get(), 0);
}
