# What simloop's own targets have in common: how sources are found, warnings, the language level.

# Sources are taken per room: every .cc directly in the given directories that is no test.
function(simloop_sources variable)
  set(found)
  foreach(room IN LISTS ARGN)
    file(GLOB here CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${room}/*.cc")
    list(APPEND found ${here})
  endforeach()
  list(FILTER found EXCLUDE REGEX "_test\\.cc$")
  set(${variable} ${found} PARENT_SCOPE)
endfunction()

function(simloop_own_code target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wshadow $<$<BOOL:${SIMLOOP_WERROR}>:-Werror>
    # Places in reports are relative to the checkout, so the same run prints the same anywhere.
    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
    # clang lays to our charge that std::stable_sort of libstdc++ 12 calls a deprecated function.
    $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
    # g++ 12 sees an overlap in every "literal" + std::string at -O3 (GCC bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    # In a build of several sources at a time g++ takes each of them for a header.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage>)
endfunction()

# simloop_library(NAME SOURCES...): libsimloop_NAME.a, which find_package(simloop) gives as
# simloop::NAME.
function(simloop_library name)
  add_library(${name} STATIC ${ARGN})
  add_library(simloop::${name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME simloop_${name})
  simloop_own_code(${name})
  simloop_public_target(${name})
endfunction()

# What a user of the target gets. A coroutine whose body lost its last co_ keyword is an ordinary
# function without a return: undefined behaviour, so it is an error in users' code too.
function(simloop_public_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PUBLIC
    $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:-Werror=return-type>)
  target_include_directories(${target} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/simloop>")
endfunction()

# ccache makes a rebuild cheap where it is installed; nothing depends on it.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SIMLOOP_CCACHE ccache)
  mark_as_advanced(SIMLOOP_CCACHE)
  if(SIMLOOP_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${SIMLOOP_CCACHE}")
  endif()
endif()
