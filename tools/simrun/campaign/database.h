// Database: an SQLite file as an object. Every error is a status with one line that names the file
// and says what is wrong with it; nothing throws. A damaged file is a DataLossError, one that
// others hold locked an AbortedError.
//
//   auto database = Database::open("nightly.db", Database::Access::create);
//   auto names = database->prepare("SELECT name FROM people WHERE age > ?");
//   names->bind(1, 17);
//   while (true) {
//     const absl::StatusOr<bool> row = names->step();
//     if (!row.ok()) return row.status();
//     if (!*row) break;
//     use(names->text(0));
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace simrun::campaign {

class Database;

// Lives no longer than its database.
class Statement {
 public:
  // Parameters count from 1. A value that cannot be bound is told by the next step().
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, absl::string_view value);
  Statement& bind(int parameter, const char* value) {
    return bind(parameter, absl::string_view(value));
  }

  // True: there is a row, whose columns count from 0.
  absl::StatusOr<bool> step();
  // For statements that give no row. It can be bound and run again.
  absl::Status run();
  void reset();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  // Hands the value of a column on as it is, type included.
  void copy(int column, Statement& to, int parameter) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, const Database& database)
      : statement_(statement), database_(&database) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const Database* database_;
  int bound_ = 0;  // the first error of bind()
};

// Does not move: statements point to it.
class Database {
 public:
  // A file that cannot be written is a PermissionDeniedError; frozen reads it as it stands, and
  // nobody may be writing it. in_memory takes the path for errors alone.
  enum class Access { create, existing, frozen, in_memory };
  static absl::StatusOr<std::unique_ptr<Database>> open(const std::string& path, Access access);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& path() const { return path_; }
  // One statement or several.
  absl::Status execute(const std::string& sql);
  absl::StatusOr<Statement> prepare(const std::string& sql);
  // The number that a statement gives.
  absl::StatusOr<std::int64_t> number(const std::string& sql);
  // Replaces all that is in this database by what is in the other.
  absl::Status copy_from(Database& other);

  // What the last error on this database was, as a line.
  absl::Status failure(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database(sqlite3* database, std::string path) : database_(database), path_(std::move(path)) {}

  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

// All or nothing: what is done while it lives counts from commit() on. It waits for other writers.
class Transaction {
 public:
  static absl::StatusOr<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  absl::Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // null once it is over
};

}  // namespace simrun::campaign
