// Generator: programs around a faulty algorithm.
#pragma once

#include <rapidcheck.h>

#include "property_tests/faulty/program.h"

namespace faulty {

rc::Gen<Program> program_around(const Algorithm& algorithm);

}  // namespace faulty
