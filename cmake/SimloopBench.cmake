# simloop_bench: all benchmarks in one executable, where Google Benchmark is found. Its figures mean
# something in the `release` preset only.

simloop_sources(bench_sources bench)
find_path(RELACY_INCLUDE relacy/relacy.hpp)
if(NOT RELACY_INCLUDE)
  list(FILTER bench_sources EXCLUDE REGEX "/relacy\\.cc$")
endif()
find_package(benchmark CONFIG QUIET)
if(bench_sources AND benchmark_FOUND)
  add_executable(simloop_bench ${bench_sources})
  simloop_own_code(simloop_bench)
  target_link_libraries(simloop_bench PRIVATE simloop::simloop benchmark::benchmark)
  if(RELACY_INCLUDE)
    # Its headers are written for other warnings, and redefine new and delete of what follows them.
    set_source_files_properties("${PROJECT_SOURCE_DIR}/bench/relacy.cc" PROPERTIES
      COMPILE_OPTIONS -w SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endif()

# What worker processes cost and gain; it forks, so it is a program of its own.
add_executable(simloop_bench_jobs bench/jobs/jobs.cc)
simloop_own_code(simloop_bench_jobs)
target_link_libraries(simloop_bench_jobs PRIVATE simloop::simloop)
