#!/usr/bin/env bash
# options.sh FUZZER: what is asked of a fuzzer with several scenarios, and wrongly, is one line.
set -uo pipefail

fuzzer=$1
fail() { echo "options.sh: $*" >&2; exit 1; }

# refused LINE ARGUMENT...: exit code 2 and that line.
refused() {
  local line=$1 said code
  shift
  said=$("$fuzzer" "$@" -runs=1 2>&1)
  code=$?
  ((code == 2)) || fail "exit code $code for $*"
  [[ $said == "simloop: $line"* ]] || fail "it says: $said"
}

refused '--scenario=NAME or SIM_FUZZ=NAME says which one to fuzz: counter_race counter_race_fixed crash lockinc Tally.IsKept'
refused "unknown scenario 'lockinq'; did you mean 'lockinc'?" --scenario=lockinq
refused "bad value for --cancel: 'x'" --scenario=lockinc --cancel=x
refused 'a SIM_TEST has no parameters: --n=2' --scenario=Tally.IsKept --n=2
SIM_REPLAY=x refused 'the token' --scenario=lockinc

SIM_FUZZ='lockinc --order=fifo' "$fuzzer" -runs=500 -seed=1 >/dev/null 2>&1 ||
  fail 'lockinc in order fifo fails'
said=$(SIM_FUZZ=Tally.IsKept "$fuzzer" -runs=5000 -seed=1 -artifact_prefix=/dev/null 2>&1) &&
  fail 'the SIM_TEST passes'
[[ $said == *'a GoogleTest assertion failed'* ]] || fail "it says: $said"
line=$(sed -n 's/^replay: //p' <<<"$said")
[[ $line == "SIM_REPLAY=A"*" SIM_FUZZ=Tally.IsKept $fuzzer" ]] || fail "the line is '$line'"
said=$(eval "$line" 2>&1) && fail 'the replay line passes'
[[ $said == *'a GoogleTest assertion failed'* ]] || fail "it says: $said"

# The process dies in the code under test: the schedule is told with its token all the same.
said=$("$fuzzer" --scenario=crash -runs=500 -seed=1 -artifact_prefix=/dev/null 2>&1) &&
  fail 'the crash is not found'
[[ $said == *'simloop: SIGABRT in crash'* ]] || fail "it says: $said"
token=$(sed -n 's/^replay: .\/simrun replay crash //p' <<<"$said")
[[ $token == A* ]] || fail "the token is '$token'"
said=$(SIM_REPLAY=$token "$fuzzer" --scenario=crash 2>&1) && fail 'the crash is not repeated'
[[ $said == *"replay: ./simrun replay crash $token"* ]] || fail "it says: $said"
