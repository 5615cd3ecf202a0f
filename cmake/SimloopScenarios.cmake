# simloop_add_scenarios(target files...)
#
# Adds scenario files to an executable (or to an OBJECT library that executables link). SIM_SCENARIO
# registers itself from a static initializer that nothing refers to. A linker takes a member of a
# static library only when something refers to it, so a scenario in one would be missing without a
# word. Here the files become sources of the target itself: their objects stand on the link line,
# where no linker drops them.
#
#   add_executable(mysim)
#   simloop_add_scenarios(mysim dining_philosophers.cc)
#   target_link_libraries(mysim PRIVATE simloop::simrun_main)
function(simloop_add_scenarios target)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "simloop_add_scenarios: no target '${target}'; call add_executable first")
  endif()
  get_target_property(type ${target} TYPE)
  if(NOT type MATCHES "^(EXECUTABLE|OBJECT_LIBRARY|SHARED_LIBRARY|MODULE_LIBRARY)$")
    message(FATAL_ERROR "simloop_add_scenarios: '${target}' is a ${type}, from which linkers drop "
      "registrations; add the scenarios to the executable or to an OBJECT library")
  endif()
  target_sources(${target} PRIVATE ${ARGN})
  target_link_libraries(${target} PRIVATE simloop::simloop)
endfunction()
