#pragma once

#include <napi.h>

#include <memory>

#include "common/env_loop.h"

namespace hvkit::libvirt {

/// What the addon keeps for one JavaScript environment.
struct Module {
  std::shared_ptr<EnvLoop> loop;

  static Module& Of(Napi::Env env) { return *env.GetInstanceData<Module>(); }
};

}  // namespace hvkit::libvirt
