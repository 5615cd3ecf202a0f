// Shard: which share of a campaign's executions is this process's, where several share it.
//
// Said by `--shard i/n`, i from 0, or taken from the environment of what started the process:
//
//   SLURM_ARRAY_TASK_ID   with _COUNT, _MIN, _MAX and _STEP: the place of the id in the array
//   JOB_COMPLETION_INDEX  of Kubernetes, from 0; of how many it does not say: --shard /n
//   GTEST_SHARD_INDEX     from 0, GTEST_TOTAL_SHARDS
//   TEST_SHARD_INDEX      of Bazel, from 0, TEST_TOTAL_SHARDS
//   CI_NODE_INDEX         of GitLab, from 1, CI_NODE_TOTAL
//
// The flag goes before the environment. Two environments that say different things are an error
// that asks for the flag; `--shard 0/1` is all of it, whatever they say.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "sim/explore/rounds.h"

namespace simrun::campaign {

using sim::Share;

// The value of a variable, or null.
using Environment = std::function<const char*(const char*)>;
Environment process_environment();

// `flag` is the value of --shard, or null where it was not given.
absl::StatusOr<Share> read_share(const std::string* flag,
                                 const Environment& environment = process_environment());

// Makes the files that GoogleTest's and Bazel's runners look for to see that shards are known here.
void announce_shards(const Environment& environment = process_environment());

}  // namespace simrun::campaign
