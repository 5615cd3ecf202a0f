#!/bin/bash -eu
# What OSS-Fuzz and ClusterFuzzLite run in their image to build the fuzzers of a project. They set
# CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE, SRC, WORK and OUT. FUZZ_PROJECT is the project with
# the fuzzers, found by simloop_add_fuzzer and called *_fuzz: here the examples of simloop.
: "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}" "${CXXFLAGS:=}"
export LIB_FUZZING_ENGINE CXXFLAGS

simloop=${SIMLOOP:-$SRC/simloop}
project=${FUZZ_PROJECT:-$simloop/examples}
prefix=$WORK/prefix

# install SOURCE OPTION...: builds a project with cmake and installs it into the prefix.
install_project() {
  local source=$1 build
  build=$WORK/build/$(basename "$source")
  shift
  cmake -S "$source" -B "$build" -G Ninja -D CMAKE_BUILD_TYPE=RelWithDebInfo \
    -D CMAKE_INSTALL_PREFIX="$prefix" -D CMAKE_PREFIX_PATH="$prefix" "$@"
  cmake --build "$build" --target install
}

# The image that runs the fuzzers has no SQLite.
sqlite=()
if archive=$(ls /usr/lib/*/libsqlite3.a 2>/dev/null | head -1) && [[ -n $archive ]]; then
  sqlite=(-D SQLite3_LIBRARY="$archive" -D CMAKE_CXX_STANDARD_LIBRARIES="-lm -ldl -lpthread")
fi

# What simloop is built from, by the same compiler and library; where it is not in $SRC, the
# system's is used.
[[ -d $SRC/abseil-cpp ]] && install_project "$SRC/abseil-cpp" \
  -D CMAKE_CXX_STANDARD=20 -D ABSL_PROPAGATE_CXX_STD=ON -D ABSL_ENABLE_INSTALL=ON
[[ -d $SRC/CLI11 ]] && install_project "$SRC/CLI11" -D CLI11_BUILD_TESTS=OFF \
  -D CLI11_BUILD_EXAMPLES=OFF -D CLI11_BUILD_DOCS=OFF
[[ -d $SRC/json ]] && install_project "$SRC/json" -D JSON_BuildTests=OFF
install_project "$simloop" -D SIMLOOP_TESTS=OFF -D SIMLOOP_BENCH=OFF "${sqlite[@]}"

cmake -S "$project" -B "$WORK/fuzzers" -G Ninja -D CMAKE_BUILD_TYPE=RelWithDebInfo \
  -D CMAKE_PREFIX_PATH="$prefix" "${sqlite[@]}"
cmake --build "$WORK/fuzzers"
find "$WORK/fuzzers" -maxdepth 1 -type f -executable -name '*_fuzz' -exec cp -t "$OUT" {} +
