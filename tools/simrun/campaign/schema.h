// Schema: what a store consists of, as the steps that lead from an empty database to it. A store
// keeps in `PRAGMA user_version` how many of them it has gone; the rest are gone when it is opened.
// A step is never changed once a store may have gone it.
//
// docs/campaigns.md says what the tables mean.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/simrun/campaign/database.h"

namespace simrun::campaign {

// In the head of the file, for `file` and the like: "sims".
inline constexpr int kApplicationId = 0x73696d73;

// Step i leads from version i to version i + 1.
const std::vector<std::string>& schema_steps();
inline int schema_version() { return static_cast<int>(schema_steps().size()); }

// A table whose rows never change once they are written, but for what is said of `values`.
struct Table {
  std::string name;
  std::vector<std::string> keys;
  // Of two rows with the same keys the one whose values are greater is kept, the first that differs
  // deciding. So the order in which rows arrive does not matter, nor how often they do.
  std::vector<std::string> values;
};
// In an order in which they can be filled.
const std::vector<Table>& tables();

// The statement that adds a row or keeps the greater one; its parameters are the keys, then the
// values.
std::string insert_statement(const Table& table);
// All rows in the order of their keys; columns as above.
std::string select_statement(const Table& table);

// Brings an opened database to this version. Refuses what is no store, what is newer than this
// program, and what is damaged, each with a line that says so; such a file is not changed.
absl::Status prepare_schema(Database& database);
// As if this program knew only the first steps. For tests of what comes after them.
absl::Status create_schema(Database& database, int version);

}  // namespace simrun::campaign
