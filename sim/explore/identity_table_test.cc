#include "sim/explore/identity_table.h"

#include <vector>

#include "gmock/gmock.h"
#include "sim/rng.h"

namespace sim::internal {
namespace {

TEST(IdentityTable, NumbersIdentitiesInTheOrderTheyAreMet) {
  IdentityTable table;
  EXPECT_EQ(table.number_of(900), 1u);
  EXPECT_EQ(table.number_of(7), 2u);
  EXPECT_EQ(table.number_of(900), 1u);
  EXPECT_EQ(table.find(7), 2u);
  EXPECT_EQ(table.find(8), 0u);
  EXPECT_EQ(table.size(), 3u);
}

TEST(IdentityTable, HasANumberForNobody) {
  IdentityTable table;
  EXPECT_EQ(table.number_of(0), 0u);
  EXPECT_EQ(table.size(), 1u);
}

TEST(IdentityTable, KeepsTheNumbersAsItGrows) {
  IdentityTable table;
  Rng rng(1);
  std::vector<std::uint64_t> identities;
  for (std::uint32_t i = 1; i <= 10'000; ++i) {
    identities.push_back(rng());
    ASSERT_EQ(table.number_of(identities.back()), i);
  }
  for (std::uint32_t i = 1; i <= 10'000; ++i) ASSERT_EQ(table.number_of(identities[i - 1]), i);
}

}  // namespace
}  // namespace sim::internal
