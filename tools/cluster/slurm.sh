#!/usr/bin/env bash
# slurm.sh: a campaign on the machines of a Slurm cluster, as a job array and a job that merges what
# its tasks have found.
#
#   tools/cluster/slurm.sh --tasks N --store FILE.db [--simrun PROGRAM] -- CAMPAIGN-ARGUMENTS
#   tools/cluster/slurm.sh --tasks 8 --store nightly.db -- --budget 1h --commit "$(git rev-parse HEAD)"
#
# Each task has a store of its own beside FILE.db, begins with what FILE.db knows, and takes its
# shard from Slurm's environment. The merge runs when all tasks have ended, however they ended, and
# removes their stores once everything is in FILE.db. FILE.db and PROGRAM must be on a file system
# that all machines share; what partition, account and time limit it is comes from the SBATCH_*
# variables that sbatch reads. Prints the two job numbers, and what may be waited for.
set -euo pipefail

fail() { printf 'slurm.sh: %s\n' "$*" >&2; exit 2; }

# In a task of the array.
explore() {
  local store=$1 simrun=$2
  shift 2
  local own=$store.task-$SLURM_ARRAY_TASK_ID.db
  [[ ! -e $store ]] || "$simrun" merge --store "$own" "$store" ||
    echo 'slurm.sh: goes on without what is known' >&2
  exec "$simrun" campaign --store "$own" "$@"
}

# Behind the array.
merge() {
  local store=$1 simrun=$2
  "$simrun" merge --store "$store" "$store".task-*.db
  rm -f "$store".task-*.db "$store".task-*.db-wal "$store".task-*.db-shm
}

submit() {
  local tasks='' store='' simrun=''
  while (($#)); do
    case $1 in
      --tasks | --store | --simrun)
        (($# > 1)) || fail "$1 needs a value"
        declare "${1#--}=$2"
        shift 2
        ;;
      --) shift; break ;;
      *) fail "unknown argument '$1'; usage: slurm.sh --tasks N --store FILE.db -- ARGUMENTS" ;;
    esac
  done
  [[ $tasks =~ ^[1-9][0-9]*$ ]] || fail "--tasks is how many machines, like 8"
  [[ -n $store ]] || fail "--store is the file for what is found, like nightly.db"
  [[ -n $simrun ]] || simrun=$(command -v simrun) || fail "no simrun in PATH; say --simrun PROGRAM"
  simrun=$(readlink -f "$simrun") && [[ -x $simrun ]] || fail "'$simrun' is no program"
  store=$(readlink -f "$store") || fail "there is no folder for the store"
  command -v sbatch >/dev/null || fail "no sbatch here: this is for machines of a Slurm cluster"

  local array after
  array=$(sbatch --parsable --job-name=simrun --array="0-$((tasks - 1))" \
    --output="$store.task-%a.log" "$0" explore "$store" "$simrun" "$@")
  array=${array%%;*}  # behind it stands the cluster, where there are several
  after=$(sbatch --parsable --job-name=simrun-merge --dependency="afterany:$array" \
    --output="$store.merge.log" "$0" merge "$store" "$simrun")
  printf 'array %s, merge %s; logs: %s.*.log\n' "$array" "${after%%;*}" "$store"
}

case ${1:-} in
  explore | merge) "$@" ;;
  *) submit "$@" ;;
esac
