#pragma once

#include <vmnet/vmnet.h>

#include "common/failure.h"

namespace hvkit::vmnet {

/// What the framework answered to a call, in words and as its own number.
Failure FailureOf(const char* call, vmnet_return_t status);

}  // namespace hvkit::vmnet
