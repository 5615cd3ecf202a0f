#include "tools/simrun/campaign/store.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tools/simrun/campaign/process.h"
#include "tools/simrun/campaign/schema.h"

namespace simrun::campaign {

namespace {

constexpr std::array kStateNames = {"found", "known", "returned", "fixed", "stale"};

// Text that a damaged row may hold is no state; it is then taken for the most careful one.
State parse_state(const std::string& text) {
  const auto at = std::ranges::find(kStateNames, text);
  return at == kStateNames.end() ? State::known : static_cast<State>(at - kStateNames.begin());
}

std::int64_t now() { return absl::ToUnixMillis(absl::Now()); }

const Table& table_called(absl::string_view name) {
  return *std::ranges::find_if(tables(), [&](const Table& each) { return each.name == name; });
}

// Calls f(statement) for each row.
template <class F>
absl::Status for_each_row(Statement& statement, F f) {
  while (true) {
    const absl::StatusOr<bool> row = statement.step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    f(statement);
  }
}

// The state of a finding, by its last sighting; nothing if there is none.
absl::StatusOr<std::optional<std::pair<State, std::string>>> last_state(
    Database& database, const std::string& signature) {
  auto statement = database.prepare(
      "SELECT state, run FROM sightings WHERE signature = ? "
      "ORDER BY at DESC, run DESC, number DESC LIMIT 1");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->bind(1, signature).step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  return std::pair(parse_state(statement->text(0)), statement->text(1));
}

}  // namespace

std::string_view to_string(State state) { return kStateNames[static_cast<std::size_t>(state)]; }

absl::StatusOr<std::unique_ptr<Store>> Store::prepare(std::unique_ptr<Database> database) {
  if (absl::Status status = prepare_schema(*database); !status.ok()) return status;
  if (absl::Status status = database->execute("PRAGMA synchronous = EXTRA"); !status.ok()) {
    return status;
  }
  // A file system without shared memory keeps its rollback journal, which is as safe. So does,
  // until it is opened again, a file that another process writes now: SQLite does not wait here.
  absl::Status status = database->execute("PRAGMA journal_mode = WAL");
  if (!status.ok() && !absl::IsAborted(status)) return status;
  return std::unique_ptr<Store>(new Store(std::move(database)));
}

absl::StatusOr<std::unique_ptr<Store>> Store::open(const std::string& path) {
  auto database = Database::open(path, Database::Access::create);
  if (!database.ok()) return database.status();
  return prepare(*std::move(database));
}

absl::StatusOr<std::unique_ptr<Store>> Store::copy(const std::string& path) {
  auto file = Database::open(path, Database::Access::existing);
  if (absl::IsPermissionDenied(file.status())) {
    file = Database::open(path, Database::Access::frozen);
  }
  if (!file.ok()) return file.status();
  auto database = Database::open(path, Database::Access::in_memory);
  if (!database.ok()) return database.status();
  if (absl::Status status = (*database)->copy_from(**file); !status.ok()) return status;
  return prepare(*std::move(database));
}

absl::StatusOr<std::unique_ptr<Store>> Store::in_memory() {
  auto database = Database::open("", Database::Access::in_memory);
  if (!database.ok()) return database.status();
  return prepare(*std::move(database));
}

// The run of the same command that was killed; empty if there is none.
absl::StatusOr<std::string> Store::unfinished(const CampaignRun& run) {
  auto statement = database_->prepare(
      "SELECT run, process FROM runs WHERE ended = 0 AND arguments = ? AND commit_hash = ? AND "
      "seed = ? AND shard = ? AND shards = ? ORDER BY started DESC, run");
  if (!statement.ok()) return statement.status();
  statement->bind(1, run.arguments)
      .bind(2, run.commit)
      .bind(3, absl::StrCat(run.seed))
      .bind(4, std::int64_t{run.share.index})
      .bind(5, std::int64_t{run.share.of});
  std::string found;
  absl::Status status = for_each_row(*statement, [&](const Statement& row) {
    if (found.empty() && has_ended(row.text(1))) found = row.text(0);
  });
  if (!status.ok()) return status;
  return found;
}

absl::StatusOr<CampaignRun> Store::begin(CampaignRun run) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction.ok()) return transaction.status();
  auto before = unfinished(run);
  if (!before.ok()) return before.status();
  run.id = *std::move(before);
  if (!run.id.empty()) {
    auto statement = database_->prepare("UPDATE runs SET process = ? WHERE run = ?");
    if (!statement.ok()) return statement.status();
    absl::Status status = statement->bind(1, run.process).bind(2, run.id).run();
    if (!status.ok()) return status;
  } else {
    auto id = database_->prepare("SELECT lower(hex(randomblob(16)))");
    if (!id.ok()) return id.status();
    if (const auto row = id->step(); !row.ok()) return row.status();
    run.id = id->text(0);
    auto statement = database_->prepare(insert_statement(table_called("runs")));
    if (!statement.ok()) return statement.status();
    statement->bind(1, run.id)
        .bind(2, std::int64_t{0})
        .bind(3, now())
        .bind(4, run.commit)
        .bind(5, run.arguments)
        .bind(6, absl::StrCat(run.seed))
        .bind(7, std::int64_t{run.share.index})
        .bind(8, std::int64_t{run.share.of})
        .bind(9, SIMLOOP_VERSION)
        .bind(10, run.process);
    if (absl::Status status = statement->run(); !status.ok()) return status;
  }
  if (absl::Status status = transaction->commit(); !status.ok()) return status;
  return run;
}

