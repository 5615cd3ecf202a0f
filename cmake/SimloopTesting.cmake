# simloop_testing: SIM_TEST for GoogleTest and check_property() for rapidcheck, where both are found.

find_package(GTest CONFIG QUIET)
find_package(rapidcheck CONFIG QUIET)
if(NOT GTest_FOUND OR NOT rapidcheck_FOUND)
  message(STATUS "simloop::testing is left out: it needs GoogleTest and rapidcheck")
  return()
endif()

simloop_sources(testing_sources sim/testing)
add_library(simloop_testing STATIC ${testing_sources})
add_library(simloop::testing ALIAS simloop_testing)
set_target_properties(simloop_testing PROPERTIES EXPORT_NAME testing)
simloop_own_code(simloop_testing)
simloop_public_target(simloop_testing)
target_link_libraries(simloop_testing
  PUBLIC simloop::simloop GTest::gtest rapidcheck
  PRIVATE absl::strings absl::time)
