#include <libvirt/libvirt.h>

#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

/// Moving bytes through a stream that does not block: "nothing now" is an answer, not an error.
namespace hvkit::libvirt {

namespace {

constexpr int kNothingNow = -2;

/// A Buffer (empty at the end), or null when nothing has come yet.
Napi::Value Receive(const Napi::CallbackInfo& info) {
  return CallByHand<virStreamPtr>(info, [](Reader& arguments) {
    const auto size = arguments.Size(Reader::kMostBytes);
    return [size](const Handle<virStreamPtr>& stream) -> Value {
      Value::Bytes bytes(size);
      const int received = virStreamRecv(stream.pointer(), reinterpret_cast<char*>(bytes.data()), bytes.size());
      if (received == kNothingNow) return Value::Null{};
      if (received < 0) throw LastFailure("virStreamRecv");
      bytes.resize(static_cast<size_t>(received));
      return bytes;
    };
  });
}

/// How many bytes were taken: 0 when there is no room now.
Napi::Value Send(const Napi::CallbackInfo& info) {
  return CallByHand<virStreamPtr>(info, [](Reader& arguments) {
    auto bytes = arguments.Bytes();
    return [bytes](const Handle<virStreamPtr>& stream) -> Value {
      const int sent = virStreamSend(stream.pointer(), reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (sent == kNothingNow) return 0;
      if (sent < 0) throw LastFailure("virStreamSend");
      return sent;
    };
  });
}

}  // namespace

CallTable StreamCallsByHand() {
  return {
      HVKIT_BY_HAND(virStreamRecv, Receive),
      HVKIT_BY_HAND(virStreamSend, Send),
  };
}

}  // namespace hvkit::libvirt
