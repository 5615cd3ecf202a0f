#include "tools/simrun/campaign/merge.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "sim/internal/with_commas.h"
#include "tools/simrun/campaign/store.h"
#include "tools/simrun/campaign/summary.h"
#include "tools/simrun/json.h"
#include "tools/simrun/program.h"

namespace simrun::campaign {

namespace {

using sim::internal::with_commas;

std::string rows_in_words(std::int64_t rows) {
  if (rows == 0) return "nothing new";
  return absl::StrCat(with_commas(static_cast<std::uint64_t>(rows)),
                      rows == 1 ? " new row" : " new rows");
}

}  // namespace

int run_merge(const MergeOptions& options, bool json, Output& output, std::FILE* err) {
  int code = kNoBug;
  const auto complain = [&](const absl::Status& status) {
    output.flush();
    return simrun::complain(err, status.message());
  };
  Json merged = Json::array();
  const auto note = [&](const std::string& path, const absl::StatusOr<std::int64_t>& rows) {
    if (!rows.ok()) code = complain(rows.status());
    merged.push_back({{"store", path},
                      {"new_rows", rows.value_or(0)},
                      {"trouble", std::string(rows.status().message())}});
    if (!json && rows.ok()) output.write(absl::StrCat(path, ": ", rows_in_words(*rows), "\n"));
  };
  std::unique_ptr<Store> into;  // made once there is something to put into it
  for (const std::string& path : options.from) {
    // By a copy, so that a store of an older version is not changed.
    const auto from = Store::copy(path);
    if (!from.ok()) {
      note(path, from.status());
      continue;
    }
    if (into == nullptr) {
      auto opened = Store::open(options.store);
      if (!opened.ok()) return complain(opened.status());
      into = *std::move(opened);
    }
    note(path, into->unite(**from));
  }
  if (into == nullptr && std::filesystem::exists(options.store)) {
    auto opened = Store::open(options.store);
    if (!opened.ok()) return complain(opened.status());
    into = *std::move(opened);
  }
  Json findings;
  Json open;
  if (into != nullptr) {
    const auto all = into->findings();
    if (!all.ok()) return complain(all.status());
    findings = all->size();
    open = std::ranges::count_if(*all, [](const Stored& each) { return is_open(each.state); });
    if (!json) {
      output.write(absl::StrCat(options.store, ": ", all->size(),
                                all->size() == 1 ? " finding, " : " findings, ",
                                open.get<std::int64_t>(), " open\n"));
    }
  }
  if (json) {
    output.write(as_line({{"ok", code == kNoBug},
                          {"store", options.store},
                          {"findings", findings},
                          {"open", open},
                          {"merged", std::move(merged)}}));
  }
  return code;
}

}  // namespace simrun::campaign
