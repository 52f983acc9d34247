// A log sink is passed in by the host; the library itself never prints. An empty sink drops.
#pragma once

#include <functional>
#include <string>

namespace realm {

enum class LogLevel { kDebug, kInfo, kWarning };

/// Called from any thread that runs Realm code; must be thread-safe and must not block for long.
using LogSink = std::function<void(LogLevel, const std::string&)>;

}  // namespace realm
