// web_scraper: the tutorial's real-world example. Pages are fetched side by side through a session
// that limits the open connections, gives each request a time-out, and tries again after a growing,
// jittered pause. One host is too slow for the time-out and one always fails; the scraper must live
// with both.
//
// All latencies come from the seed. What must hold for every seed is checked at the end.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kFastest = 20ms;
constexpr milliseconds kSlowest = 400ms;  // of the hosts that answer in time
constexpr sim::Duration kLongestBackoff = 10s;

struct Settings {
  int connections;
  sim::Duration timeout;
  int retries;
  sim::Duration backoff;

  int attempts() const { return retries + 1; }
  // The pause before attempt n + 1 is in the upper half of this.
  sim::Duration longest_pause(int n) const {
    sim::Duration pause = backoff;
    for (int i = 0; i < n && pause < kLongestBackoff; ++i) pause *= 2;
    return std::min(pause, kLongestBackoff);
  }
};

struct Page {
  std::string url;
  int bytes;
};

class HttpError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What stands in for the internet: hosts that answer after a while, each in its way.
class Internet {
 public:
  explicit Internet(const Settings& settings) : timeout_(settings.timeout) {}

  sim::Coro<Page> respond(std::string url) const {
    if (is_slow(url)) {
      co_await sim::sleep(timeout_ + sim::rng().uniform(1s, 3s));
    } else {
      co_await sim::sleep(sim::rng().uniform(kFastest, kSlowest));
    }
    if (is_broken(url)) throw HttpError("503 Service Unavailable");
    co_return Page{url, sim::rng().uniform(1'000, 50'000)};
  }

  static bool is_slow(const std::string& url) { return url.starts_with("http://slow."); }
  static bool is_broken(const std::string& url) { return url.starts_with("http://broken."); }

 private:
  sim::Duration timeout_;
};

// Requests with a limit on connections, a time-out and retries. Entered and left with async_with().
class Session {
 public:
  struct Statistics {
    int open = 0;  // connections, now
    int most_open = 0;
    int requests = 0;
    int timeouts = 0;
    int errors = 0;
    sim::Duration busy{};  // the connections' time in use, summed up
  };

  Session(sim::Scenario& scenario, const Settings& settings)
      : scenario_(scenario),
        settings_(settings),
        internet_(settings),
        connections_(settings.connections) {}

  sim::Coro<> aenter() {
    scenario_.print("session opened: ", settings_.connections, " connections, time-out ",
                    settings_.timeout, ", ", settings_.retries, " retries");
    co_return;
  }
  sim::Coro<> aexit(std::exception_ptr) {
    scenario_.print("session closed after ", statistics_.requests, " requests");
    co_return;
  }

  // The page, or nothing if the last attempt failed too.
  sim::Coro<std::optional<Page>> get(std::string url) {
    for (int attempt = 0;; ++attempt) {
      sim::Outcome<Page> outcome = co_await sim::settle(request(url));
      if (outcome.has_value()) co_return std::move(outcome).value();
      const std::string error = explain(outcome);
      if (attempt == settings_.retries) {
        scenario_.print(url, ": ", error, ", gave up");
        co_return std::nullopt;
      }
      const sim::Duration pause = pause_after(attempt);
      scenario_.print(url, ": ", error, ", again in ", pause);
      co_await sim::sleep(pause);
    }
  }

  const Statistics& statistics() const { return statistics_; }

 private:
  // One attempt. The time-out counts from the moment that there is a connection.
  sim::Coro<Page> request(const std::string& url) {
    auto connection = co_await connections_.guard();
    const sim::TimePoint began = sim::now();
    ++statistics_.requests;
    statistics_.most_open = std::max(statistics_.most_open, ++statistics_.open);
    sim::Outcome<Page> outcome =
        co_await sim::settle(sim::wait_for(internet_.respond(url), settings_.timeout));
    --statistics_.open;
    statistics_.busy += sim::now() - began;
    co_return std::move(outcome).value();
  }

  // Counts what went wrong and says it; rethrows what is no failure of the network, a cancellation
  // first of all.
  std::string explain(const sim::Outcome<Page>& outcome) {
    try {
      outcome.value();
    } catch (const sim::TimeoutError&) {
      ++statistics_.timeouts;
      return "timed out";
    } catch (const HttpError& error) {
      ++statistics_.errors;
      return error.what();
    }
    return "";
  }

  // Exponential, with jitter, so that those who failed together do not come back together.
  sim::Duration pause_after(int attempt) const {
    const auto longest = std::chrono::duration_cast<milliseconds>(settings_.longest_pause(attempt));
    return sim::rng().uniform(longest / 2, longest);
  }

  sim::Scenario& scenario_;
  const Settings& settings_;
  Internet internet_;
  sim::Semaphore connections_;
  Statistics statistics_;
};

