#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace hvkit::vmnet::helper {

/// Who is at the other end of a socket.
struct Caller {
  uid_t uid;
  gid_t gid;
};

/// As the kernel noted it when they connected. Nothing if it does not tell.
std::optional<Caller> CallerOf(int socket);

/// The file of the program that runs.
std::string OwnProgram();

/// What the system has beyond user ids to keep a process from getting anything back.
bool GiveUpTheRest();

}  // namespace hvkit::vmnet::helper
