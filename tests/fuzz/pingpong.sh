#!/usr/bin/env bash
# pingpong.sh FUZZER SIMRUN FOLDER: libFuzzer finds pingpong(4) from nothing, in a bounded number of
# runs; the line that it prints, and simrun given the file that it keeps, fail in the same way. It
# finds pingpong(8) too, which no number of runs does where traces do not count as coverage.
set -uo pipefail

fuzzer=$1 simrun=$2 folder=$3
fail() { echo "pingpong.sh: $*" >&2; exit 1; }
expect() { grep -qF -- "$2" "$1" || { cat "$1"; fail "no '$2' in $1"; }; }

rm -rf "$folder"
mkdir -p "$folder"
cd "$folder" || fail "no folder"
"$fuzzer" --n=4 -seed=1 -runs=200000 -max_len=64 -artifact_prefix="$folder/" >fuzzer.log 2>&1
code=$?
((code != 0)) || { tail -5 fuzzer.log; fail "not found"; }
failed='SIM_CHECK_NE(x.get(), 2 * rounds), with 8 and 8 failed'
expect fuzzer.log "$failed"
grep -E '^#[0-9]+' fuzzer.log | tail -1

line=$(sed -n 's/^replay: //p' fuzzer.log)
[[ $line == './simrun replay pingpong --n=4 A'* ]] || fail "the replay line is '$line'"
ln -s "$simrun" simrun
$line >replay.log
(($? == 1)) || fail "the replay line did not fail"
expect replay.log "$failed"

kept=(crash-*)
./simrun replay pingpong --n=4 "${kept[0]}" >file.log
(($? == 1)) || fail "replay of the file did not fail"
expect file.log "$failed"
./simrun shrink pingpong --n=4 "${kept[0]}" >shrunk.log
expect shrunk.log "$line"

token=${line##* }
echo "$token" >token.txt
./simrun replay pingpong --n=4 token.txt >token.log
(($? == 1)) || fail "replay of a file with the token did not fail"
cmp replay.log token.log || fail "the token in a file is another run"
SIM_REPLAY=$token "$fuzzer" --n=4 >inside.log 2>&1
(($? == 1)) || fail "SIM_REPLAY did not fail"
expect inside.log "$failed"
"$fuzzer" --n=4 "${kept[0]}" >again.log 2>&1 && fail "the fuzzer passed what it had kept"
expect again.log "$failed"

"$fuzzer" --n=8 -seed=1 -runs=300000 -max_len=128 -artifact_prefix="$folder/" >eight.log 2>&1 &&
  fail "pingpong(8) was not found"
expect eight.log 'with 16 and 16 failed'
grep -E '^#[0-9]+' eight.log | tail -1
