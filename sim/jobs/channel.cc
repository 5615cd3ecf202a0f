#include "sim/jobs/channel.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sim::jobs {

namespace {

struct Header {
  std::uint32_t kind;
  std::uint64_t size;
};
constexpr std::uint64_t kChunk = 1 << 20;

// The message that carries two descriptors.
struct Carrier {
  char byte = 0;
  iovec part{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(std::array<int, 2>))] = {};
  msghdr message = {};
  Carrier() {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
};

}  // namespace

bool send_bytes(int socket, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::send(socket, at, size, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool receive_bytes(int socket, void* bytes, std::size_t size) {
  char* at = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::recv(socket, at, size, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool send_message(int socket, std::uint32_t kind, const std::string& bytes) {
  const Header header{kind, bytes.size()};
  return send_bytes(socket, &header, sizeof header) &&
         send_bytes(socket, bytes.data(), bytes.size());
}

std::optional<Message> receive_message(int socket) {
  Header header{};
  if (!receive_bytes(socket, &header, sizeof header)) return std::nullopt;
  Message message{.kind = header.kind, .bytes = {}};
  // Piece by piece: a size that is wrong ends with the bytes, not with the memory.
  for (std::uint64_t left = header.size; left > 0;) {
    const std::uint64_t size = std::min(left, kChunk);
    const std::size_t before = message.bytes.size();
    message.bytes.resize(before + size);
    if (!receive_bytes(socket, message.bytes.data() + before, size)) return std::nullopt;
    left -= size;
  }
  return message;
}

bool send_descriptors(int socket, const std::array<int, 2>& descriptors) {
  Carrier carrier;
  cmsghdr* const header = CMSG_FIRSTHDR(&carrier.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
  for (;;) {
    const ssize_t count = ::sendmsg(socket, &carrier.message, MSG_NOSIGNAL);
    if (count >= 0 || errno != EINTR) return count == 1;
  }
}

std::optional<std::array<int, 2>> receive_descriptors(int socket) {
  Carrier carrier;
  for (;;) {
    const ssize_t count = ::recvmsg(socket, &carrier.message, MSG_CMSG_CLOEXEC);
    if (count < 0 && errno == EINTR) continue;
    const cmsghdr* const header = count == 1 ? CMSG_FIRSTHDR(&carrier.message) : nullptr;
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return std::nullopt;
    std::array<int, 2> descriptors;
    std::memcpy(descriptors.data(), CMSG_DATA(header), sizeof descriptors);
    return descriptors;
  }
}

}  // namespace sim::jobs
