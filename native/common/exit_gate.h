#pragma once

namespace hvkit {

/// Held by a thread of ours while it calls into a library.
///
/// exit() runs the destructors of shared libraries while other threads go on: libxml2 frees its globals under a thread
/// that parses. So an exit handler waits, before them, until those under way have come back, but not for long: a call
/// may hang in a daemon that is gone, and then it is in no destructor's way either.
class ExitGate {
 public:
  /// Never returns once the process is ending.
  ExitGate();
  ~ExitGate();
  ExitGate(const ExitGate&) = delete;
  ExitGate& operator=(const ExitGate&) = delete;
};

}  // namespace hvkit
