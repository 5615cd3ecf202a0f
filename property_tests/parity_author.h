// Author: writes one random parity program.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

namespace property {

class Author {
 public:
  Author(const rc::Random& random, int max_operations);
  nlohmann::json write();

 private:
  using Json = nlohmann::json;
  using Maker = void (Author::*)(Json& block);
  struct Choice {
    int weight;
    Maker make;
  };
  struct Object {
    std::string name;
    std::string type;
  };

  // Where the operation being written stands.
  enum class Place { main, task, callback };

  int below(int n) { return static_cast<int>(random_.next() % static_cast<std::uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
  }
  template <std::size_t N>
  std::string one_of(const char* const (&all)[N]) {
    return all[below(static_cast<int>(N))];
  }

  void make_objects();
  std::string type_of_theme();
  void choose_and_make(Json& block, const std::vector<Choice>& choices);

  // A block of up to so many operations, as far as the budget goes.
  Json block(int most);
  Json block_in(Place place, int most);
  Json blocks(int most);
  void one(Json& block);
  void add(Json& block, Json operation);
  void add_guarded(Json& block, Json operation);

  // Operations and small patterns of them.
  void begin_tasks(Json& block);
  void spawn(Json& block);
  void sleep(Json& block);
  void on_task(Json& block);
  void await(Json& block);
  void on_object(Json& block);
  void wake_and_cancel(Json& block);
  void cancel_twice(Json& block);
  void timeout(Json& block);
  void nested_timeouts(Json& block);
  void wait_for(Json& block);
  void group(Json& block);
  void gather(Json& block);
  void gather_tasks(Json& block);
  void wait_tasks(Json& block);
  void as_completed(Json& block);
  void call(Json& block);
  void callback(Json& block);
  void tries(Json& block);
  void shielded(Json& block);
  void loop(Json& block);
  void leave(Json& block);
  void counts(Json& block);

  void on_lock(Json& block, const std::string& name);
  void on_condition(Json& block, const std::string& name);
  void on_event(Json& block, const std::string& name);
  void on_queue(Json& block, const std::string& name);
  void on_future(Json& block, const std::string& name);
  // What wakes somebody who waits for the object; it never suspends.
  Json waker(const Object& object);
  Json sync_operation();

  std::string task();
  int time();
  Json limit();
  Json value();
  std::string error();
  Json children();

  rc::Random random_;
  int left_;       // how many operations may still be written
  int begun_ = 1;  // tasks that main begins with
  int theme_ = 0;
  int depth_ = 0;
  Place place_ = Place::main;
  std::vector<Object> objects_;
};

}  // namespace property
