#include "tools/simrun/campaign/merge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/internal/with_commas.h"
#include "tools/simrun/campaign/store.h"
#include "tools/simrun/campaign/summary.h"
#include "tools/simrun/json.h"
#include "tools/simrun/program.h"

namespace simrun::campaign {

namespace {

using sim::internal::with_commas;

struct Merged {
  std::string path;
  std::int64_t rows = 0;  // that were new
  std::string trouble;    // empty: none
};

Merged merge_one(Store& into, const std::string& path) {
  // By a copy, so that a store of an older version is not changed.
  const auto from = Store::copy(path);
  if (!from.ok()) return {path, 0, std::string(from.status().message())};
  const auto rows = into.unite(**from);
  if (!rows.ok()) return {path, 0, std::string(rows.status().message())};
  return {path, *rows, {}};
}

std::string rows_in_words(std::int64_t rows) {
  if (rows == 0) return "nothing new";
  return absl::StrCat(with_commas(static_cast<std::uint64_t>(rows)),
                      rows == 1 ? " new row" : " new rows");
}

}  // namespace

int run_merge(const MergeOptions& options, bool json, Output& output, std::FILE* err) {
  const auto complain = [&](const std::string& line) {
    output.flush();
    return simrun::complain(err, line);
  };
  auto into = Store::open(options.store);
  if (!into.ok()) return complain(std::string(into.status().message()));
  int code = kNoBug;
  Json merged = Json::array();
  for (const std::string& path : options.from) {
    const Merged one = merge_one(**into, path);
    if (!one.trouble.empty()) code = complain(one.trouble);
    merged.push_back({{"store", path}, {"new_rows", one.rows}, {"trouble", one.trouble}});
    if (!json && one.trouble.empty()) {
      output.write(absl::StrCat(path, ": ", rows_in_words(one.rows), "\n"));
    }
  }
  const auto findings = (*into)->findings();
  if (!findings.ok()) return complain(std::string(findings.status().message()));
  const auto open = std::ranges::count_if(
      *findings, [](const Stored& each) { return is_open(each.state); });
  if (json) {
    output.write(as_line({{"ok", code == kNoBug},
                          {"store", options.store},
                          {"findings", findings->size()},
                          {"open", open},
                          {"merged", std::move(merged)}}));
  } else {
    output.write(absl::StrCat(options.store, ": ", findings->size(),
                              findings->size() == 1 ? " finding, " : " findings, ", open,
                              " open\n"));
  }
  return code;
}

}  // namespace simrun::campaign
