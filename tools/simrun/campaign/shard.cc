#include "tools/simrun/campaign/shard.h"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace simrun::campaign {

namespace {

constexpr std::uint32_t kMostShards = 1'000'000;

template <class... Parts>
absl::Status bad_share(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

std::optional<std::uint32_t> whole_number(const std::string& text) {
  std::uint32_t number = 0;
  const bool digits = !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0]));
  if (!digits || !absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

// Of one environment.
struct Said {
  std::string by;  // the variable
  Share share;
};
using MaybeSaid = absl::StatusOr<std::optional<Said>>;

class Reader {
 public:
  // `total`: of how many, by the flag.
  Reader(const Environment& environment, std::optional<std::uint32_t> total)
      : environment_(environment), total_(total) {}

  MaybeSaid pair(const char* index, const char* count, std::uint32_t first) const {
    if (!is_set(index)) return std::nullopt;
    const auto at = number(index);
    if (!at.ok()) return at.status();
    const absl::StatusOr<std::uint32_t> of = total_ ? *total_ : number(count);
    if (!of.ok()) return of.status();
    return said(index, *at, first, *of);
  }

  MaybeSaid kubernetes() const {
    constexpr char kIndex[] = "JOB_COMPLETION_INDEX";
    if (!is_set(kIndex)) return std::nullopt;
    const auto at = number(kIndex);
    if (!at.ok()) return at.status();
    if (!total_) {
      return bad_share(kIndex, " is ", *at, ", and Kubernetes does not say of how many; write ",
                       "--shard /N with the completions of the job, or --shard 0/1 for all of it");
    }
    return said(kIndex, *at, 0, *total_);
  }

  MaybeSaid slurm() const {
    constexpr char kId[] = "SLURM_ARRAY_TASK_ID";
    if (!is_set(kId)) return std::nullopt;
    std::vector<std::uint32_t> values;
    for (const char* name :
         {kId, "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX"}) {
      const auto value = number(name);
      if (!value.ok()) return value.status();
      values.push_back(*value);
    }
    std::uint32_t step = 1;
    if (is_set("SLURM_ARRAY_TASK_STEP")) {
      const auto value = number("SLURM_ARRAY_TASK_STEP");
      if (!value.ok()) return value.status();
      step = *value;
    }
    const std::uint32_t id = values[0], count = values[1], least = values[2], most = values[3];
    const bool regular = step > 0 && least <= id && id <= most && (id - least) % step == 0 &&
                         (most - least) / step + 1 == count;
    if (!regular && count > 0) {
      return bad_share("the ids of this Slurm array do not count up evenly from ", least, " to ",
                       most, "; write --shard i/", count, ", or submit --array=0-", count - 1);
    }
    if (!regular) return said(kId, id, 0, 0);
    return said(kId, (id - least) / step, 0, total_.value_or(count));
  }

 private:
  bool is_set(const char* name) const {
    const char* value = environment_(name);
    return value != nullptr && *value != '\0';
  }
  absl::StatusOr<std::uint32_t> number(const char* name) const {
    const char* value = environment_(name);
    const std::string text = value == nullptr ? "" : value;
    const std::optional<std::uint32_t> count = whole_number(text);
    if (count) return *count;
    return bad_share(name, " is '", text, "', which is no whole number; write --shard i/n");
  }
  MaybeSaid said(const char* by, std::uint32_t at, std::uint32_t first, std::uint32_t of) const {
    if (of >= 1 && of <= kMostShards && at >= first && at - first < of) {
      return Said{by, {at - first, of}};
    }
    return bad_share(by, " is ", at, " of ", of, ", which is no share; write --shard i/n");
  }

  const Environment& environment_;
  std::optional<std::uint32_t> total_;
};

absl::StatusOr<Share> from_environment(const Environment& environment,
                                       std::optional<std::uint32_t> total) {
  const Reader reader(environment, total);
  std::optional<Said> before;
  for (const MaybeSaid& next : {reader.slurm(), reader.kubernetes(),
                                reader.pair("GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS", 0),
                                reader.pair("TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0),
                                reader.pair("CI_NODE_INDEX", "CI_NODE_TOTAL", 1)}) {
    if (!next.ok()) return next.status();
    if (!*next) continue;
    const Said& now = **next;
    if (before && before->share != now.share) {
      return bad_share(before->by, " says shard ", before->share.index, "/", before->share.of,
                       " and ", now.by, " says ", now.share.index, "/", now.share.of,
                       "; write which with --shard i/n");
    }
    before = now;
  }
  if (before) return before->share;
  if (total && *total > 1) {
    return bad_share("--shard /", *total, " takes the index from the environment, and none of ",
                     "SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, GTEST_SHARD_INDEX, ",
                     "TEST_SHARD_INDEX and CI_NODE_INDEX is set; write --shard i/", *total);
  }
  return Share{};
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> const char* { return std::getenv(name); };
}

absl::StatusOr<Share> read_share(const std::string* flag, const Environment& environment) {
  if (flag == nullptr) return from_environment(environment, std::nullopt);
  const std::size_t slash = flag->find('/');
  const auto of = whole_number(slash == std::string::npos ? "" : flag->substr(slash + 1));
  if (of && *of >= 1 && *of <= kMostShards) {
    if (slash == 0) return from_environment(environment, *of);
    const auto index = whole_number(flag->substr(0, slash));
    if (index && *index < *of) return Share{*index, *of};
  }
  return bad_share("bad value for --shard: '", *flag, "' is no share; write i/n with i from 0 to ",
                   "n - 1, like 0/4, or /n where the environment says which");
}

void announce_shards(const Environment& environment) {
  for (const char* name : {"GTEST_SHARD_STATUS_FILE", "TEST_SHARD_STATUS_FILE"}) {
    const char* path = environment(name);
    if (path != nullptr && *path != '\0') std::ofstream(path, std::ios::app);
  }
}

}  // namespace simrun::campaign
