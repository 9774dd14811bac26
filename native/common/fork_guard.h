#pragma once

namespace hvkit {

/// Keeps libuv from breaking libraries that fork twice. In every forked child libuv closes two file descriptors by
/// number and opens two of its own; a child of a child, which closed all that it inherited, may have given those
/// numbers to something else. libvirt's embedded QEMU driver starts each guest that way. May be called once.
void GuardForks();

}  // namespace hvkit
