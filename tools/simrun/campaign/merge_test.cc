// What simrun merge says and makes; what uniting two stores comes to is in store_test.cc.
#include "tools/simrun/campaign/merge.h"

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "tools/simrun/campaign/in_test.h"
#include "tools/simrun/in_test.h"

namespace simrun::campaign {
namespace {

using testing::HasSubstr;

class MergeTest : public testing::Test {
 protected:
  MergeTest() {
    auto store = taken(Store::open(nightly_));
    taken(store->add(begun(*store), entry_of({made_up("bank", "m")})));
  }

  const Folder folder_;
  const std::string nightly_ = folder_ / "nightly.db";
  const std::string missing_ = folder_ / "missing.db";
  const std::string all_ = folder_ / "all.db";
};

TEST_F(MergeTest, IsDoneOnceAndSaysWhatIsNew) {
  const Called merged = call({"merge", "--store", all_, nightly_, nightly_});
  EXPECT_EQ(merged.code, kNoBug);
  EXPECT_EQ(merged.out, nightly_ + ": 4 new rows\n" + nightly_ + ": nothing new\n" + all_ +
                            ": 1 finding, 1 open\n");
}

TEST_F(MergeTest, GoesOnBehindAStoreThatCannotBeRead) {
  const Called merged = call({"merge", "--store", all_, missing_, nightly_});
  EXPECT_EQ(merged.code, kBadUsage);
  EXPECT_EQ(merged.err, "simrun: the store '" + missing_ + "': No such file or directory\n");
  EXPECT_THAT(merged.out, HasSubstr(nightly_ + ": 4 new rows\n"));
}

TEST_F(MergeTest, OfNothingMakesNoStore) {
  const Called merged = call({"merge", "--store", all_, missing_, "--json"});
  EXPECT_EQ(merged.code, kBadUsage);
  EXPECT_THAT(merged.out, HasSubstr("\"findings\":null"));
  EXPECT_FALSE(std::filesystem::exists(all_));
}

TEST_F(MergeTest, OfNothingSaysWhatIsThere) {
  const Called merged = call({"merge", "--store", nightly_, missing_});
  EXPECT_EQ(merged.code, kBadUsage);
  EXPECT_EQ(merged.out, nightly_ + ": 1 finding, 1 open\n");
}

}  // namespace
}  // namespace simrun::campaign
