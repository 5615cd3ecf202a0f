#include "tools/simrun/schedule_file.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "sim/explore/token.h"

namespace {

using simrun::Command;
using testing::HasSubstr;

class ScheduleFile : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path = testing::TempDir() + "schedule_file_test." +
                             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  absl::Status read(const std::string& argument) {
    return simrun::read_schedule(argument, command_);
  }

  Command command_;
  const std::string token_ = sim::Token{{7, 8, 0}, {{3, 2, 1}}}.to_string();
};

TEST_F(ScheduleFile, IsNotNeededForAToken) {
  ASSERT_TRUE(read(token_).ok());
  EXPECT_EQ(command_.token, token_);
  EXPECT_FALSE(command_.input);
}

TEST_F(ScheduleFile, MayHoldAToken) {
  ASSERT_TRUE(read(write(" " + token_ + "\n")).ok());
  EXPECT_EQ(command_.token, token_);
  EXPECT_FALSE(command_.input);
}

TEST_F(ScheduleFile, WithADamagedTokenIsNoInputOfAFuzzer) {
  std::string damaged = token_;
  damaged[5] = damaged[5] == 'x' ? 'y' : 'x';
  ASSERT_TRUE(read(write(damaged)).ok());
  EXPECT_EQ(command_.token, damaged);  // refused by whoever parses it
  EXPECT_FALSE(command_.input);
}

TEST_F(ScheduleFile, HoldsBytesOtherwise) {
  for (const std::string& bytes : {std::string(), std::string("\1\0", 2), std::string("AAAA")}) {
    command_ = {};
    ASSERT_TRUE(read(write(bytes)).ok());
    ASSERT_TRUE(command_.input.has_value());
    EXPECT_EQ(std::string(command_.input->begin(), command_.input->end()), bytes);
  }
}

TEST_F(ScheduleFile, ThatIsNotThereIsAnError) {
  EXPECT_THAT(std::string(read("no/such.file").message()), HasSubstr("no file 'no/such.file'"));
  EXPECT_THAT(std::string(read(testing::TempDir()).message()), HasSubstr("is no file"));
}

TEST_F(ScheduleFile, ThatIsLargerThanASchedule) {
  EXPECT_THAT(std::string(read(write(std::string((1 << 20) + 1, '\1'))).message()),
              HasSubstr("larger than a schedule can be"));
}

}  // namespace
