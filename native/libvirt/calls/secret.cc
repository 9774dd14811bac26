#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "libvirt/call.h"
#include "libvirt/calls/calls.h"

namespace hvkit::libvirt {

namespace {

/// A write that the compiler cannot leave out because the memory is freed after it.
void Clear(volatile unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes[i] = 0;
}

/// Frees the memory of a secret's value, cleared before: what is freed may be read by whoever gets it next.
class ClearedFree {
 public:
  explicit ClearedFree(size_t size) : size_(size) {}
  void operator()(unsigned char* bytes) const {
    Clear(bytes, size_);
    free(bytes);  // NOLINT(cppcoreguidelines-no-malloc): libvirt allocated it
  }

 private:
  size_t size_;
};

/// A secret's value on its way to JavaScript. The Buffer it becomes is the program's own, to be cleared by the program.
class SecretValue : public Referenced {
 public:
  SecretValue(unsigned char* bytes, size_t size) : bytes_(bytes, ClearedFree(size)), size_(size) {}
  Napi::Value Wrap(Napi::Env env, const std::shared_ptr<Referenced>& /*self*/) override {
    return Napi::Buffer<uint8_t>::Copy(env, bytes_.get(), size_);
  }

 private:
  std::unique_ptr<unsigned char, ClearedFree> bytes_;
  size_t size_;
};

/// The other way: the program's bytes, copied for the job.
struct SecretInput {
  explicit SecretInput(std::vector<uint8_t> value) : bytes(std::move(value)) {}
  ~SecretInput() { Clear(bytes.data(), bytes.size()); }
  SecretInput(const SecretInput&) = delete;
  SecretInput& operator=(const SecretInput&) = delete;

  std::vector<uint8_t> bytes;
};

Napi::Value GetValue(const Napi::CallbackInfo& info) {
  return CallByHand<virSecretPtr>(info, [](Reader& arguments) {
    const auto flags = arguments.Integer<unsigned int>();
    return [flags](const Handle<virSecretPtr>& secret) -> Value {
      size_t size = 0;
      unsigned char* bytes = virSecretGetValue(secret.pointer(), &size, flags);
      // An empty value may be NULL as well; only then there is no error.
      if (bytes == nullptr && virGetLastErrorCode() != VIR_ERR_OK) throw LastFailure("virSecretGetValue");
      return std::shared_ptr<Referenced>(std::make_shared<SecretValue>(bytes, bytes == nullptr ? 0 : size));
    };
  });
}

Napi::Value SetValue(const Napi::CallbackInfo& info) {
  return CallByHand<virSecretPtr>(info, [](Reader& arguments) {
    const auto input = std::make_shared<const SecretInput>(arguments.Bytes());
    const auto flags = arguments.Integer<unsigned int>();
    return [input, flags](const Handle<virSecretPtr>& secret) -> Value {
      const int status = virSecretSetValue(secret.pointer(), input->bytes.data(), input->bytes.size(), flags);
      if (status < 0) throw LastFailure("virSecretSetValue");
      return status;
    };
  });
}

}  // namespace

CallTable SecretCalls() {
  return {
      HVKIT_UUID(Secret),
      HVKIT_SYNC(virSecretGetUsageID),
      HVKIT_SYNC(virSecretGetUsageType),
      HVKIT_CALL(virConnectListAllSecrets),
      HVKIT_CALL(virSecretDefineXML),
      HVKIT_BY_HAND(virSecretGetValue, GetValue),
      HVKIT_CALL(virSecretGetXMLDesc),
      HVKIT_CALL(virSecretLookupByUUIDString),
      HVKIT_CALL(virSecretLookupByUsage),
      HVKIT_BY_HAND(virSecretSetValue, SetValue),
      HVKIT_CALL(virSecretUndefine),
  };
}

}  // namespace hvkit::libvirt
