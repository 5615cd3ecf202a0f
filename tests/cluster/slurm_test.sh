#!/usr/bin/env bash
# slurm_test.sh SIMRUN: tools/cluster/slurm.sh on a real Slurm of one node, which this script starts
# on the loopback interface with a configuration of its own, and stops again however it ends.
#
# Exit code 0: it works. 1: it does not. 77: Slurm cannot start here; the line says why.
set -uo pipefail

simrun=$(readlink -f "$1")
root=$(readlink -f "${BASH_SOURCE[0]}")
root=${root%/tests/cluster/slurm_test.sh}

skip() { printf 'skipped: %s\n' "$*"; exit 77; }
fail() {
  printf 'failed: %s\n' "$*"
  tail -n 20 "$dir"/*.log "$dir"/*.out 2>/dev/null
  exit 1
}

for program in munged slurmctld slurmd sbatch squeue scontrol; do
  command -v "$program" >/dev/null || skip "no $program; apt-get install slurm-wlm munge"
done
((EUID == 0)) || skip "slurmd starts jobs of users, so it has to run as root"

dir=$(mktemp -d)
daemons=()
stop() {
  local each
  for each in "${daemons[@]}"; do kill "$each" 2>/dev/null; done
  for each in "${daemons[@]}"; do
    for _ in {1..50}; do kill -0 "$each" 2>/dev/null || continue 2; sleep 0.1; done
    kill -KILL "$each"
  done
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

# until_true SECONDS COMMAND...: whether it comes true in time.
until_true() {
  local end=$((SECONDS + $1))
  shift
  while ! "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port=$((20000 + $$ % 20000))
while ! is_free "$port" || ! is_free "$((port + 1))"; do port=$((port + 2)); done

chmod 755 "$dir"
mkdir -m 700 "$dir/key"
mkdir "$dir/munge" "$dir/state" "$dir/spool"
head -c 1024 /dev/urandom >"$dir/key/munge.key"
chmod 400 "$dir/key/munge.key"
node=$(hostname -s)
cat >"$dir/slurm.conf" <<CONF
ClusterName=simloop_test
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=1,batch_sched_delay=1
MpiDefault=none
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
export SLURM_CONF=$dir/slurm.conf

munged --foreground --force --socket="$dir/munge/socket" --key-file="$dir/key/munge.key" \
  --pid-file="$dir/munge/pid" --seed-file="$dir/key/seed" --log-file="$dir/munged.log" \
  >"$dir/munged.out" 2>&1 &
daemons+=($!)
until_true 10 munge -n --socket "$dir/munge/socket" || skip "munged does not start: $(
  tail -n 1 "$dir/munged.out" "$dir/munged.log" 2>&1)"
slurmctld -D -f "$SLURM_CONF" -L "$dir/slurmctld.log" >"$dir/slurmctld.out" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -L "$dir/slurmd.log" >"$dir/slurmd.out" 2>&1 &
daemons+=($!)
is_idle() { sinfo -h -o %T | grep -qx idle; }
until_true 20 is_idle || skip "no node comes up: $(tail -n 2 "$dir/slurmd.log" "$dir/slurmctld.log" 2>&1)"

# Nobody outside of this machine may reach them.
listening=$(awk '$4 == "0A" {print $2}' /proc/net/tcp /proc/net/tcp6)
for each in "$port" "$((port + 1))"; do
  hex=$(printf ':%04X' "$each")
  grep -q -- "$hex\$" <<<"$listening" || fail "nobody listens at port $each"
  while read -r address; do
    [[ $address == 0100007F$hex ]] || fail "$address is not on the loopback interface"
  done < <(grep -- "$hex\$" <<<"$listening")
done

mkdir "$dir/work" && cd "$dir/work" || fail "no folder"
has_ended() { [[ -z $(squeue -h) ]]; }
run_campaign() {
  "$root/tools/cluster/slurm.sh" --tasks 4 --store all.db --simrun "$simrun" -- "$@" ||
    fail "nothing was submitted"
  until_true 40 has_ended || fail "the jobs do not end: $(squeue)"
}

run_campaign account overdraw counter_race --executions 600 --commit one
compgen -G 'all.db.task-*.db' >/dev/null && fail "a store was not merged: $(cat all.db.merge.log)"
"$simrun" merge --json --store all.db all.db >merged.json || fail "the store is none"
grep -q '"open":4' merged.json || fail "not all was found: $(cat merged.json)"

# The tasks have shared it: four runs, each of a shard of its own.
for task in 0 1 2 3; do
  grep -q "^shard $task/4$" "all.db.task-$task.log" &&
    grep -q "^FAILED: .* in 600 executions of 3 scenarios" "all.db.task-$task.log" ||
    fail "task $task: $(cat "all.db.task-$task.log")"
done

# The next night begins with what is known.
run_campaign account overdraw counter_race --executions 600 --commit two
for task in 0 1 2 3; do
  grep -q "^PASSED: 4 known in" "all.db.task-$task.log" || fail "task $task knows nothing"
done
echo "two campaigns of four tasks, 4 findings in one store"
