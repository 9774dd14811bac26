#pragma once

#include <string>

#include "common/failure.h"

namespace hvkit::libvirt {

/// What libvirt says of the failure that just happened on this thread: it keeps its last error per thread, so this is
/// to be called in the job that failed. `call` is the C function's name.
Failure LastFailure(const char* call);

/// Stops libvirt from printing every error on the process's standard error.
void SilenceErrorOutput();

}  // namespace hvkit::libvirt
