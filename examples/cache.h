// A cache in front of a slow database, in two versions: what is tested in the examples of caches.
//
// NaiveCache has the bug known as the stale set (Nishtala et al., "Scaling Memcache at Facebook",
// 2013): a reader that missed writes what it has read into the cache, although a writer has changed
// the row and invalidated the entry meanwhile. The old value stays for good.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "primitives/primitives.h"

// A request takes a while on the way there and on the way back.
class Database {
 public:
  sim::Coro<std::string> read(std::string key) {
    co_await sim::yield();
    std::string value = rows_[key];
    co_await sim::yield();
    co_return value;
  }
  sim::Coro<> write(std::string key, std::string value) {
    co_await sim::yield();
    rows_[key] = value;
    co_await sim::yield();
  }

 private:
  std::map<std::string, std::string> rows_;
};

class NaiveCache {
 public:
  explicit NaiveCache(Database& database) : database_(database) {}

  sim::Coro<std::string> get(std::string key) {
    if (const auto entry = entries_.find(key); entry != entries_.end()) co_return entry->second;
    std::string value = co_await database_.read(key);
    entries_[key] = value;  // the bug: invalidate() may have come since the read
    co_return value;
  }
  void invalidate(const std::string& key) { entries_.erase(key); }

 private:
  Database& database_;
  std::map<std::string, std::string> entries_;
};

// The fix: a reader notes how often the key has been invalidated, and keeps what it read only if
// that is still so.
class LeasedCache {
 public:
  explicit LeasedCache(Database& database) : database_(database) {}

  sim::Coro<std::string> get(std::string key) {
    if (const auto entry = entries_.find(key); entry != entries_.end()) co_return entry->second;
    const std::uint64_t lease = invalidations_[key];
    std::string value = co_await database_.read(key);
    if (invalidations_[key] == lease) entries_[key] = value;
    co_return value;
  }
  void invalidate(const std::string& key) {
    ++invalidations_[key];
    entries_.erase(key);
  }

 private:
  Database& database_;
  std::map<std::string, std::string> entries_;
  std::map<std::string, std::uint64_t> invalidations_;
};

template <class Cache>
sim::Coro<> read_once(Cache& cache) {
  co_await cache.get("name");
}

template <class Cache>
sim::Coro<> rename(Database& database, Cache& cache) {
  co_await database.write("name", "new");
  cache.invalidate("name");
}

// Once a writer is done, everybody sees what it wrote.
template <class Cache>
sim::Coro<> read_while_written() {
  Database database;
  Cache cache(database);
  co_await database.write("name", "old");
  co_await sim::gather(read_once(cache), rename(database, cache));
  const std::string seen = co_await cache.get("name");
  SIM_CHECK_EQ(seen, "new");
}
