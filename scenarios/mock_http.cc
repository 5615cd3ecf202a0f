// mock_http: three requests of two seconds each take two seconds when they are under way together,
// and six one after the other.
#include <string>
#include <vector>

#include "primitives/primitives.h"
#include "sim/scenario.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<std::string> mock_http_request(sim::Scenario& scenario, std::string url) {
  scenario.print("Fetching ", url);
  co_await sim::sleep(2s);
  co_return "Response from " + url;
}

}  // namespace

SIM_SCENARIO(mock_http, "three requests: two seconds together, six one after the other") {
  const std::vector<std::string> urls = {"http://example.com", "http://example.org",
                                         "http://example.net"};
  std::vector<sim::Coro<std::string>> requests;
  for (const std::string& url : urls) requests.push_back(mock_http_request(scenario, url));
  const std::vector<std::string> together = co_await sim::gather(std::move(requests));
  for (const std::string& response : together) scenario.print(response);
  SIM_CHECK(sim::uptime() == 2s);

  scenario.print("and now one after the other");
  std::vector<std::string> in_turn;
  for (const std::string& url : urls) {
    in_turn.push_back(co_await mock_http_request(scenario, url));
  }
  SIM_CHECK(in_turn == together);
  SIM_CHECK_EQ(together[2], "Response from http://example.net");
  SIM_CHECK(sim::uptime() == 2s + 6s);
}
