#pragma once

#include <napi.h>

namespace hvkit::vmnet {

/// `readLeases(path, most)`: a promise of the table, of which no more than `most` entries are given.
Napi::Value ReadLeasesAsync(const Napi::CallbackInfo& info);

/// `findLease(path, {hardware?, name?})`: a promise of the newest entry that agrees in all that is given, or of null.
Napi::Value FindLeaseAsync(const Napi::CallbackInfo& info);

/// `removeLeases(path, [{hardware, address?}], server)`: a promise of what came of it, and of how many there were. The
/// server, a program, is told.
Napi::Value RemoveLeasesAsync(const Napi::CallbackInfo& info);

}  // namespace hvkit::vmnet
