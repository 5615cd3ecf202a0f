// Channel: messages over a socket between two processes, each a kind and some bytes; with one may
// go file descriptors.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace sim::jobs {

// Whether all of it went through; the other end may be gone.
bool send_bytes(int socket, const void* bytes, std::size_t size);
// False at the end of what comes.
bool receive_bytes(int socket, void* bytes, std::size_t size);

struct Message {
  std::uint32_t kind = 0;
  std::string bytes;
};

bool send_message(int socket, std::uint32_t kind, const std::string& bytes);
std::optional<Message> receive_message(int socket);

// Two descriptors, which the receiver owns.
bool send_descriptors(int socket, const std::array<int, 2>& descriptors);
std::optional<std::array<int, 2>> receive_descriptors(int socket);

}  // namespace sim::jobs
