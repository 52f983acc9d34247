// What this build is.
#pragma once

#include <string>

namespace realm::cli {

std::string version();       ///< "0.1.0"
std::string commit();        ///< of the source, as git described it; empty outside a repository
std::string version_line();  ///< "realm 0.1.0 (1a2b3c4, GCC 12.2.0)"

}  // namespace realm::cli
