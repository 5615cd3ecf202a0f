#include "tools/simrun/campaign/schema.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace simrun::campaign {

namespace {

constexpr char kFirstStep[] = R"sql(
CREATE TABLE runs(
  run TEXT NOT NULL PRIMARY KEY,
  ended INTEGER NOT NULL,
  started INTEGER NOT NULL,
  commit_hash TEXT NOT NULL,
  arguments TEXT NOT NULL,
  seed TEXT NOT NULL,
  shard INTEGER NOT NULL,
  shards INTEGER NOT NULL,
  version TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE slices(
  run TEXT NOT NULL,
  number INTEGER NOT NULL,
  scenario TEXT NOT NULL,
  parameters TEXT NOT NULL,
  seed TEXT NOT NULL,
  strategy TEXT NOT NULL,
  executions INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  distinct_traces INTEGER NOT NULL,
  new_traces INTEGER NOT NULL,
  seconds REAL NOT NULL,
  exhausted INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY(run, number)
) WITHOUT ROWID;
CREATE TABLE findings(
  signature TEXT NOT NULL PRIMARY KEY,
  scenario TEXT NOT NULL,
  parameters TEXT NOT NULL,
  kind TEXT NOT NULL,
  file TEXT NOT NULL,
  function TEXT NOT NULL,
  pattern TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE schedules(
  signature TEXT NOT NULL,
  token TEXT NOT NULL,
  ready_order TEXT NOT NULL,
  timers TEXT NOT NULL,
  cancellations INTEGER NOT NULL,
  at INTEGER NOT NULL,
  deviations INTEGER NOT NULL,
  message TEXT NOT NULL,
  place TEXT NOT NULL,
  also_under_fifo INTEGER NOT NULL,
  commit_hash TEXT NOT NULL,
  explanation TEXT NOT NULL,
  PRIMARY KEY(signature, token, ready_order, timers, cancellations)
) WITHOUT ROWID;
CREATE TABLE sightings(
  run TEXT NOT NULL,
  number INTEGER NOT NULL,
  signature TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  commit_hash TEXT NOT NULL,
  PRIMARY KEY(run, number, signature)
) WITHOUT ROWID;
)sql";

// A run that was killed is known by its process, and continued. Findings as people want them.
constexpr char kSecondStep[] = R"sql(
ALTER TABLE runs ADD COLUMN process TEXT NOT NULL DEFAULT '';
CREATE INDEX sightings_of_a_finding ON sightings(signature, at);
CREATE INDEX slices_of_a_scenario ON slices(scenario, parameters);
CREATE VIEW overview AS
  SELECT
    signature, scenario, parameters, kind,
    (SELECT state FROM sightings AS s WHERE s.signature = f.signature
      ORDER BY at DESC, run DESC, number DESC LIMIT 1) AS state,
    (SELECT count(*) FROM sightings AS s WHERE s.signature = f.signature
      AND state NOT IN ('fixed', 'stale')) AS times,
    (SELECT datetime(min(at) / 1000, 'unixepoch') FROM sightings AS s
      WHERE s.signature = f.signature) AS first_seen,
    (SELECT datetime(max(at) / 1000, 'unixepoch') FROM sightings AS s
      WHERE s.signature = f.signature AND state NOT IN ('fixed', 'stale')) AS last_seen,
    (SELECT commit_hash FROM sightings AS s WHERE s.signature = f.signature
      ORDER BY at, run, number LIMIT 1) AS first_commit,
    (SELECT token FROM schedules AS t WHERE t.signature = f.signature
      ORDER BY deviations, length(token), token LIMIT 1) AS token,
    (SELECT message FROM schedules AS t WHERE t.signature = f.signature
      ORDER BY deviations, length(token), token LIMIT 1) AS message
  FROM findings AS f;
CREATE VIEW curve AS
  SELECT run, scenario, parameters, number, at,
    sum(executions) OVER w AS executions,
    sum(new_traces) OVER w AS traces,
    sum(seconds) OVER w AS seconds
  FROM slices
  WINDOW w AS (PARTITION BY run, scenario, parameters ORDER BY number);
)sql";

// A schedule may fail only with the guard that it was found with.
constexpr char kThirdStep[] =
    "ALTER TABLE schedules ADD COLUMN outside TEXT NOT NULL DEFAULT ''";

absl::Status damaged(const Database& database, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the store '", database.path(), "': it is damaged: ", what));
}

absl::Status go_steps(Database& database, int from, int to) {
  for (int i = from; i < to; ++i) {
    if (absl::Status status = database.execute(schema_steps()[static_cast<std::size_t>(i)]);
        !status.ok()) {
      return status;
    }
  }
  return database.execute(
      absl::StrCat("PRAGMA application_id = ", kApplicationId, "; PRAGMA user_version = ", to));
}

// What is in a database, by name, as the statements that make it.
absl::StatusOr<std::map<std::string, std::string>> objects_of(Database& database) {
  auto statement = database.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
  if (!statement.ok()) return statement.status();
  std::map<std::string, std::string> objects;
  while (true) {
    const absl::StatusOr<bool> row = statement->step();
    if (!row.ok()) return row.status();
    if (!*row) return objects;
    objects[statement->text(0)] = statement->text(1);
  }
}

// Whether the version and what is there belong together. What somebody has added does no harm.
absl::Status check_objects(Database& database, int version) {
  auto model = Database::open("", Database::Access::in_memory);
  if (!model.ok()) return model.status();
  if (absl::Status status = go_steps(**model, 0, version); !status.ok()) return status;
  const auto wanted = objects_of(**model);
  if (!wanted.ok()) return wanted.status();
  const auto found = objects_of(database);
  if (!found.ok()) return found.status();
  for (const auto& [name, sql] : *wanted) {
    const auto at = found->find(name);
    if (at == found->end()) return damaged(database, absl::StrCat("it has no '", name, "'"));
    if (at->second != sql) return damaged(database, absl::StrCat("'", name, "' is another"));
  }
  return absl::OkStatus();
}

absl::Status check_pages(Database& database) {
  auto statement = database.prepare("PRAGMA integrity_check(1)");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->step();
  if (!row.ok()) return row.status();
  std::string result = statement->text(0);
  result.resize(std::min(result.find('\n'), result.size()));
  return result == "ok" ? absl::OkStatus() : damaged(database, result);
}

// The version of a store; 0 for a database in which nothing is yet.
absl::StatusOr<int> version_of(Database& database) {
  const auto id = database.number("PRAGMA application_id");
  if (!id.ok()) return id.status();
  const auto version = database.number("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const auto objects = database.number("SELECT count(*) FROM sqlite_schema");
  if (!objects.ok()) return objects.status();
  if (*id == 0 && *version == 0 && *objects == 0) return 0;
  if (*id != kApplicationId) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store '", database.path(), "': it is an SQLite database of another program"));
  }
  if (*version > schema_version()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store '", database.path(), "': it has version ", *version,
        " and this simrun knows only ", schema_version(), "; a newer simrun wrote it"));
  }
  if (*version < 1) return damaged(database, absl::StrCat("it has version ", *version));
  return static_cast<int>(*version);
}

