// One request, waited for: its text is written as it comes, Ctrl-C ends it.
#pragma once

#include <functional>
#include <string_view>

#include "realm/engine.hpp"

namespace realm::cli {

/// Runs `request` and calls `on_text` on the caller's thread for each piece of the answer; false
/// from it, or Ctrl-C, cancels the request: the finish says so. Errors: of submit().
Result<Answer> generate(Engine& engine, Request request,
                        const std::function<bool(std::string_view)>& on_text);

}  // namespace realm::cli
