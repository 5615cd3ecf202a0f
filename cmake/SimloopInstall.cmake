# Installs the headers, the libraries, simrun, and what find_package(simloop) reads. Users write
# #include "primitives/primitives.h": the include directory is <prefix>/include/simloop.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/simloop")

install(TARGETS simloop guard simrun_commands simrun_main fuzz_main EXPORT simloopTargets)
install(TARGETS simloop_afl_mutator LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(TARGETS simrun)
install(FILES docs/man/simrun.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(DIRECTORY sim primitives DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/simloop"
  FILES_MATCHING PATTERN "*.h" REGEX "/test_[^/]*$" EXCLUDE)
install(EXPORT simloopTargets NAMESPACE simloop:: DESTINATION "${package_dir}")
if(TARGET simloop_testing)
  install(TARGETS simloop_testing EXPORT simloopTestingTargets)
  install(EXPORT simloopTestingTargets NAMESPACE simloop:: DESTINATION "${package_dir}")
endif()

configure_package_config_file(cmake/simloopConfig.cmake.in
  "${PROJECT_BINARY_DIR}/simloopConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/simloopConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/simloopConfig.cmake" "${PROJECT_BINARY_DIR}/simloopConfigVersion.cmake"
  cmake/SimloopScenarios.cmake cmake/SimloopFuzzing.cmake
  DESTINATION "${package_dir}")
