// A QuantizeReport for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/terminal/console.hpp"
#include "realm/quantize.hpp"

namespace realm::cli {

/// What became of which formats, and the sum; with every tensor where `tensors`.
std::string report_text(const QuantizeReport& report, bool tensors);
nlohmann::ordered_json report_json(const QuantizeReport& report);

/// Says on standard error what the user did not ask for: fallbacks, losses that add up.
void warn_of(const QuantizeReport& report, Console& console);

/// "[######............]  34 %, 12 s left"
std::string progress_text(const QuantizeProgress& progress, double seconds);

}  // namespace realm::cli
