// An inline resume re-enters the signaller: it comes upon a state that is half changed. And a
// callback under one's own lock: it waits for who waits for it.
#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <vector>

#include "property_tests/faulty/families.h"
#include "property_tests/faulty/parts.h"

namespace faulty {

namespace {

// A permit that runs who gets it within release(). Fault: the permit is counted off afterwards. Who
// gives his back at once re-enters, and it is given twice. One task, the victim, does.
class InlinePermit final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      if (number == program().victim) {
        request({.run = [this] { enter_and_leave(); }});
        continue;
      }
      const bugs::Waiter granted = sim::running_loop().create_future<void>();
      request({.run = [this, granted] { enter(granted); }, .granted = granted});
      const sim::Outcome<void> waited = co_await sim::settle(granted);
      if (granted.cancelled()) waited.value();
      const sim::Outcome<void> worked = co_await sim::settle(gap(number));
      inside_.leave();
      release();
      waited.value();
      worked.value();
    }
  }
  void at_end() override { SIM_CHECK_EQ(free_, 1); }

 private:
  struct Request {
    std::function<void()> run;
    bugs::Waiter granted = {};  // of one that somebody waits for

    bool is_gone() const { return granted && granted.cancelled(); }
  };

  void enter_and_leave() {
    inside_.enter();
    inside_.leave();
    release();
  }
  void enter(const bugs::Waiter& granted) {
    inside_.enter();
    granted.set_result();
  }
  void request(Request request) {
    requests_.push_back(std::move(request));
    grant();
  }
  void release() {
    ++free_;
    grant();
  }
  void grant() {
    while (free_ > 0 && !requests_.empty()) {
      const Request next = requests_.front();
      requests_.pop_front();
      if (next.is_gone()) continue;
      if (!has_fault()) --free_;
      next.run();
      if (has_fault()) --free_;
    }
  }

  int free_ = 1;
  Inside inside_{1};
  std::list<Request> requests_;
};

// Observers that are told within publish(), one of whom answers with a message of his own. Fault:
// the answer is told while the first message still is. Those behind him are told the answer first.
class InlineObservers final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    co_await pause(number);
    observers_.push_back({.answers = number == program().victim});
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      publish({.version = ++version_});
    }
  }

 private:
  struct Message {
    int version;
    bool is_answer = false;
  };
  struct Observer {
    bool answers;
    int told = 0;
  };

  void publish(Message message) {
    if (has_fault()) return tell_all(message);
    untold_.push_back(message);
    if (is_telling_) return;
    is_telling_ = true;
    for (; !untold_.empty(); untold_.pop_front()) tell_all(untold_.front());
    is_telling_ = false;
  }
  void tell_all(Message message) {
    for (Observer& each : observers_) {
      SIM_CHECK_LT(each.told, message.version);
      each.told = message.version;
      if (each.answers && !message.is_answer) publish({++version_, true});
    }
  }

  std::list<Observer> observers_;
  std::list<Message> untold_;
  bool is_telling_ = false;
  int version_ = 0;
};

// A cache with a lock, whose owner is called back where it has grown too large, and looks into it.
// Fault: that is under the lock.
class CacheCallsBack final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      co_await put(number);
      const sim::Outcome<void> worked = co_await sim::settle(gap(number));
      worked.value();
      co_await remove(number);
    }
  }

 private:
  sim::Coro<> put(int number) {
    co_await lock_.acquire();
    entries_.insert(number);
    const bool is_full = static_cast<int>(entries_.size()) > program().capacity;
    sim::Outcome<void> told;
    if (is_full && has_fault()) told = co_await sim::settle(on_full());
    lock_.release();
    told.value();
    if (is_full && !has_fault()) co_await on_full();
  }
  sim::Coro<> remove(int number) {
    co_await lock_.acquire();
    entries_.erase(number);
    lock_.release();
  }
  sim::Coro<> on_full() {
    co_await lock_.acquire();
    most_ = std::max(most_, entries_.size());
    lock_.release();
  }

  PlainLock lock_;
  std::set<int> entries_;
  std::size_t most_ = 0;
};

// Two accounts, each with a lock, each of which tells the other of changes. Fault: under its lock.
// Even tasks change one, odd ones the other.
class AccountsTellEachOther final : public Play {
 public:
  using Play::Play;

  sim::Coro<> task(int number) override {
    PlainLock& own = number % 2 == 0 ? left_ : right_;
    PlainLock& other = number % 2 == 0 ? right_ : left_;
    for (int i = 0; i < rounds(); ++i) {
      co_await pause(number);
      co_await own.acquire();
      const sim::Outcome<void> worked = co_await sim::settle(gap(number));
      sim::Outcome<void> told;
      if (has_fault()) told = co_await sim::settle(tell(other));
      own.release();
      worked.value();
      told.value();
      if (!has_fault()) co_await tell(other);
    }
  }

 private:
  static sim::Coro<> tell(PlainLock& other) {
    co_await other.acquire();
    other.release();
  }

  PlainLock left_;
  PlainLock right_;
};

}  // namespace

std::vector<Algorithm> reentries() {
  return {
      {"permit within release", Mistake::inline_resume_reenters, Needs::nothing, 4, 1,
       make_play<InlinePermit>},
      {"observers within publish", Mistake::inline_resume_reenters, Needs::nothing, 2, 1,
       make_play<InlineObservers>},
      {"cache calls back", Mistake::callback_under_its_own_lock, Needs::nothing, 2, 1,
       make_play<CacheCallsBack>},
      {"accounts tell each other", Mistake::callback_under_its_own_lock, Needs::nothing, 2, 1,
       make_play<AccountsTellEachOther>},
  };
}

}  // namespace faulty
