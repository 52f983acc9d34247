// str(a, b, ...): joins values into a message. For errors and logs, not for hot paths.
#pragma once

#include <sstream>
#include <string>

namespace realm {

template <class... Part>
std::string str(const Part&... part) {
  std::ostringstream out;
  (out << ... << part);
  return std::move(out).str();
}

}  // namespace realm
