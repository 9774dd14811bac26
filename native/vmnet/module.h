#pragma once

#include <napi.h>

#include <memory>

#include "common/env_loop.h"
#include "common/job_queue.h"

namespace hvkit::vmnet {

/// What the addon keeps for one JavaScript environment.
struct Module {
  std::shared_ptr<EnvLoop> loop;
  std::shared_ptr<JobQueue> queue;

  static Module& Of(Napi::Env env) { return *env.GetInstanceData<Module>(); }
};

}  // namespace hvkit::vmnet
