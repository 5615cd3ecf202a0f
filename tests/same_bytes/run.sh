#!/usr/bin/env bash
# run.sh [SEEDS]: the same seed gives the same bytes. Builds the scenarios with clang 19 and g++, at -O0 and
# -O3, runs each build with and without address randomisation over SEEDS seeds (default 1000), prints
# what every build computed and fails if two of them differ.
set -euo pipefail

root=$(readlink -f "${BASH_SOURCE[0]}")
root=${root%/tests/*}
seeds=${1:-1000}
first=
status=0

compare() {
  local name=$1
  shift
  local hashes=$out/hashes/$name
  "$@" "$seeds" >"$hashes"
  printf '%-28s %s\n' "$name" "$(sha256sum <"$hashes" | cut -c1-16)"
  if [[ -z $first ]]; then
    first=$hashes
  elif ! cmp -s "$first" "$hashes"; then
    diff "$first" "$hashes" || status=1
  fi
}

out=$root/build/same_bytes
mkdir -p "$out/hashes"
compilers=(g++)
command -v clang++-19 >/dev/null && compilers=(clang++-19 g++)
for compiler in "${compilers[@]}"; do
  for level in -O0 -O3; do
    dir=$out/$compiler$level
    cmake -S "$root" -B "$dir" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$level" \
      -DSIMLOOP_TESTS=OFF -DSIMLOOP_BENCH=OFF >"$out/log" 2>&1 &&
      cmake --build "$dir" --target trace_hashes >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }
    compare "$compiler$level" "$dir/trace_hashes"
    compare "$compiler$level.again" "$dir/trace_hashes"
    if setarch -R true 2>/dev/null; then
      compare "$compiler$level.fixed-addresses" setarch -R "$dir/trace_hashes"
    else
      echo "this machine does not let a process switch address randomisation off"
    fi
  done
done
echo
cat "$first"
((status == 0)) && echo "all builds agree over $seeds seeds" || echo "BUILDS DIFFER"
exit "$status"
