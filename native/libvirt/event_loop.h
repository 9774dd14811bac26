#pragma once

#include <atomic>
#include <memory>
#include <vector>

namespace hvkit::libvirt {

/// Readies libvirt for this process, once, before the first connection is opened: the library itself, and the one
/// thread that runs its event loop. Throws Failure.
///
/// It is per process, and never stops, because libvirt's event loop is: it has one registration, and hands file
/// descriptors and timers of every connection to it from any thread. This addon is therefore never unloaded (linked
/// with -z nodelete). The loop of whoever registers first serves all: a second copy of the addon has a thread that
/// waits.
void StartLibrary();

/// The loop itself: native/libvirt/event_loop_<system>.cc. Registers it with libvirt; throws if that cannot be.
void RegisterEventLoop();

/// Runs what was registered, on the calling thread, for ever.
void RunEventLoop();

/// Notes what libvirt adds to the event loop from this thread, while it lives. Nothing, where the loop is not ours.
class Additions {
 public:
  Additions();
  ~Additions();
  Additions(const Additions&) = delete;
  Additions& operator=(const Additions&) = delete;

  std::vector<int> watches;
  std::vector<int> timers;

 private:
  [[maybe_unused]] Additions* const before_;  // not where the loop is not ours
};

/// How long the other end of a connection has said nothing.
struct Silence {
  explicit Silence(int socket) : socket(socket) {}

  const int socket;               // the watch of it
  std::atomic<bool> over{false};  // the connection was ended for it
  // The loop's own: keep-alive messages in a row that were not answered, and how many may be.
  unsigned int unanswered = 0;
  unsigned int most = 0;
};

/// Ends a connection that does not answer so many keep-alive messages, by shutting its socket down: libvirt reads the
/// end of it then, in whichever thread reads. The timer is the one by which libvirt sends them.
void EndWhenSilent(int timer, std::shared_ptr<Silence> silence, unsigned int most);

}  // namespace hvkit::libvirt
