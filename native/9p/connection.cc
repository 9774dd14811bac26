#include "9p/connection.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace hvkit::nine {

namespace {

constexpr size_t kSizeBytes = 4;

bool WriteAll(int socket, const std::vector<uint8_t>& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = write(socket, bytes.data() + done, bytes.size() - done);
    if (written == -1 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

}  // namespace

bool Serve(int socket, Session& session) {
  // With room for the longest message there is always room for the rest of one.
  std::vector<uint8_t> buffer(size_t{kLargestMessage} * 2);
  size_t begin = 0;
  size_t end = 0;
  Writer reply;
  for (;;) {
    while (end - begin >= kSizeBytes) {
      const size_t size = Reader(&buffer[begin], kSizeBytes).U32();
      if (size < kHeader || size > session.largest()) return false;
      if (end - begin < size) break;
      if (!session.Answer(&buffer[begin], size, reply)) return false;
      begin += size;
      // Nobody who wants it: the end comes at the next read.
      if (!WriteAll(socket, reply.bytes())) return true;
    }
    std::copy(buffer.begin() + static_cast<ptrdiff_t>(begin), buffer.begin() + static_cast<ptrdiff_t>(end),
              buffer.begin());
    end -= begin;
    begin = 0;
    const ssize_t got = read(socket, &buffer[end], buffer.size() - end);
    if (got == -1 && errno == EINTR) continue;
    if (got <= 0) return true;
    end += static_cast<size_t>(got);
  }
}

}  // namespace hvkit::nine
