# Installs the built tree to a new prefix; configures, builds and runs the consumer against it.
# The same for the examples. Given with -D: build_dir, consumer, examples, compiler, flags,
# generator, launcher.

set(work "${build_dir}/consumer")
file(REMOVE_RECURSE "${work}")

# run(OUTPUT RESULT COMMAND...): runs it, whatever its exit code.
macro(run output result)
  execute_process(COMMAND ${ARGN}
    OUTPUT_VARIABLE ${output} ERROR_VARIABLE ${output} RESULT_VARIABLE ${result})
endmacro()

# expect(PATTERN COMMAND...): the command succeeds and prints what matches.
function(expect pattern)
  run(output result ${ARGN})
  string(JOIN " " command ${ARGN})
  message("$ ${command}\n${output}")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "exit code ${result}")
  endif()
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "the output does not match: ${pattern}")
  endif()
endfunction()

# build_project(SOURCE BUILD): against what was installed.
function(build_project source build)
  expect("" "${CMAKE_COMMAND}" -G "${generator}" -S "${source}" -B "${build}"
    -D "CMAKE_PREFIX_PATH=${work}/prefix" -D "CMAKE_CXX_COMPILER=${compiler}"
    -D "CMAKE_CXX_FLAGS=${flags}" -D "CMAKE_CXX_COMPILER_LAUNCHER=${launcher}")
  expect("" "${CMAKE_COMMAND}" --build "${build}" --parallel 1)
endfunction()

expect("" "${CMAKE_COMMAND}" --install "${build_dir}" --prefix "${work}/prefix")

build_project("${consumer}" "${work}/build")
set(bin "${work}/build")
expect("Response from a Response from b Response from c at 2 s\n" "${bin}/scrape")
expect("" "${bin}/four_workers")
expect("dining_philosophers" "${bin}/mysim" list)
expect("table for 7" "${bin}/mysim" --seed 1 dining_philosophers --n=7)

run(output result "${CMAKE_COMMAND}" --build "${work}/build" --target forgotten_return)
if(result EQUAL 0 OR NOT output MATCHES "return-type")
  message(FATAL_ERROR "a coroutine without a return compiled:\n${output}")
endif()

build_project("${examples}" "${work}/examples")
expect("100% tests passed" "${CMAKE_CTEST_COMMAND}" --test-dir "${work}/examples"
  --output-on-failure)
