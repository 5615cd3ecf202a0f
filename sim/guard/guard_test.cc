#include "sim/guard/guard.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "gmock/gmock.h"
#include "primitives/primitives.h"
#include "sim/explore/explore.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::ExploreOptions;
using sim::FindingKind;
using sim::OutsideCalls;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

void* nothing(void*) { return nullptr; }

void start_thread() {
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, nothing, nullptr), 0);
  pthread_join(thread, nullptr);
}

// A byte that is there to be read.
class Pipe {
 public:
  Pipe() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0);
    EXPECT_EQ(write(ends_[1], "x", 1), 1);
  }
  ~Pipe() {
    for (const int end : ends_) close(end);
  }
  int end() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

char read_byte(int descriptor) {
  char byte = 0;
  EXPECT_EQ(read(descriptor, &byte, 1), 1);
  return byte;
}

void receive() {
  const Pipe pipe;
  char byte = 0;
  EXPECT_EQ(recv(pipe.end(), &byte, 1, 0), 1);
}

void wait_in_poll() {
  const Pipe pipe;
  pollfd descriptor = {pipe.end(), POLLIN, 0};
  EXPECT_EQ(poll(&descriptor, 1, 1000), 1);
}

void wait_in_select() {
  timeval timeout = {0, 1};
  EXPECT_EQ(select(0, nullptr, nullptr, nullptr, &timeout), 0);
}

void wait_for_ever_in_select() {
  const Pipe pipe;
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(pipe.end(), &readable);
  EXPECT_EQ(select(pipe.end() + 1, &readable, nullptr, nullptr, nullptr), 1);
}

void wait_in_epoll() {
  const int epoll = epoll_create1(0);
  epoll_event event;
  EXPECT_EQ(epoll_wait(epoll, &event, 1, 1), 0);
  close(epoll);
}

struct Call {
  const char* name;
  void (*make)();
  bool virtualized;
};

const Call kCalls[] = {
    {"clock_gettime", [] { static_cast<void>(std::chrono::system_clock::now()); }, true},
    {"gettimeofday", [] { timeval now; gettimeofday(&now, nullptr); }, true},
    {"time", [] { static_cast<void>(time(nullptr)); }, true},
    {"getrandom", [] { char byte; EXPECT_EQ(getrandom(&byte, 1, 0), 1); }, true},
    {"getentropy", [] { char byte; EXPECT_EQ(getentropy(&byte, 1), 0); }, true},
    {"arc4random", [] { static_cast<void>(arc4random()); }, true},
    {"arc4random_buf", [] { char byte; arc4random_buf(&byte, 1); }, true},
    {"arc4random_uniform", [] { EXPECT_LT(arc4random_uniform(7), 7u); }, true},
    {"std::random_device", [] { std::random_device device; static_cast<void>(device()); }, true},
    {"nanosleep", [] { std::this_thread::sleep_for(1us); }, true},
    {"clock_nanosleep",
     [] { const timespec nap = {0, 1000}; clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, nullptr); },
     true},
    {"usleep", [] { usleep(1); }, true},
    {"sleep", [] { sleep(0); }, true},
    {"pthread_create", start_thread, false},
    {"read", [] { const Pipe pipe; read_byte(pipe.end()); }, false},
    {"recv", receive, false},
    {"poll", wait_in_poll, false},
    {"select", wait_in_select, false},
    {"select", wait_for_ever_in_select, false},
    {"epoll_wait", wait_in_epoll, false},
};

void PrintTo(const Call& call, std::ostream* out) { *out << call.name; }

ExploreOptions few(OutsideCalls calls, bool virtualize = false) {
  ExploreOptions options;
  options.max_executions = 5;
  options.outside = {calls, virtualize};
  return options;
}

constexpr unsigned kStepBegan = __LINE__ + 3;
sim::Body in_a_step(const Call& call) {
  const auto body = [](Call made) -> Coro<> {
    co_await sim::yield();
    made.make();
  };
  return [body, call] { return body(call); };
}

