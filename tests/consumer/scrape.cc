#include "primitives/primitives.h"     // includes sim/sim.h
using namespace std::chrono_literals;

sim::Coro<std::string> fetch(std::string url) {
  co_await sim::sleep(2s);
  co_return "Response from " + url;
}
sim::Coro<> scrape() {
  auto [a, b, c] = co_await sim::gather(fetch("a"), fetch("b"), fetch("c"));
  std::printf("%s %s %s at %lld s\n", a.c_str(), b.c_str(), c.c_str(), (long long)(sim::uptime() / 1s));   // 2 s
}
int main() { sim::run(scrape()); }
