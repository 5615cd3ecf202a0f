#pragma once
#include <memory>
#include <string>
#include <string_view>
#include "sim/explore/search.h"
namespace sim {
class Strategy { public: static Strategy parse(std::string_view t) { Strategy s; s.name_ = t; return s; } const std::string& name() const { return name_; } private: std::string name_; };
std::unique_ptr<Search> make_search(const Strategy&, std::uint64_t seed);
}
