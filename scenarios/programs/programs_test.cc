#include <cstdio>
#include "gmock/gmock.h"
#include "scenarios/test_exploration.h"
using namespace test_exploration;
namespace {
struct C { std::string name; Parameters p; };
TEST(Exp, Counts) {
  std::vector<C> cs = {
    {"lastzero",{{"n",1}}},{"lastzero",{{"n",2}}},{"lastzero",{{"n",3}}},{"lastzero",{{"n",4}}},{"lastzero",{{"n",5}}},
    {"readers",{{"n",3}}},{"readers",{{"n",8}}},
    {"casrot",{{"n",2}}},{"casrot",{{"n",3}}},{"casrot",{{"n",4}}},{"casrot",{{"n",5}}},{"casrot",{{"n",6}}},
    {"fib_bench",{{"n",1}}},{"fib_bench",{{"n",2}}},{"fib_bench",{{"n",3}}},
    {"counter_race",{{"n",2}}},{"counter_race",{{"n",3}}},{"counter_race",{{"n",4}}},
    {"reorder",{}},{"reorder",{{"setters",3}}},
    {"cache_fill",{}},{"cache_fill",{{"n",3}}},{"overdraw",{}},
    {"pingpong",{{"n",2}}},{"pingpong",{{"n",3}}},{"pingpong",{{"n",4}}},
    {"bluetooth_driver",{}},
    {"deadlock01",{}},{"twostage",{}},{"dining",{{"n",3}}},{"dining",{{"n",4}}},{"dining_ordered",{{"n",3}}},{"dining_ordered",{{"n",4}}},{"lockinc",{{"n",2}}},{"lockinc",{{"n",3}}},{"lockinc",{{"n",4}}},{"wronglock",{{"n",3}}},{"lost_wakeup",{}},{"account",{}},
  };
  for (auto& c : cs) {
    Subject s(scenario_named(c.name), c.p);
    TraceSearch t;
    Found f = t.run(s, 1000000);
    Subject s2(scenario_named(c.name), c.p);
    sim::Dfs dfs;
    Found g = search_all(s2, dfs, 100000);
    std::string p; for (auto& q : c.p) p += " "+q.first+"="+sim::to_string(q.second);
    std::printf("%-16s %-10s traces %zu (executions %lu failed %lu)  dfs %lu%s traces %zu\n", c.name.c_str(), p.c_str(), f.traces.size(), f.executions, f.failed, g.executions, dfs.exhausted()?"":"+", g.traces.size());
    std::fflush(stdout);
  }
}
TEST(Exp, Walks) {
  for (auto& c : std::vector<C>{{"bluetooth_driver",{}},{"deadlock01",{}},{"reorder",{}},{"reorder",{{"setters",3}}},{"twostage",{}},{"lost_wakeup",{}},{"dining",{{"n",4}}},{"dining",{}},{"overdraw",{}},{"pingpong",{}},{"pingpong",{{"n",3}}},{"account",{}},{"circular_buffer",{}},{"stack",{}},{"wronglock",{}},{"wronglock",{{"n",3}}},{"counter_race",{}},{"cache_fill",{}}}) {
    Subject s(scenario_named(c.name), c.p);
    Found f = walk(s, 20000);
    std::printf("%-16s 1/p %.2f  %s\n", c.name.c_str(), 20000.0/f.failed, f.message.substr(0,60).c_str());
    std::fflush(stdout);
  }
}
}