absl::Status Store::end(const CampaignRun& run) {
  auto statement = database_->prepare("UPDATE runs SET ended = ? WHERE run = ?");
  if (!statement.ok()) return statement.status();
  return statement->bind(1, now()).bind(2, run.id).run();
}

absl::StatusOr<std::vector<Slice>> Store::slices_of(const CampaignRun& run) {
  auto statement = database_->prepare(
      "SELECT scenario, parameters, seed, strategy, executions, steps, distinct_traces, "
      "new_traces, seconds, exhausted FROM slices WHERE run = ? ORDER BY number");
  if (!statement.ok()) return statement.status();
  statement->bind(1, run.id);
  std::vector<Slice> slices;
  absl::Status status = for_each_row(*statement, [&](const Statement& row) {
    Slice slice{row.text(0), row.text(1), 0, row.text(3)};
    if (!absl::SimpleAtoi(row.text(2), &slice.seed)) slice.seed = 0;
    slice.executions = static_cast<std::uint64_t>(row.integer(4));
    slice.steps = static_cast<std::uint64_t>(row.integer(5));
    slice.distinct_traces = static_cast<std::uint64_t>(row.integer(6));
    slice.new_traces = static_cast<std::uint64_t>(row.integer(7));
    slice.seconds = row.real(8);
    slice.exhausted = row.integer(9) != 0;
    slices.push_back(std::move(slice));
  });
  if (!status.ok()) return status;
  return slices;
}

absl::StatusOr<std::uint64_t> Store::seeds_used(const Slice& slice, std::uint64_t seed) {
  auto statement = database_->prepare(
      "SELECT slices.seed FROM slices JOIN runs USING (run) "
      "WHERE scenario = ? AND parameters = ? AND runs.seed = ?");
  if (!statement.ok()) return statement.status();
  statement->bind(1, slice.scenario).bind(2, slice.parameters).bind(3, absl::StrCat(seed));
  std::uint64_t used = 0;
  absl::Status status = for_each_row(*statement, [&](const Statement& row) {
    std::uint64_t one = 0;
    if (absl::SimpleAtoi(row.text(0), &one)) used = std::max(used, one - seed + 1);
  });
  if (!status.ok()) return status;
  return used;
}

absl::StatusOr<std::vector<Stored>> Store::findings() {
  auto statement = database_->prepare(
      "SELECT f.signature, f.scenario, f.parameters, f.kind, file, function, pattern, state "
      "FROM findings AS f JOIN overview USING (signature) ORDER BY f.scenario, f.signature");
  if (!statement.ok()) return statement.status();
  std::vector<Stored> all;
  absl::Status status = for_each_row(*statement, [&](const Statement& row) {
    all.push_back({row.text(0),
                   {row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6)},
                   parse_state(row.text(7)),
                   {}});
  });
  if (!status.ok()) return status;
  auto schedules = database_->prepare(
      "SELECT token, ready_order, timers, cancellations, outside, deviations, message, place, "
      "also_under_fifo, explanation FROM schedules WHERE signature = ? "
      "ORDER BY at DESC, token, ready_order, timers, cancellations LIMIT 8");
  if (!schedules.ok()) return schedules.status();
  for (Stored& stored : all) {
    schedules->bind(1, stored.id);
    status = for_each_row(*schedules, [&](const Statement& row) {
      stored.schedules.push_back({row.text(0), row.text(1), row.text(2),
                                  static_cast<std::uint32_t>(row.integer(3)), row.text(4),
                                  static_cast<std::uint64_t>(row.integer(5)), row.text(6),
                                  row.text(7), row.integer(8) != 0, row.text(9)});
    });
    if (!status.ok()) return status;
    schedules->reset();
  }
  return all;
}

