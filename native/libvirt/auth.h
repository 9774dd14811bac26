#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <vector>

#include "common/env_loop.h"
#include "libvirt/read.h"

namespace hvkit::libvirt {

/// Credentials asked of JavaScript in the middle of virConnectOpenAuth: the job's thread waits until the JavaScript
/// thread has answered, or can no longer answer.
class Auth {
 public:
  /// Reads two arguments: the credential types that can be answered, and `ask(credentials, reply)` or null for no
  /// authentication; then this is nullptr.
  static std::shared_ptr<Auth> Read(Reader& arguments, const std::shared_ptr<EnvLoop>& loop);
  ~Auth();

  /// For virConnectOpenAuth; valid as long as this object.
  virConnectAuth Callbacks();

 private:
  Auth(std::vector<int> types, std::shared_ptr<EnvLoop> loop) : types_(std::move(types)), loop_(std::move(loop)) {}
  static int OnCredentials(virConnectCredentialPtr credentials, unsigned int count, void* self);

  class Question;
  std::vector<int> types_;
  std::shared_ptr<EnvLoop> loop_;
  // Touched on the JavaScript thread only, hence shared with the tasks that use and release it there.
  std::shared_ptr<Napi::FunctionReference> ask_;
};

}  // namespace hvkit::libvirt
