# simloop_bench: all benchmarks in one executable, where Google Benchmark is found. Its figures mean
# something in the `release` preset only.

simloop_sources(bench_sources bench)
find_package(benchmark CONFIG QUIET)
if(bench_sources AND benchmark_FOUND)
  add_executable(simloop_bench ${bench_sources})
  simloop_own_code(simloop_bench)
  target_link_libraries(simloop_bench PRIVATE simloop::simloop benchmark::benchmark)
endif()
