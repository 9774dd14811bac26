// libproc, as macOS documents it: what of it native/hyperkit/darwin names.
#pragma once

#include <sys/types.h>

#include <cstdint>

constexpr int PROC_PIDPATHINFO_MAXSIZE = 4096;

int proc_pidpath(int pid, void* buffer, uint32_t size);
