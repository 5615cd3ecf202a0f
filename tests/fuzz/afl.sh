#!/usr/bin/env bash
# afl.sh FUZZER MUTATOR SIMRUN FOLDER: afl-fuzz finds pingpong(4) from an input of one byte, and
# simrun replays the file that it keeps. Exit code 77 where AFL++ cannot run on this machine.
set -uo pipefail

fuzzer=$1 mutator=$2 simrun=$3 folder=$4
fail() { echo "afl.sh: $*" >&2; exit 1; }

rm -rf "$folder"
mkdir -p "$folder/in"
cd "$folder" || fail "no folder"
printf '\0' >in/fifo
export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_BENCH_UNTIL_CRASH=1
export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
export AFL_CUSTOM_MUTATOR_LIBRARY=$mutator AFL_CUSTOM_MUTATOR_ONLY=1
afl-fuzz -s 1 -V 60 -i in -o out -- "$fuzzer" --scenario=pingpong --n=4 >afl.log 2>&1
kept=$(find out/default/crashes -name 'id:*' 2>/dev/null | head -1)
if [[ ! -d out/default ]]; then
  tail -20 afl.log
  grep -qE 'shmget|core_pattern' afl.log && { echo "skipped: afl-fuzz cannot run here"; exit 77; }
fi
[[ -n $kept ]] || { tail -20 afl.log; fail "not found"; }
grep -E 'execs_done|var_byte_count|edges_found|total_edges' out/default/fuzzer_stats

"$simrun" replay pingpong --n=4 "$kept" >replay.log
(($? == 1)) || fail "replay of the file did not fail"
grep -qF 'SIM_CHECK_NE(x.get(), 2 * rounds), with 8 and 8 failed' replay.log || fail "another failure"
"$fuzzer" --scenario=pingpong --n=4 "$kept" >again.log 2>&1 && fail "the target passed its crash"
grep -q '^replay: ./simrun replay pingpong --n=4 A' again.log || fail "no replay line"
