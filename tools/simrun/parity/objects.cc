#include "tools/simrun/parity/objects.h"

namespace simrun::parity {

namespace {

void make_one(const ObjectSpec& spec, std::deque<Object>& objects) {
  const auto add = [&objects]<class T>(std::in_place_type_t<T> type, auto... arguments) {
    objects.emplace_back(type, arguments...);
  };
  switch (spec.type) {
    case ObjectType::lock:
      return add(std::in_place_type<sim::Lock>);
    case ObjectType::semaphore:
      return add(std::in_place_type<sim::Semaphore>, spec.argument);
    case ObjectType::bounded_semaphore:
      return add(std::in_place_type<sim::BoundedSemaphore>, spec.argument);
    case ObjectType::event:
      return add(std::in_place_type<sim::Event>);
    case ObjectType::condition:
      return add(std::in_place_type<sim::Condition>);
    case ObjectType::barrier:
      return add(std::in_place_type<sim::Barrier>, spec.argument);
    case ObjectType::queue:
      return add(std::in_place_type<sim::Queue<std::int64_t>>, spec.argument);
    case ObjectType::priority_queue:
      return add(std::in_place_type<sim::PriorityQueue<std::int64_t>>, spec.argument);
    case ObjectType::lifo_queue:
      return add(std::in_place_type<sim::LifoQueue<std::int64_t>>, spec.argument);
    case ObjectType::future:
      return add(std::in_place_type<sim::Future<Value>>,
                 sim::running_loop().create_future<Value>());
  }
}

}  // namespace

void Objects::make(const std::vector<ObjectSpec>& specs) {
  for (const ObjectSpec& spec : specs) make_one(spec, objects_);
}

}  // namespace simrun::parity
