#include "cli/input/read_text.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/str.hpp"

namespace realm::cli {

Result<std::string> read_text(const std::string& path, Host& host) {
  if (path == "-") return host.console.read_input();
  const auto unreadable = [&path](const char* why) {
    return Error{Code::kNotFound, str("cannot read ", path, ": ", why)};
  };
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(std::strerror(errno));
  std::ostringstream text;
  text << file.rdbuf();  // fails when nothing could be read, also at the end of an empty file
  if (file.bad() || (text.fail() && errno != 0)) {
    return unreadable(errno != 0 ? std::strerror(errno) : "read error");
  }
  return std::move(text).str();
}

}  // namespace realm::cli
