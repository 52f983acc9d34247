// What a rendering may use, and the clock that it sees. A template comes with a model file and is
// not trusted; its conversation comes from a user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>

namespace realm::jinja {

struct Limits {
  /// Nodes evaluated, items visited; and text made, 16 bytes a step (so a bound on memory too:
  /// the default allows 640 MB of text over a whole rendering, none of it freed). 16 keeps a plain
  /// conversation of 10 MB far inside while a template that doubles a string stops early.
  std::uint64_t max_steps = 40'000'000;
  /// Nested evaluations: expressions in expressions, macros in macros, containers in containers.
  /// One level takes less than 2 KiB of stack, 6 KiB under AddressSanitizer.
  int max_depth = 600;
  std::size_t max_output_bytes = std::size_t{64} << 20;
  std::int64_t max_time_ms = 10'000;
};

/// A point of local time, as strftime_now() formats it.
struct LocalTime {
  std::tm civil{};
  int microsecond = 0;
};
/// Empty: the system's clock and time zone.
using Clock = std::function<LocalTime()>;

}  // namespace realm::jinja
