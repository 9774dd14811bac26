#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "vmnet/helper/messages.h"

namespace hvkit::vmnet::helper {

/// Which user was given which MAC: what a user may have the leases of released. A file of root's.
class HandedOut {
 public:
  explicit HandedOut(std::string folder) : folder_(std::move(folder)) {}

  /// False: another user has it. Throws Failure.
  bool Record(uid_t user, const Mac& mac) const;

  /// Does this with the MAC, and forgets that it was handed out if that says so. False, and nothing done: it was not
  /// handed out to this user. Throws Failure.
  bool Return(uid_t user, const Mac& mac, const std::function<bool()>& release) const;

 private:
  const std::string folder_;
};

}  // namespace hvkit::vmnet::helper
