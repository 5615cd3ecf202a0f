// account: a deposit, a withdrawal and an auditor, each under the lock. The auditor has the sum
// wrong, which shows only when it comes last: when it has seen both done.
//
// Source: account_bad of SCTBench (Thomson, Donaldson, Betts, PPoPP 2014).
#include "scenarios/programs/access.h"
#include "sim/scenario.h"

namespace {

using namespace programs;

struct Account {
  sim::Lock lock;
  sim::Shared<int> balance{1};
  sim::Shared<bool> deposited{false};
  sim::Shared<bool> withdrawn{false};
};

sim::Coro<> deposit(Account& account) {
  auto guard = co_await lock(account.lock);
  co_await add(account.balance, 2);
  co_await write(account.deposited, true);
  co_await unlock(guard);
}

sim::Coro<> withdraw(Account& account) {
  auto guard = co_await lock(account.lock);
  co_await add(account.balance, -4);
  co_await write(account.withdrawn, true);
  co_await unlock(guard);
}

sim::Coro<> audit(Account& account, int expected) {
  auto guard = co_await lock(account.lock);
  bool both = co_await read(account.deposited);
  if (both) both = co_await read(account.withdrawn);
  if (both) {
    const int balance = co_await read(account.balance);
    SIM_CHECK_EQ(balance, expected);
  }
  co_await unlock(guard);
}

}  // namespace

SIM_SCENARIO(account, "an auditor with the wrong sum in mind comes last",
             sim::expects(sim::FindingKind::assertion)) {
  Account account;
  co_await together(deposit(account), withdraw(account), audit(account, -5));
}

SIM_SCENARIO(account_fixed, "account, with an auditor who knows the sum") {
  Account account;
  co_await together(deposit(account), withdraw(account), audit(account, -1));
}
