// Read before every C++ source of a prebuilt binary for Linux.
//
// libstdc++ waits on the steady clock through functions that glibc has only since 2.30. Without them it falls back to
// the system clock and looks at the steady one itself when it wakes up, as it did in every release before GCC 10.
#include <bits/c++config.h>
#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
#undef _GLIBCXX_USE_PTHREAD_RWLOCK_CLOCKLOCK
