#pragma once

#include "9p/session.h"

namespace hvkit::nine {

/// Answers what comes over the socket, one message after the other, until it ends or something comes that is no
/// message. False: that was it.
bool Serve(int socket, Session& session);

}  // namespace hvkit::nine
