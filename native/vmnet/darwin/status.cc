#include "vmnet/darwin/status.h"

#include <unistd.h>

#include <string>

namespace hvkit::vmnet {

namespace {

/// Newer than the oldest SDK that this compiles with.
constexpr auto kNotAuthorized = static_cast<vmnet_return_t>(1010);

const char* WordsOf(vmnet_return_t status) {
  // Numbers, because the framework may know more of them than its header did.
  switch (static_cast<uint32_t>(status)) {
    case VMNET_FAILURE: return "it failed, and does not say why";
    case VMNET_MEM_FAILURE: return "no memory";
    case VMNET_INVALID_ARGUMENT: return "an argument that it does not take";
    case VMNET_SETUP_INCOMPLETE: return "the interface is not ready";
    case VMNET_INVALID_ACCESS: return "permission denied";
    case VMNET_PACKET_TOO_BIG: return "a frame that is too long";
    case VMNET_BUFFER_EXHAUSTED: return "the kernel has no buffers left";
    case VMNET_TOO_MANY_PACKETS: return "too many frames at once";
    case VMNET_SHARING_SERVICE_BUSY: return "another program shares the network in a way that excludes this";
    case kNotAuthorized: return "not authorized";
    default: return "an answer that is not known";
  }
}

const char* CodeOf(vmnet_return_t status) {
  if (status == VMNET_INVALID_ACCESS || status == kNotAuthorized) return "ERR_VMNET_PERMISSION";
  // That is all it says to a user who may not.
  if (status == VMNET_FAILURE && geteuid() != 0) return "ERR_VMNET_PERMISSION";
  if (status == VMNET_SHARING_SERVICE_BUSY) return "ERR_VMNET_BUSY";
  return "ERR_VMNET_INTERFACE";
}

}  // namespace

Failure FailureOf(const char* call, vmnet_return_t status) {
  const auto number = static_cast<uint32_t>(status);
  std::string message = std::string(call) + ": " + WordsOf(status) + " (" + std::to_string(number) + ")";
  return {CodeOf(status), std::move(message), {{"status", number}}};
}

}  // namespace hvkit::vmnet