// The version of a store that has been looked at, all of it at one moment: another process may be
// making or changing it.
absl::StatusOr<int> checked_version(Database& database) {
  if (absl::Status status = database.execute("BEGIN"); !status.ok()) return status;
  const auto look = [&]() -> absl::StatusOr<int> {
    const absl::StatusOr<int> version = version_of(database);
    if (!version.ok() || *version == 0) return version;
    if (absl::Status status = check_pages(database); !status.ok()) return status;
    if (absl::Status status = check_objects(database, *version); !status.ok()) return status;
    return version;
  };
  const absl::StatusOr<int> version = look();
  const absl::Status ended = database.execute("COMMIT");
  return version.ok() && !ended.ok() ? ended : version;
}

}  // namespace

const std::vector<std::string>& schema_steps() {
  static const std::vector<std::string> steps = {kFirstStep, kSecondStep, kThirdStep};
  return steps;
}

const std::vector<Table>& tables() {
  static const std::vector<Table> all = {
      {"runs",
       {"run"},
       {"ended", "started", "commit_hash", "arguments", "seed", "shard", "shards", "version",
        "process"}},
      {"slices",
       {"run", "number"},
       {"scenario", "parameters", "seed", "strategy", "executions", "steps", "distinct_traces",
        "new_traces", "seconds", "exhausted", "at"}},
      {"findings",
       {"signature"},
       {"scenario", "parameters", "kind", "file", "function", "pattern"}},
      {"schedules",
       {"signature", "token", "ready_order", "timers", "cancellations"},
       {"at", "deviations", "message", "place", "also_under_fifo", "commit_hash", "explanation",
        "outside"}},
      {"sightings", {"run", "number", "signature"}, {"state", "at", "commit_hash"}},
  };
  return all;
}

std::string insert_statement(const Table& table) {
  std::vector<std::string> columns = table.keys;
  columns.insert(columns.end(), table.values.begin(), table.values.end());
  const std::vector<std::string> marks(columns.size(), "?");
  const auto listed = [&](const char* prefix) {
    return absl::StrJoin(table.values, ", ", [&](std::string* out, const std::string& name) {
      absl::StrAppend(out, prefix, name);
    });
  };
  return absl::StrCat("INSERT INTO ", table.name, "(", absl::StrJoin(columns, ", "), ") VALUES (",
                      absl::StrJoin(marks, ", "), ") ON CONFLICT(", absl::StrJoin(table.keys, ", "),
                      ") DO UPDATE SET (", listed(""), ") = (", listed("excluded."), ") WHERE (",
                      listed("excluded."), ") > (", listed(absl::StrCat(table.name, ".").c_str()),
                      ")");
}

std::string select_statement(const Table& table) {
  std::vector<std::string> columns = table.keys;
  columns.insert(columns.end(), table.values.begin(), table.values.end());
  return absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM ", table.name, " ORDER BY ",
                      absl::StrJoin(table.keys, ", "));
}

absl::Status create_schema(Database& database, int version) {
  auto transaction = Transaction::begin(database);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = go_steps(database, 0, version); !status.ok()) return status;
  return transaction->commit();
}

absl::Status prepare_schema(Database& database) {
  const absl::StatusOr<int> version = checked_version(database);
  if (!version.ok()) return version.status();
  if (*version == schema_version()) return absl::OkStatus();
  auto transaction = Transaction::begin(database);
  if (!transaction.ok()) return transaction.status();
  // Another process may have gone the steps meanwhile.
  const absl::StatusOr<int> now = version_of(database);
  if (!now.ok()) return now.status();
  if (absl::Status status = go_steps(database, *now, schema_version()); !status.ok()) return status;
  return transaction->commit();
}

}  // namespace simrun::campaign
