#include "tools/simrun/campaign/database.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace simrun::campaign {

namespace {

// How long a writer waits for another.
constexpr int kBusyMilliseconds = 60'000;

std::string reason(sqlite3* database, int code) {
  const int system = database == nullptr ? 0 : sqlite3_system_errno(database);
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "it is no SQLite database";
    case SQLITE_CORRUPT:
      return "it is damaged";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process holds it locked";
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return "it is read-only";
    case SQLITE_CANTOPEN:
      return system != 0 ? std::strerror(system) : "it cannot be opened";
    case SQLITE_IOERR:
      return system != 0 ? std::strerror(system) : "reading or writing it failed";
    default:
      return database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  }
}

absl::Status store_error(const std::string& path, sqlite3* database, int code) {
  const std::string line = absl::StrCat("the store '", path, "': ", reason(database, code));
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return absl::DataLossError(line);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::AbortedError(line);
    default:
      return absl::UnavailableError(line);
  }
}

// SQLite does not tell well why it cannot make or change a file.
absl::Status check_path(const std::string& path, Database::Access access) {
  const auto refused = [&](absl::string_view why) {
    return absl::UnavailableError(absl::StrCat("the store '", path, "': ", why));
  };
  if (path.empty()) return refused("it has no name");
  struct stat found;
  const bool exists = stat(path.c_str(), &found) == 0;
  if (!exists && access != Database::Access::create) return refused(std::strerror(errno));
  if (exists && S_ISDIR(found.st_mode)) return refused("it is a folder");
  if (exists && !S_ISREG(found.st_mode)) return refused("it is no file");
  if (access == Database::Access::frozen) return absl::OkStatus();
  // Beside the file its log is written.
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (::access(folder.c_str(), W_OK | X_OK) == 0 &&
      (!exists || ::access(path.c_str(), W_OK) == 0)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(refused(std::strerror(errno)).message());
}

// A name for sqlite3_open_v2(). One that begins with "file:" or ":" is a name all the same.
std::string name_for_sqlite(const std::string& path, Database::Access access) {
  if (access == Database::Access::in_memory) return ":memory:";
  const std::string name = path[0] == '/' ? path : absl::StrCat("./", path);
  if (access != Database::Access::frozen) return name;
  std::string uri = "file:";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '/' || c == '.' || c == '_' || c == '-') {
      uri += c;
    } else {
      absl::StrAppend(&uri, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  // Immutable, it would be read without the log that a campaign that was killed has left.
  const bool has_log = ::access((path + "-wal").c_str(), F_OK) == 0;
  return has_log ? uri : uri + "?immutable=1";
}

int flags_for_sqlite(Database::Access access) {
  switch (access) {
    case Database::Access::frozen:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
    case Database::Access::existing:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE;
    default:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Statement& Statement::bind(int parameter, std::int64_t value) {
  if (bound_ == 0) bound_ = sqlite3_bind_int64(statement_.get(), parameter, value);
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  if (bound_ == 0) bound_ = sqlite3_bind_double(statement_.get(), parameter, value);
  return *this;
}

Statement& Statement::bind(int parameter, absl::string_view value) {
  if (bound_ == 0) {
    // A null pointer would be a NULL.
    bound_ = sqlite3_bind_text64(statement_.get(), parameter,
                                 value.data() == nullptr ? "" : value.data(), value.size(),
                                 SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return *this;
}

absl::StatusOr<bool> Statement::step() {
  const int code = bound_ != 0 ? bound_ : sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  absl::Status status = database_->failure(code);
  reset();
  return status;
}

absl::Status Statement::run() {
  const absl::StatusOr<bool> row = step();
  reset();
  return row.status();
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::copy(int column, Statement& to, int parameter) const {
  if (to.bound_ != 0) return;
  to.bound_ = sqlite3_bind_value(to.statement_.get(), parameter,
                                 sqlite3_column_value(statement_.get(), column));
}

absl::StatusOr<std::unique_ptr<Database>> Database::open(const std::string& path, Access access) {
  if (access != Access::in_memory) {
    if (absl::Status status = check_path(path, access); !status.ok()) return status;
  }
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name_for_sqlite(path, access).c_str(), &raw,
                                   flags_for_sqlite(access), nullptr);
  std::unique_ptr<Database> database(new Database(raw, path));
  if (code != SQLITE_OK) return store_error(path, raw, code);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  // What a damaged or foreign file says of itself is not believed.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (absl::Status status =
          database->execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
      !status.ok()) {
    return status;
  }
  return database;
}

absl::Status Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : failure(code);
}

absl::StatusOr<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.c_str(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return Statement(statement, *this);
}

absl::StatusOr<std::int64_t> Database::number(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->step();
  if (!row.ok()) return row.status();
  return *row ? statement->integer(0) : 0;
}

absl::Status Database::copy_from(Database& other) {
  sqlite3_backup* backup =
      sqlite3_backup_init(database_.get(), "main", other.database_.get(), "main");
  if (backup == nullptr) return failure(sqlite3_errcode(database_.get()));
  const int copied = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (copied == SQLITE_DONE) return absl::OkStatus();
  return store_error(other.path_, nullptr, copied);
}

absl::Status Database::failure(int code) const { return store_error(path_, database_.get(), code); }

absl::StatusOr<Transaction> Transaction::begin(Database& database) {
  if (absl::Status status = database.execute("BEGIN IMMEDIATE"); !status.ok()) return status;
  return Transaction(database);
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself; then this one says so and nothing is lost.
  if (database_ != nullptr) database_->execute("ROLLBACK").IgnoreError();
}

absl::Status Transaction::commit() {
  if (absl::Status status = database_->execute("COMMIT"); !status.ok()) return status;
  database_ = nullptr;
  return absl::OkStatus();
}

}  // namespace simrun::campaign