class GuardedCall : public testing::TestWithParam<Call> {};

TEST_P(GuardedCall, InAStepIsAWarningWithThePlaceOfTheStep) {
  const sim::Report report = sim::explore(in_a_step(GetParam()), few(OutsideCalls::told));
  EXPECT_TRUE(report.ok());
  ASSERT_EQ(report.warnings.size(), 1u);
  const sim::Finding& warning = report.warnings[0];
  EXPECT_EQ(warning.kind, FindingKind::outside_call);
  EXPECT_THAT(warning.message, StartsWith(GetParam().name + std::string(" was called by main")));
  EXPECT_EQ(warning.place.line(), kStepBegan);
  EXPECT_THAT(warning.stack, HasSubstr("sim/guard/guard_test.cc:" + std::to_string(kStepBegan)));
}

TEST_P(GuardedCall, FailsWhereThatIsAskedFor) {
  const sim::Report report = sim::explore(in_a_step(GetParam()), few(OutsideCalls::fatal));
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::outside_call);
  EXPECT_THAT(report.failures[0].explanation(), HasSubstr(GetParam().name));
  EXPECT_TRUE(report.warnings.empty());
}

TEST_P(GuardedCall, IsNotSeenWhereItIsIgnored) {
  const sim::Report report = sim::explore(in_a_step(GetParam()), few(OutsideCalls::ignored));
  EXPECT_TRUE(report.ok());
  EXPECT_TRUE(report.warnings.empty());
}

TEST_P(GuardedCall, IsToldUnlessTheRunCanAnswerIt) {
  const sim::Report report = sim::explore(in_a_step(GetParam()), few(OutsideCalls::told, true));
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.warnings.empty(), GetParam().virtualized);
}

