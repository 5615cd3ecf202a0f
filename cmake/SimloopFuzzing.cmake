# simloop_add_fuzzer(target [ENGINE libfuzzer|afl] [SCENARIO "NAME --parameter=value"] files...)
#
# An executable that fuzzes the schedules of the scenarios (or SIM_TESTs) in the files. With clang.
# SCENARIO says which one where neither the command line nor SIM_FUZZ does.
#
#   simloop_add_fuzzer(bank_fuzz SCENARIO "bank --tellers=3" bank.cc)
#   ./bank_fuzz corpus/
#   ./bank_fuzz --scenario=bank --tellers=4 corpus/
#
# ENGINE libfuzzer, the default, links libFuzzer; where LIB_FUZZING_ENGINE is set, as OSS-Fuzz and
# ClusterFuzzLite do, that is linked in its place, and CXXFLAGS say how code is instrumented.
# ENGINE afl makes a target of afl-fuzz: it links AFL++'s runtime and driver, which stand in
# SIMLOOP_AFL_DIR. afl-fuzz is to load the library simloop_afl_mutator:
#
#   AFL_CUSTOM_MUTATOR_LIBRARY=libsimloop_afl_mutator.so afl-fuzz -i in -o out -- ./bank_afl
set(SIMLOOP_AFL_DIR /usr/lib/afl CACHE PATH "Where AFL++ has its runtime and libAFLDriver.a")

# simloop_has_fuzzing_engine(variable)
#
# Whether there is an engine to link: the compiler brings libFuzzer, or LIB_FUZZING_ENGINE is set.
include(CheckCXXSourceCompiles)
function(simloop_has_fuzzing_engine variable)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer)
  check_cxx_source_compiles([[
    extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }
  ]] SIMLOOP_HAS_LIBFUZZER)
  if(SIMLOOP_HAS_LIBFUZZER OR NOT "$ENV{LIB_FUZZING_ENGINE}" STREQUAL "")
    set(${variable} TRUE PARENT_SCOPE)
  else()
    set(${variable} FALSE PARENT_SCOPE)
  endif()
endfunction()

function(simloop_add_fuzzer target)
  cmake_parse_arguments(PARSE_ARGV 1 fuzzer "" "ENGINE;SCENARIO" "")
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "simloop_add_fuzzer: libFuzzer and trace-pc-guard need clang")
  endif()
  add_executable(${target})
  simloop_add_scenarios(${target} ${fuzzer_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE simloop::fuzz_main)
  if(fuzzer_SCENARIO)
    set(named "${CMAKE_CURRENT_BINARY_DIR}/${target}_scenario.cc")
    file(CONFIGURE OUTPUT "${named}" @ONLY
      CONTENT "extern \"C\" const char simloop_fuzz_scenario[] = \"@fuzzer_SCENARIO@\";\n")
    target_sources(${target} PRIVATE "${named}")
  endif()
  if(fuzzer_ENGINE STREQUAL "afl")
    target_compile_options(${target} PRIVATE -fsanitize-coverage=trace-pc-guard)
    target_link_libraries(${target} PRIVATE
      "${SIMLOOP_AFL_DIR}/libAFLDriver.a" "${SIMLOOP_AFL_DIR}/afl-compiler-rt.o")
  elseif(NOT "$ENV{LIB_FUZZING_ENGINE}" STREQUAL "")
    separate_arguments(engine UNIX_COMMAND "$ENV{LIB_FUZZING_ENGINE}")
    target_link_libraries(${target} PRIVATE ${engine})
  else()
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
