// What a guest may say to hvkit-9p, whatever it is: scripts/fuzz. Each message stands behind its length (2 bytes), and
// has its true size put in front, so that it gets further than to the first look at it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "9p/session.h"

using namespace hvkit::nine;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

/// A folder with something in it, and something beside it that nobody may reach.
class Place {
 public:
  Place() {
    path_ = "/tmp/hvkit-fuzz-9p-XXXXXX";
    Require(mkdtemp(path_.data()) != nullptr);
    outside_ = path_ + "/outside";
    Make();
  }
  ~Place() { Run("rm -rf " + path_); }

  /// As it was, now and then: what was made meanwhile is worth keeping for a while.
  void Renew() {
    Run("chmod -R u+rwx " + path_ + " && rm -rf " + path_ + "/shared");
    Make();
  }
  Descriptor Open() const { return Descriptor(open((path_ + "/shared").c_str(), O_RDONLY | O_DIRECTORY)); }

  void RequireUntouched() const {
    struct stat status = {};
    Require(stat(outside_.c_str(), &status) == 0 && status.st_size == 7 && (status.st_mode & 07777U) == 0640);
    Require(stat(path_.c_str(), &status) == 0 && status.st_nlink == 3);
  }

 private:
  static void Run(const std::string& line) { Require(std::system(line.c_str()) == 0); }
  void Make() const {
    Run("cd " + path_ +
        " && mkdir -p shared/a/b && printf content >shared/f && ln -sf ../outside shared/l && ln -sf / shared/r" +
        " && printf outside >outside && chmod 640 outside");
  }

  std::string path_;
  std::string outside_;
};

std::vector<uint8_t> MessageOf(const uint8_t* data, size_t size) {
  std::vector<uint8_t> message(std::max(size + 4, kHeader));
  std::copy_n(data, size, message.begin() + 4);
  for (size_t i = 0; i < 4; ++i) message[i] = static_cast<uint8_t>(message.size() >> (8 * i));
  return message;
}

void RequireReply(const std::vector<uint8_t>& reply, const std::vector<uint8_t>& message, uint32_t largest) {
  Require(reply.size() >= kHeader && reply.size() <= std::max(largest, kSmallestMessage));
  Require(Reader(reply.data(), 4).U32() == reply.size());
  Require(reply[5] == message[5] && reply[6] == message[6]);
  Require(reply[4] == kError ? reply.size() == kHeader + 4 : reply[4] == static_cast<uint8_t>(message[4] + 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Place place;
  static unsigned runs = 0;
  if (++runs % 512 == 0) place.Renew();
  if (size == 0) return 0;
  SessionOptions options;
  options.read_only = (data[0] & 1U) != 0;
  if ((data[0] & 2U) != 0) options.owner = Owner{1000, 1000};
  Session session(place.Open(), options);
  Writer reply;
  Reader in(data + 1, size - 1);
  for (;;) {
    const uint16_t length = in.U16();
    const std::string_view bytes = in.Bytes(length);
    if (length == 0 || bytes.size() < length) break;
    const std::vector<uint8_t> message = MessageOf(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    if (!session.Answer(message.data(), message.size(), reply)) break;
    RequireReply(reply.bytes(), message, session.largest());
  }
  place.RequireUntouched();
  return 0;
}
