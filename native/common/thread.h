#pragma once

#include <functional>

namespace hvkit {

/// Starts a detached thread that receives no signals: they are Node's to handle. Throws std::system_error.
void StartThread(std::function<void()> body);

}  // namespace hvkit
