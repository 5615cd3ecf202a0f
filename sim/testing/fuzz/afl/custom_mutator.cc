// What AFL++ calls in a custom mutator (docs/custom_mutators.md of AFL++): a library of its own,
// which afl-fuzz loads by AFL_CUSTOM_MUTATOR_LIBRARY. The same one serves every fuzzer.
#include "sim/testing/fuzz/mutator.h"

struct afl_state;

namespace sim::fuzz {

namespace {

struct State {
  Rng rng;
  Bytes output;  // what was returned last; AFL++ copies it
};

}  // namespace
}  // namespace sim::fuzz

extern "C" void* afl_custom_init(afl_state*, unsigned seed) {
  return new sim::fuzz::State{sim::Rng(seed), {}};
}

extern "C" void afl_custom_deinit(void* state) { delete static_cast<sim::fuzz::State*>(state); }

// AFL++ gives a second input where it has one: it may go on as that one.
extern "C" std::size_t afl_custom_fuzz(void* state, std::uint8_t* data, std::size_t size,
                                       std::uint8_t** output, std::uint8_t* other,
                                       std::size_t other_size, std::size_t most) {
  auto& [rng, bytes] = *static_cast<sim::fuzz::State*>(state);
  const bool splices = other != nullptr && rng.below(8) == 0;
  bytes = splices ? sim::fuzz::splice({data, size}, {other, other_size}, most, rng)
                  : sim::fuzz::mutate({data, size}, most, 0, rng);
  if (bytes.empty()) bytes.assign(1, 0);  // AFL++ runs no empty input; a lone number is the same
  *output = bytes.data();
  return bytes.size();
}