absl::StatusOr<std::int64_t> Store::next_number(const CampaignRun& run) {
  auto statement = database_->prepare(
      "SELECT 1 + max((SELECT ifnull(max(number), 0) FROM slices WHERE run = ?1), "
      "(SELECT ifnull(max(number), 0) FROM sightings WHERE run = ?1))");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->bind(1, run.id).step();
  if (!row.ok()) return row.status();
  return statement->integer(0);
}

absl::Status Store::add_slice(const CampaignRun& run, std::int64_t number, const Slice& slice,
                              std::int64_t at) {
  auto statement = database_->prepare(insert_statement(table_called("slices")));
  if (!statement.ok()) return statement.status();
  statement->bind(1, run.id)
      .bind(2, number)
      .bind(3, slice.scenario)
      .bind(4, slice.parameters)
      .bind(5, absl::StrCat(slice.seed))
      .bind(6, slice.strategy)
      .bind(7, static_cast<std::int64_t>(slice.executions))
      .bind(8, static_cast<std::int64_t>(slice.steps))
      .bind(9, static_cast<std::int64_t>(slice.distinct_traces))
      .bind(10, static_cast<std::int64_t>(slice.new_traces))
      .bind(11, slice.seconds)
      .bind(12, std::int64_t{slice.exhausted})
      .bind(13, at);
  return statement->run();
}

absl::Status Store::add_sighting(const CampaignRun& run, std::int64_t number,
                                 const std::string& signature, State state, std::int64_t at) {
  // The last sighting is the one that counts, also where a clock is behind.
  auto last = database_->prepare("SELECT ifnull(max(at), 0) FROM sightings WHERE signature = ?");
  if (!last.ok()) return last.status();
  const absl::StatusOr<bool> row = last->bind(1, signature).step();
  if (!row.ok()) return row.status();
  const std::int64_t before = last->integer(0);
  auto statement = database_->prepare(insert_statement(table_called("sightings")));
  if (!statement.ok()) return statement.status();
  statement->bind(1, run.id)
      .bind(2, number)
      .bind(3, signature)
      .bind(4, kStateNames[static_cast<std::size_t>(state)])
      .bind(5, std::max(at, before == INT64_MAX ? before : before + 1))
      .bind(6, run.commit);
  return statement->run();
}

// A finding keeps a schedule only if it has fewer deviations than those it has, or those are stale.
absl::StatusOr<bool> Store::is_wanted(const std::string& signature, const Schedule& schedule,
                                      bool stale) {
  if (stale) return true;
  auto statement =
      database_->prepare("SELECT count(*) FROM schedules WHERE signature = ? AND deviations <= ?");
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row =
      statement->bind(1, signature).bind(2, static_cast<std::int64_t>(schedule.deviations)).step();
  if (!row.ok()) return row.status();
  return statement->integer(0) == 0;
}

absl::Status Store::add_schedule(const std::string& signature, const CampaignRun& run,
                                 const Schedule& schedule, std::int64_t at) {
  auto statement = database_->prepare(insert_statement(table_called("schedules")));
  if (!statement.ok()) return statement.status();
  statement->bind(1, signature)
      .bind(2, schedule.token)
      .bind(3, schedule.order)
      .bind(4, schedule.timers)
      .bind(5, std::int64_t{schedule.cancellations})
      .bind(6, at)
      .bind(7, static_cast<std::int64_t>(schedule.deviations))
      .bind(8, schedule.message)
      .bind(9, schedule.place)
      .bind(10, std::int64_t{schedule.also_under_fifo})
      .bind(11, run.commit)
      .bind(12, schedule.explanation)
      .bind(13, schedule.outside);
  return statement->run();
}

absl::StatusOr<State> Store::add_seen(const CampaignRun& run, std::int64_t number, const Seen& seen,
                                      std::int64_t at) {
  const Signature& signature = seen.signature;
  const std::string id = signature.id();
  const auto before = last_state(*database_, id);
  if (!before.ok()) return before.status();
  auto statement = database_->prepare(insert_statement(table_called("findings")));
  if (!statement.ok()) return statement.status();
  statement->bind(1, id)
      .bind(2, signature.scenario)
      .bind(3, signature.parameters)
      .bind(4, signature.kind)
      .bind(5, signature.file)
      .bind(6, signature.function)
      .bind(7, signature.pattern);
  if (absl::Status status = statement->run(); !status.ok()) return status;
  // What this very run took for fixed was not: another schedule shows it.
  const State state = !*before ? State::found
                      : (*before)->first == State::fixed && (*before)->second != run.id
                          ? State::returned
                          : State::known;
  const bool stale = *before && (*before)->first == State::stale;
  const auto wanted = is_wanted(id, seen.schedule, stale);
  if (!wanted.ok()) return wanted.status();
  if (*wanted) {
    absl::Status status = add_schedule(id, run, seen.schedule, at);
    if (!status.ok()) return status;
  }
  if (absl::Status status = add_sighting(run, number, id, state, at); !status.ok()) return status;
  return state;
}