// Pages of the host, the third from a slow server of theirs and the fifth from a broken one.
std::vector<std::string> make_urls(int count, const std::string& host) {
  std::vector<std::string> urls;
  for (int i = 0; i < count; ++i) {
    const std::string server = i % 10 == 2 ? "slow." : i % 10 == 4 ? "broken." : "";
    urls.push_back("http://" + server + host + "/" + std::to_string(i));
  }
  return urls;
}

sim::Coro<std::optional<Page>> scrape(sim::Scenario& scenario, Session& session, std::string url) {
  std::optional<Page> page = co_await session.get(url);
  if (page) scenario.print(page->url, ": ", page->bytes, " bytes");
  co_return page;
}

sim::Coro<std::vector<std::optional<Page>>> scrape_all(sim::Scenario& scenario, Session& session,
                                                       const std::vector<std::string>& urls) {
  std::vector<sim::Task<std::optional<Page>>> tasks;
  for (const std::string& url : urls) {
    const std::string name = "page-" + std::to_string(tasks.size());
    tasks.push_back(sim::create_task(scrape(scenario, session, url), name));
  }
  co_return co_await sim::gather(std::move(tasks));
}

// The longest that one page can take when it never waits for a connection.
sim::Duration longest_chain(const Settings& settings) {
  sim::Duration chain = settings.attempts() * settings.timeout;
  for (int n = 0; n < settings.retries; ++n) chain += settings.longest_pause(n);
  return chain;
}

void check_facts(const Settings& settings, const std::vector<std::string>& urls,
                 const std::vector<std::optional<Page>>& pages,
                 const Session::Statistics& statistics) {
  const int count = static_cast<int>(urls.size());
  const int slow = static_cast<int>(std::ranges::count_if(urls, Internet::is_slow));
  const int broken = static_cast<int>(std::ranges::count_if(urls, Internet::is_broken));
  const int fetched = static_cast<int>(
      std::ranges::count_if(pages, [](const auto& page) { return page.has_value(); }));

  // The pool: never more connections than allowed, all of them in use at first, none at the end.
  SIM_CHECK_EQ(statistics.most_open, std::min(settings.connections, count));
  SIM_CHECK_EQ(statistics.open, 0);

  // Every page was fetched or given up, after the last retry and not before.
  const int given_up = count - fetched;
  SIM_CHECK_EQ(static_cast<int>(pages.size()), count);
  SIM_CHECK_EQ(statistics.requests, fetched + statistics.timeouts + statistics.errors);
  SIM_CHECK_GE(statistics.timeouts, slow * settings.attempts());
  SIM_CHECK_GE(statistics.timeouts + statistics.errors, given_up * settings.attempts());
  // With time enough for the others, only the slow host is too slow, and the broken one answers.
  if (settings.timeout > kSlowest) {
    SIM_CHECK_EQ(given_up, slow + broken);
    SIM_CHECK_EQ(statistics.timeouts, slow * settings.attempts());
    SIM_CHECK_EQ(statistics.errors, broken * settings.attempts());
  }

  // The time: at least what the connections were in use, shared out evenly. At most that and one
  // page's own time, because whoever waits for a connection waits while all of them are in use.
  const sim::Duration shared_out = statistics.busy / settings.connections;
  SIM_CHECK_GE(sim::uptime(), shared_out);
  SIM_CHECK_LE(sim::uptime(), shared_out + longest_chain(settings));
  if (slow > 0) SIM_CHECK_GE(sim::uptime(), settings.attempts() * settings.timeout);
}

}  // namespace

SIM_SCENARIO(web_scraper,
             "many pages, few connections, time-outs, retries, a slow and a broken host",
             sim::param("urls", 10, "pages to fetch").at_least(0).at_most(100'000),
             sim::param("connections", 4, "open at a time").at_least(1),
             sim::param("timeout", 2s, "for one request").at_least(1ms).at_most(1h),
             sim::param("retries", 2, "after a request that failed").at_least(0).at_most(100),
             sim::param("backoff", 250ms, "before the first retry; doubles each time").at_least(0s),
             sim::param("host", "example.org", "where the pages are")) {
  const Settings settings{.connections = scenario.param<int>("connections"),
                          .timeout = scenario.param<sim::Duration>("timeout"),
                          .retries = scenario.param<int>("retries"),
                          .backoff = scenario.param<sim::Duration>("backoff")};
  const std::vector<std::string> urls =
      make_urls(scenario.param<int>("urls"), scenario.param<std::string>("host"));

  Session session(scenario, settings);
  const auto body = [&]() -> sim::Coro<std::vector<std::optional<Page>>> {
    return scrape_all(scenario, session, urls);
  };
  const std::vector<std::optional<Page>> pages = co_await sim::async_with(session, body);

  std::int64_t bytes = 0;
  for (const std::optional<Page>& page : pages) bytes += page ? page->bytes : 0;
  scenario.print(bytes, " bytes in all");
  check_facts(settings, urls, pages, session.statistics());
}
