#include "primitives/primitives.h"
#include "sim/explore/explore.h"
#include "sim/explore/token.h"

#include "gmock/gmock.h"

namespace {

using sim::Coro;
using sim::ExploreOptions;
using sim::Token;

Coro<> fails() {
  co_await sim::gather(sim::yield(), sim::yield());
  SIM_CHECK(false);
}

const ExploreOptions kOptions = {.scenario_name = "Account.Fails",
                                 .replay_command = "SIM_REPLAY=TOKEN ./account_test"};

std::string token() { return sim::explore(fails, kOptions).failures.at(0).token; }

TEST(TokenBelongs, ToTheTestOfThatNameAndTheseOptions) {
  ExploreOptions other_name = kOptions;
  other_name.scenario_name = "Account.Other";
  ExploreOptions other_order = kOptions;
  other_order.order = sim::Order::fifo;
  EXPECT_TRUE(sim::token_belongs(token(), kOptions));
  EXPECT_FALSE(sim::token_belongs(token(), other_name));
  EXPECT_FALSE(sim::token_belongs(token(), other_order));
}

TEST(TokenBelongs, NotToAnotherProgramOfTheSameName) {
  Token altered = Token::parse(token());
  altered.shape ^= 1;
  EXPECT_TRUE(sim::token_belongs(altered.to_string(), kOptions));
  EXPECT_TRUE(sim::token_belongs(fails, token(), kOptions));
  EXPECT_FALSE(sim::token_belongs(fails, altered.to_string(), kOptions));
}

TEST(TokenBelongs, RefusesADamagedToken) {
  EXPECT_THROW(sim::token_belongs("AAAA", kOptions), std::invalid_argument);
}

TEST(ReplayLine, HasTheTokenWhereTheCommandSaysSo) {
  EXPECT_THAT(sim::explore(fails, kOptions).failures.at(0).explanation(),
              testing::HasSubstr("replay: SIM_REPLAY=" + token() + " ./account_test\n"));
}

TEST(ReplayLine, EndsWithTheTokenOtherwise) {
  ExploreOptions options = kOptions;
  options.replay_command = "./simrun replay account";
  EXPECT_THAT(sim::explore(fails, options).failures.at(0).explanation(),
              testing::HasSubstr("replay: ./simrun replay account " + token() + "\n"));
}

}  // namespace
