#pragma once

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

}  // namespace hvkit::libvirt
