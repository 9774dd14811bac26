#pragma once

namespace hvkit::libvirt {

/// Readies libvirt for this process, once, before the first connection is opened: the library itself, and the one
/// thread that runs its event loop. Throws Failure.
///
/// It is per process, and never stops, because libvirt's event loop is: it has one registration, and hands file
/// descriptors and timers of every connection to it from any thread. This addon is therefore never unloaded (linked
/// with -z nodelete). A second copy of the addon runs a second thread on the same loop; they take turns.
void StartLibrary();

}  // namespace hvkit::libvirt