TEST_P(GuardedCall, OutsideOfARunIsNoneOfItsBusiness) {
  testing::internal::CaptureStderr();
  GetParam().make();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

INSTANTIATE_TEST_SUITE_P(Each, GuardedCall, testing::ValuesIn(kCalls));

TEST(Guard, TellsOfAPlaceOnceInARun) {
  const auto body = []() -> Coro<> {
    co_await sim::yield();
    for (int i = 0; i < 1000; ++i) static_cast<void>(time(nullptr));
  };
  struct Counter final : sim::Observer {
    void on_finding(const sim::Finding&) override { ++count; }
    int count = 0;
  } counter;
  sim::RunOptions options;
  options.observer = &counter;
  sim::run(body(), options);
  EXPECT_EQ(counter.count, 1);
  sim::run(body(), options);
  EXPECT_EQ(counter.count, 2);
}

TEST(Guard, LetsThroughWhatDoesNotWait) {
  const auto body = []() -> Coro<> {
    co_await sim::yield();
    const int file = open(SIMLOOP_SOURCE_DIR "/README.md", O_RDONLY);
    read_byte(file);
    close(file);
    const Pipe pipe;
    pollfd descriptor = {pipe.end(), POLLIN, 0};
    EXPECT_EQ(poll(&descriptor, 1, 0), 1);
    timeval no_time = {0, 0};
    EXPECT_EQ(select(0, nullptr, nullptr, nullptr, &no_time), 0);
    char byte = 0;
    EXPECT_EQ(recv(pipe.end(), &byte, 1, MSG_DONTWAIT | MSG_PEEK), 1);
    fcntl(pipe.end(), F_SETFL, O_NONBLOCK);
    read_byte(pipe.end());
  };
  EXPECT_TRUE(sim::explore(body, few(OutsideCalls::fatal)).ok());
}

TEST(Guard, TakesNoCallOfSimloopForOneOfTheProgram) {
  const auto body = []() -> Coro<> { co_await sim::sleep(1s); };
  ExploreOptions options = few(OutsideCalls::fatal);
  options.detect_blocking = true;
  options.time_budget = 1h;
  EXPECT_TRUE(sim::explore(body, options).ok());
}

TEST(Guard, TellsOfCallbacksToo) {
  const auto body = []() -> Coro<> {
    sim::running_loop().call_soon([] { static_cast<void>(time(nullptr)); });
    co_await sim::sleep(1s);
  };
  const sim::Report report = sim::explore(body, few(OutsideCalls::told));
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_THAT(report.warnings[0].message, StartsWith("time was called by a callback:"));
}

// What a program that knows nothing of simloop sees of the world: the date, the time that a nap
// takes, a random number.
struct Seen {
  std::int64_t date = 0;
  std::chrono::nanoseconds nap{};
  unsigned drawn = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Coro<Seen> look_around() {
  co_await sim::yield();
  const auto before = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(50ms);
  Seen seen;
  seen.nap = std::chrono::steady_clock::now() - before;
  seen.date = std::chrono::system_clock::now().time_since_epoch().count();
  seen.drawn = std::random_device()();
  co_return seen;
}

Seen seen_with(std::uint64_t seed, bool virtualize) {
  sim::RunOptions options;
  options.seed = seed;
  options.outside = {OutsideCalls::ignored, virtualize};
  return sim::run(look_around(), options);
}

TEST(Virtualized, TheWorldIsTheSameInEachRun) {
  EXPECT_EQ(seen_with(1, true), seen_with(1, true));
  EXPECT_NE(seen_with(1, true).drawn, seen_with(2, true).drawn);
}

TEST(Virtualized, ClocksShowVirtualTimeFromAFixedDateOn) {
  const Seen seen = seen_with(0, true);
  EXPECT_EQ(seen.nap, 50ms);
  EXPECT_EQ(seen.date, sim::Duration(sim::guard::kFirstSecond * 1s + 50ms).count());
}

TEST(Virtualized, ClocksAgree) {
  const auto body = []() -> Coro<> {
    co_await sim::sleep(1h + 2345us);
    timespec clock;
    EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &clock), 0);
    EXPECT_EQ(clock.tv_sec, 3600) << "it begins with the loop";
    EXPECT_EQ(clock.tv_nsec, 2'345'000);
    timeval day;
    EXPECT_EQ(gettimeofday(&day, nullptr), 0);
    EXPECT_EQ(day.tv_sec, sim::guard::kFirstSecond + 3600);
    EXPECT_EQ(day.tv_usec, 2'345);
    time_t seconds = 0;
    EXPECT_EQ(time(&seconds), day.tv_sec);
    EXPECT_EQ(seconds, day.tv_sec);
  };
  sim::RunOptions options;
  options.outside.virtualize = true;
  sim::run(body(), options);
}

TEST(Virtualized, WhatIsNoTimeIsRefusedAsByTheLibrary) {
  const auto body = []() -> Coro<> {
    co_await sim::yield();
    const timespec too_many = {0, 1'000'000'000};
    EXPECT_EQ(nanosleep(&too_many, nullptr), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(sim::uptime(), 0s);
  };
  sim::RunOptions options;
  options.outside.virtualize = true;
  sim::run(body(), options);
}

TEST(Virtualized, NapsTakeNoRealTime) {
  const auto began = std::chrono::steady_clock::now();
  const auto body = []() -> Coro<sim::Duration> {
    co_await sim::yield();
    std::this_thread::sleep_for(30min);
    std::this_thread::sleep_until(std::chrono::steady_clock::now() + 30min);
    const timespec hour = {3600, 0};
    clock_nanosleep(CLOCK_REALTIME, 0, &hour, nullptr);
    const timespec passed = {1, 0};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &passed, nullptr);
    usleep(1'000'000);
    sleep(1);
    co_return sim::uptime();
  };
  sim::RunOptions options;
  options.limits.step = sim::Duration::max();
  options.outside.virtualize = true;
  EXPECT_EQ(sim::run(body(), options), 2h + 2s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30min);
}

TEST(Virtualized, TasksDrawIndependentNumbers) {
  std::vector<std::uint64_t> drawn;
  const auto draw = [&]() -> Coro<> {
    co_await sim::yield();
    std::uint64_t word = 0;
    EXPECT_EQ(getrandom(&word, sizeof word, 0), ssize_t{sizeof word});
    drawn.push_back(word);
  };
  const auto body = [&]() -> Coro<> { co_await sim::gather(draw(), draw()); };
  sim::RunOptions options;
  options.outside.virtualize = true;
  sim::run(body(), options);
  ASSERT_EQ(drawn.size(), 2u);
  EXPECT_NE(drawn[0], drawn[1]);
}

// The first bytes that a task is given.
template <std::size_t kSize>
std::array<unsigned char, kSize> drawn_bytes() {
  std::array<unsigned char, kSize> bytes{};
  const auto body = [&]() -> Coro<> {
    co_await sim::yield();
    EXPECT_EQ(getrandom(bytes.data(), kSize, 0), ssize_t{kSize});
  };
  sim::RunOptions options;
  options.outside.virtualize = true;
  sim::run(body(), options);
  return bytes;
}

TEST(Virtualized, BuffersAreFilledToTheirEndsWithOtherNumbers) {
  const auto three_words = drawn_bytes<24>();
  const auto fewer = drawn_bytes<21>();
  EXPECT_TRUE(std::equal(fewer.begin(), fewer.end(), three_words.begin()));
  EXPECT_FALSE(std::equal(three_words.begin(), three_words.begin() + 8, three_words.begin() + 8));
}

TEST(Virtualized, EntropyIsGivenInSmallAmountsAsByTheLibrary) {
  const auto body = []() -> Coro<> {
    co_await sim::yield();
    std::array<char, 257> bytes;
    EXPECT_EQ(getentropy(bytes.data(), 256), 0);
    EXPECT_EQ(getentropy(bytes.data(), 257), -1);
    EXPECT_EQ(errno, EIO);
  };
  sim::RunOptions options;
  options.outside.virtualize = true;
  sim::run(body(), options);
}

// The number of yields is decided outside: each step is as it would be, but there are more.
Coro<> as_the_device_says() {
  const unsigned rounds = std::random_device()() % 1000;
  for (unsigned i = 0; i < rounds; ++i) co_await sim::yield();
}

TEST(Virtualized, ADeviceThatDecidesIsFoundWithoutAndDeterministicWith) {
  ExploreOptions options = few(OutsideCalls::ignored);
  options.check_every_execution = true;
  const sim::Report real = sim::explore(as_the_device_says, options);
  ASSERT_EQ(real.failures.size(), 1u);
  EXPECT_EQ(real.failures[0].kind, FindingKind::not_deterministic);
  EXPECT_THAT(real.failures[0].message, Not(HasSubstr("\n")));
  options.outside.calls = OutsideCalls::told;
  const sim::Report told = sim::explore(as_the_device_says, options);
  ASSERT_EQ(told.failures.size(), 1u);
  EXPECT_EQ(told.failures[0].kind, FindingKind::not_deterministic);
  EXPECT_THAT(told.failures[0].text, HasSubstr("\nalso outside_call: ")) << "the likely cause";
  options.outside.virtualize = true;
  EXPECT_TRUE(sim::explore(as_the_device_says, options).ok());
}

// Differs from itself in one execution of many, which neither the first nor a failure shows.
TEST(CheckEveryExecution, FindsADifferenceThatTheFirstExecutionsDoNotHave) {
  int executions = 0;
  const sim::Body body = [&executions]() -> Coro<> {
    const int extra = ++executions == 12 ? 1 : 0;
    for (int i = 0; i < 3 + extra; ++i) co_await sim::yield();
  };
  ExploreOptions options;
  options.strategy = sim::Strategy::parse("random");
  options.max_executions = 20;
  EXPECT_TRUE(sim::explore(body, options).ok());
  executions = 0;
  options.check_every_execution = true;
  const sim::Report report = sim::explore(body, options);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].kind, FindingKind::not_deterministic);
  EXPECT_THAT(report.failures[0].message, HasSubstr("differ at event"));
}

}  // namespace
