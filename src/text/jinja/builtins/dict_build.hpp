// dict(...) of Python: from a mapping or pairs, and keyword arguments.
#pragma once

#include <string_view>

#include "realm/error.hpp"
#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {

Result<Dict> build_dict(Interp& interp, std::string_view function, Args& args);

}  // namespace realm::jinja
