# One test executable per room: every *_test.cc below it, registered test by test as ROOM.Suite.Name.
#
# Two kinds of test take longer than `./check` may: suites named ...LongRun, which carry the ctest
# label `long` and run only under `./check --long`; and ordinary tests that do more when the
# environment has SIMLOOP_LONG=1.

find_package(GTest CONFIG REQUIRED)
find_package(rapidcheck CONFIG REQUIRED)
include(GoogleTest)

# Optimising test code takes two thirds of a build and makes the tests no faster to wait for; what a
# debugger wants to know of it takes a quarter of what is left.
set(SIMLOOP_TEST_OPTIONS -O0 -g0 CACHE STRING "Options with which test code is compiled")

function(simloop_room_tests room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${room}/*_test.cc")
  if(NOT sources)
    return()
  endif()
  string(REGEX REPLACE "_tests$" "" prefix ${room})
  set(target ${prefix}_tests)
  add_executable(${target} ${sources})
  simloop_own_code(${target})
  # gmock_main comes first: `main` is then found before the one of simrun_main is looked at.
  target_link_libraries(${target} PRIVATE GTest::gmock_main ${ARGN} simloop::simloop
    absl::status absl::statusor absl::strings)
  target_compile_definitions(${target} PRIVATE SIMLOOP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # A third of what compiling a test takes.
  target_precompile_headers(${target} PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> "${PROJECT_SOURCE_DIR}/primitives/primitives.h")
  # g++ also objects to constructor parameters that are called as their members are.
  target_compile_options(${target} PRIVATE
    ${SIMLOOP_TEST_OPTIONS} $<$<CXX_COMPILER_ID:GNU>:-Wno-shadow>)

  set(how TEST_PREFIX ${prefix}. NO_PRETTY_TYPES NO_PRETTY_VALUES
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60)
  gtest_discover_tests(${target} ${how} TEST_LIST ${target}_short TEST_FILTER "-*LongRun.*")
  gtest_discover_tests(${target} ${how} TEST_LIST ${target}_long TEST_FILTER "*LongRun.*"
    PROPERTIES LABELS long)
endfunction()

simloop_room_tests(sim simloop::fuzz_main simloop::testing)
simloop_room_tests(primitives)
simloop_room_tests(property_tests rapidcheck simloop::simrun_main nlohmann_json::nlohmann_json)
simloop_room_tests(tools simloop::simrun_main CLI11::CLI11 nlohmann_json::nlohmann_json)
simloop_room_tests(scenarios simloop_scenarios)

# Counts allocations, so it has an operator new of its own.
add_executable(allocations_tests tests/allocations/allocations_test.cc)
simloop_own_code(allocations_tests)
target_link_libraries(allocations_tests PRIVATE GTest::gmock_main simloop::simloop)
target_compile_options(allocations_tests PRIVATE ${SIMLOOP_TEST_OPTIONS})
gtest_discover_tests(allocations_tests TEST_PREFIX allocations. NO_PRETTY_TYPES NO_PRETTY_VALUES
  DISCOVERY_MODE PRE_TEST)

# The generators and models that property tests share.
if(TARGET property_tests)
  simloop_sources(shared_sources property_tests property_tests/faulty)
  target_sources(property_tests PRIVATE ${shared_sources})
  target_precompile_headers(property_tests PRIVATE <rapidcheck.h>)
endif()

# A program with tests that fail, for the tests of SIM_TEST.
add_executable(gtest_suite tests/gtest/suite.cc)
simloop_own_code(gtest_suite)
target_link_libraries(gtest_suite PRIVATE simloop::testing GTest::gtest_main)
target_compile_options(gtest_suite PRIVATE ${SIMLOOP_TEST_OPTIONS})
if(TARGET sim_tests)
  target_compile_definitions(sim_tests PRIVATE SIMLOOP_GTEST_SUITE="$<TARGET_FILE:gtest_suite>")
  add_dependencies(sim_tests gtest_suite)
endif()

# These rooms may run the program itself.
foreach(target IN ITEMS tools_tests scenarios_tests)
  if(TARGET ${target})
    target_compile_definitions(${target} PRIVATE SIMLOOP_SIMRUN="$<TARGET_FILE:simrun>")
    add_dependencies(${target} simrun)
  endif()
endforeach()

# Installs what was built to a new prefix and lets a project of its own find, build and run it.
add_test(NAME consumer.installs_and_runs
  COMMAND ${CMAKE_COMMAND}
    -D "build_dir=${PROJECT_BINARY_DIR}" -D "consumer=${PROJECT_SOURCE_DIR}/tests/consumer"
    -D "examples=${PROJECT_SOURCE_DIR}/examples"
    -D "compiler=${CMAKE_CXX_COMPILER}" -D "flags=${CMAKE_CXX_FLAGS}"
    -D "generator=${CMAKE_GENERATOR}" -D "launcher=${CMAKE_CXX_COMPILER_LAUNCHER}"
    -P "${PROJECT_SOURCE_DIR}/tests/consumer/run.cmake")

# Both compilers, -O0 and -O3, with and without address randomisation: the same hashes.
add_test(NAME same_bytes.every_build_agrees
  COMMAND "${PROJECT_SOURCE_DIR}/tests/same_bytes/run.sh")
set_tests_properties(same_bytes.every_build_agrees PROPERTIES LABELS long)

# A campaign as a job array of a real Slurm, which the script starts and stops.
add_test(NAME cluster.slurm_array_and_merge
  COMMAND "${PROJECT_SOURCE_DIR}/tests/cluster/slurm_test.sh" "$<TARGET_FILE:simrun>")
set_tests_properties(cluster.slurm_array_and_merge PROPERTIES
  LABELS cluster SKIP_RETURN_CODE 77 TIMEOUT 120)

# The sample reports, for those who read reports.
add_executable(write_sample_reports tests/report/write_samples.cc)
simloop_own_code(write_sample_reports)
target_link_libraries(write_sample_reports PRIVATE simloop::simloop)
target_compile_options(write_sample_reports PRIVATE ${SIMLOOP_TEST_OPTIONS})

# Small faults put into the sources one at a time are caught by the tests. Whether each can still be
# put there is looked at in every run.
find_package(Python3 3.11 COMPONENTS Interpreter)
if(Python3_FOUND)
  set(report "${PROJECT_SOURCE_DIR}/tests/report")
  add_test(NAME report.formats_are_what_their_readers_ask_for
    COMMAND "${Python3_EXECUTABLE}" "${report}/formats_test.py"
      $<TARGET_FILE:write_sample_reports>)
  add_test(NAME report.pages_work_in_a_browser
    COMMAND "${Python3_EXECUTABLE}" "${report}/browser_test.py"
      $<TARGET_FILE:write_sample_reports>)
  set_tests_properties(report.pages_work_in_a_browser PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)

  set(mutation "${PROJECT_SOURCE_DIR}/tests/mutation")
  add_test(NAME mutation.table_of_faults_applies
    COMMAND "${Python3_EXECUTABLE}" "${mutation}/run.py" --check)
  add_test(NAME mutation.sees_a_table_that_is_wrong
    COMMAND "${Python3_EXECUTABLE}" "${mutation}/table_test.py")
  # docs/tutorial.md with an installed simloop: its files, its commands, what they print. A sanitizer
  # tells the use after scope that is in it in its own words.
  if(TARGET simloop_testing AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    add_test(NAME tutorial.says_what_its_commands_print
      COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tests/tutorial/run.py"
        --build-dir "${PROJECT_BINARY_DIR}" --compiler "${CMAKE_CXX_COMPILER}"
        "--flags=${CMAKE_CXX_FLAGS}")
    set_tests_properties(tutorial.says_what_its_commands_print PROPERTIES TIMEOUT 600)
  endif()
  add_test(NAME mutation.faults_are_caught COMMAND "${Python3_EXECUTABLE}" "${mutation}/run.py")
  set_tests_properties(mutation.faults_are_caught PROPERTIES LABELS long PROCESSORS 2)
endif()

# Fuzzers that find what there is to find.
set(fuzz "${PROJECT_SOURCE_DIR}/tests/fuzz")
set(programs "${PROJECT_SOURCE_DIR}/scenarios/programs")
simloop_has_fuzzing_engine(has_engine)
if(has_engine)
  simloop_add_fuzzer(pingpong_fuzz "${programs}/pingpong.cc")
  simloop_own_code(pingpong_fuzz)
  add_test(NAME fuzz.libfuzzer_finds_pingpong_4 COMMAND "${fuzz}/pingpong.sh"
    "$<TARGET_FILE:pingpong_fuzz>" "$<TARGET_FILE:simrun>" "${PROJECT_BINARY_DIR}/fuzz/pingpong")
  simloop_add_fuzzer(several_fuzz
    "${programs}/counter_race.cc" "${programs}/lockinc.cc" "${fuzz}/crash.cc"
    "${fuzz}/tally.cc")
  simloop_own_code(several_fuzz)
  target_link_libraries(several_fuzz PRIVATE simloop::testing)
  add_test(NAME fuzz.takes_scenarios_and_tests_by_name
    COMMAND "${fuzz}/options.sh" "$<TARGET_FILE:several_fuzz>")
else()
  add_test(NAME fuzz.libfuzzer_finds_pingpong_4
    COMMAND "${CMAKE_COMMAND}" -E echo "skipped: the compiler brings no libFuzzer, as clang does")
  set_tests_properties(fuzz.libfuzzer_finds_pingpong_4 PROPERTIES SKIP_REGULAR_EXPRESSION "skipped")
endif()

find_program(SIMLOOP_AFL_FUZZ afl-fuzz)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize"
    AND SIMLOOP_AFL_FUZZ AND EXISTS "${SIMLOOP_AFL_DIR}/libAFLDriver.a")
  simloop_add_fuzzer(pingpong_afl ENGINE afl "${programs}/pingpong.cc")
  simloop_own_code(pingpong_afl)
  add_test(NAME fuzz.afl_finds_pingpong_4 COMMAND "${fuzz}/afl.sh" "$<TARGET_FILE:pingpong_afl>"
    "$<TARGET_FILE:simloop_afl_mutator>" "$<TARGET_FILE:simrun>" "${PROJECT_BINARY_DIR}/fuzz/afl")
  set_tests_properties(fuzz.afl_finds_pingpong_4 PROPERTIES SKIP_RETURN_CODE 77)
else()
  message(STATUS "AFL++ is not tested: that needs clang without sanitizers, and afl-fuzz")
endif()