absl::StatusOr<std::vector<State>> Store::add(const CampaignRun& run, const Entry& entry) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction.ok()) return transaction.status();
  const auto number = next_number(run);
  if (!number.ok()) return number.status();
  const std::int64_t at = now();
  if (entry.slice != nullptr) {
    absl::Status status = add_slice(run, *number, *entry.slice, at);
    if (!status.ok()) return status;
  }
  std::vector<State> states;
  for (const Seen& seen : entry.seen) {
    const auto state = add_seen(run, *number, seen, at);
    if (!state.ok()) return state.status();
    states.push_back(*state);
  }
  for (const auto& [signatures, state] :
       {std::pair(&entry.fixed, State::fixed), std::pair(&entry.stale, State::stale)}) {
    for (const std::string& signature : *signatures) {
      absl::Status status = add_sighting(run, *number, signature, state, at);
      if (!status.ok()) return status;
    }
  }
  if (absl::Status status = transaction->commit(); !status.ok()) return status;
  return states;
}

absl::StatusOr<std::map<std::string, State>> Store::news_of(const CampaignRun& run) {
  auto statement = database_->prepare(
      "SELECT signature, state FROM sightings WHERE state IN ('found', 'returned') AND "
      "(run = ?1 OR (?2 <> '' AND commit_hash = ?2)) ORDER BY at, run, number");
  if (!statement.ok()) return statement.status();
  statement->bind(1, run.id).bind(2, run.commit);
  std::map<std::string, State> news;
  absl::Status status = for_each_row(
      *statement, [&](const Statement& row) { news[row.text(0)] = parse_state(row.text(1)); });
  if (!status.ok()) return status;
  return news;
}

absl::StatusOr<std::set<std::string>> Store::fixed_by(const CampaignRun& run) {
  auto statement =
      database_->prepare("SELECT signature FROM sightings WHERE state = 'fixed' AND run = ?");
  if (!statement.ok()) return statement.status();
  statement->bind(1, run.id);
  std::set<std::string> fixed;
  absl::Status status =
      for_each_row(*statement, [&](const Statement& row) { fixed.insert(row.text(0)); });
  if (!status.ok()) return status;
  return fixed;
}

absl::StatusOr<std::int64_t> Store::unite(Store& other) {
  const auto rows = [this]() -> absl::StatusOr<std::int64_t> {
    std::int64_t sum = 0;
    for (const Table& table : tables()) {
      const auto count = database_->number(absl::StrCat("SELECT count(*) FROM ", table.name));
      if (!count.ok()) return count.status();
      sum += *count;
    }
    return sum;
  };
  auto transaction = Transaction::begin(*database_);
  if (!transaction.ok()) return transaction.status();
  const auto before = rows();
  if (!before.ok()) return before.status();
  for (const Table& table : tables()) {
    auto from = other.database_->prepare(select_statement(table));
    if (!from.ok()) return from.status();
    auto to = database_->prepare(insert_statement(table));
    if (!to.ok()) return to.status();
    const int columns = static_cast<int>(table.keys.size() + table.values.size());
    while (true) {
      const absl::StatusOr<bool> row = from->step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      for (int i = 0; i < columns; ++i) from->copy(i, *to, i + 1);
      if (absl::Status status = to->run(); !status.ok()) return status;
    }
  }
  const auto after = rows();
  if (!after.ok()) return after.status();
  if (absl::Status status = transaction->commit(); !status.ok()) return status;
  return *after - *before;
}

absl::StatusOr<std::vector<std::string>> Store::dump() {
  std::vector<std::string> lines;
  for (const Table& table : tables()) {
    auto from = database_->prepare(select_statement(table));
    if (!from.ok()) return from.status();
    const std::size_t columns = table.keys.size() + table.values.size();
    absl::Status status = for_each_row(*from, [&](const Statement& row) {
      std::vector<std::string> values;
      for (std::size_t i = 0; i < columns; ++i) values.push_back(row.text(static_cast<int>(i)));
      lines.push_back(absl::StrCat(table.name, "|", absl::StrJoin(values, "|")));
    });
    if (!status.ok()) return status;
  }
  return lines;
}

}  // namespace simrun::campaign
