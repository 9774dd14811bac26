// sysctl, as macOS documents it: what of it native/hyperkit/darwin names.
#pragma once

#include <sys/time.h>
#include <sys/types.h>

#include <cstddef>

constexpr int CTL_KERN = 1;
constexpr int KERN_PROC = 14;
constexpr int KERN_PROC_PID = 1;
constexpr int KERN_PROCARGS2 = 49;
constexpr char SZOMB = 5;

/// There its fields are many, and these among them.
struct kinfo_proc {
  struct {
    pid_t p_pid;
    timeval p_starttime;
    char p_stat;
  } kp_proc;
};

int sysctl(int* name, unsigned int count, void* old, size_t* size, void* replacement, size_t replacement_size);
