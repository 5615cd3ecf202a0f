// Guard<L>: holds a Lock, a Semaphore's permit or a Condition's lock until the end of its scope.
//
//   {
//     auto permit = co_await semaphore.guard();
//     ...
//   }   // released here
#pragma once

#include <exception>
#include <utility>

#include "primitives/operation.h"
#include "sim/await.h"
#include "sim/future_state.h"

namespace sim {

namespace internal {

// Where the guards of one primitive stand, so that none of them touches one that has been
// destroyed.
class GuardList {
 public:
  class Node {
   protected:
    Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { leave(); }
    void enter(GuardList& list) {
      list_ = &list;
      previous_ = nullptr;
      next_ = std::exchange(list.first_, this);
      if (next_ != nullptr) next_->previous_ = this;
    }
    void leave() {
      if (list_ == nullptr) return;
      (previous_ != nullptr ? previous_->next_ : list_->first_) = next_;
      if (next_ != nullptr) next_->previous_ = previous_;
      list_ = nullptr;
    }
    // Null once it has left, and once the primitive is gone.
    GuardList* list() const { return list_; }

   private:
    friend GuardList;
    GuardList* list_ = nullptr;
    Node* previous_ = nullptr;
    Node* next_ = nullptr;
  };

  GuardList() = default;
  GuardList(const GuardList&) = delete;
  GuardList& operator=(const GuardList&) = delete;
  ~GuardList() {
    while (first_ != nullptr) first_->leave();
  }
  bool empty() const { return first_ == nullptr; }

 private:
  Node* first_ = nullptr;
};

}  // namespace internal

template <class L>
class [[nodiscard("the guard releases as soon as it goes")]] Guard : internal::GuardList::Node {
 public:
  explicit Guard(L& held) : held_(&held) { enter(held.guards_); }
  Guard(Guard&& other) noexcept : held_(other.held_) { take_over(other); }
  Guard& operator=(Guard&& other) {
    if (this == &other) return *this;
    release();
    held_ = other.held_;
    take_over(other);
    return *this;
  }
  ~Guard() noexcept(false) {
    if (list() == nullptr || torn_down()) return;
    try {
      release();
    } catch (...) {
      if (std::uncaught_exceptions() == 0) throw;
      // A second exception would end the program.
      internal::report_finding({FindingKind::lock_not_held,
                                internal::describe_exception(std::current_exception()),
                                {},
                                {}});
    }
  }
  // Releases now instead of at the end of the scope. No effect if what it holds has been destroyed.
  void release() {
    if (list() == nullptr) return;
    leave();
    held_->release_guarded();
  }

 private:
  // While a loop is torn down, nobody is left to release for.
  static bool torn_down() {
    return internal::current_scheduler != nullptr && internal::current_scheduler->closing();
  }
  void take_over(Guard& other) {
    if (other.list() == nullptr) return;
    enter(*other.list());
    other.leave();
  }
  L* held_;
};

namespace internal {

// Awaits an acquire, by the awaiter A, and gives a guard.
template <class A, class L>
class Guarding : public A {
 public:
  using A::A;
  Guard<L> resume() {
    A::resume();
    return Guard<L>(A::held());
  }
};
template <class A, class L>
using Guarded = Operation<Guarding<A, L>, L*>;

}  // namespace internal
}  // namespace sim
