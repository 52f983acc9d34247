#include "base/cgroup.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

namespace realm {
namespace {

bool has_word(const std::string& list, const std::string& word) {
  std::istringstream words(list);
  for (std::string one; std::getline(words, one, ',');) {
    if (one == word) return true;
  }
  return false;
}

// A hierarchy that this process is in: its own group there, and where the tree is mounted.
struct Hierarchy {
  bool version2 = false;
  std::string group;  // "/a/b"
  std::string mount;  // "/sys/fs/cgroup"
  std::string top;    // the group that the mount shows: "/", in containers often a deeper one
};

// /proc/self/cgroup: "0::/a/b" (version 2) or "3:cpu,cpuacct:/a/b".
std::vector<Hierarchy> read_groups(const std::string& root) {
  std::vector<Hierarchy> out;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool version2 = controllers.empty();
    if (version2 || has_word(controllers, "cpu")) {
      out.push_back({version2, line.substr(second + 1), "", ""});
    }
  }
  return out;
}

// /proc/self/mountinfo: "31 23 0:28 TOP MOUNT options [tags] - TYPE SOURCE OPTIONS".
void read_mounts(const std::string& root, std::vector<Hierarchy>& hierarchies) {
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream left(line.substr(0, dash));
    std::istringstream right(line.substr(dash + 3));
    std::string skip, top, mount, type, source, options;
    left >> skip >> skip >> skip >> top >> mount;
    right >> type >> source >> options;
    for (Hierarchy& h : hierarchies) {
      const bool fits =
          h.version2 ? type == "cgroup2" : type == "cgroup" && has_word(options, "cpu");
      if (!fits || !h.mount.empty()) continue;
      h.top = top;
      h.mount = mount;
    }
  }
}

bool read_number(const std::string& word, double& to) {
  const auto read = std::from_chars(word.data(), word.data() + word.size(), to);
  return read.ec == std::errc{} && read.ptr == word.data() + word.size();
}

// The quota that one group sets by itself; 0: none.
double quota_of(const std::string& folder, bool version2) {
  std::string quota, period;
  if (version2) {
    std::ifstream(folder + "/cpu.max") >> quota >> period;
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  double part = 0;
  double whole = 0;
  // "max", or -1: no limit.
  if (!read_number(quota, part) || !read_number(period, whole)) return 0;
  return part > 0 && whole > 0 ? part / whole : 0;
}

}  // namespace

double cgroup_processors(const std::string& root) {
  std::vector<Hierarchy> hierarchies = read_groups(root);
  read_mounts(root, hierarchies);
  double least = 0;
  const auto limit = [&least](double quota) {
    if (quota > 0) least = least > 0 ? std::min(least, quota) : quota;
  };
  for (const Hierarchy& h : hierarchies) {
    if (h.mount.empty()) continue;
    // A mount that shows a part of the tree has that part's groups below it.
    std::string group = h.group;
    if (h.top != "/" && group.compare(0, h.top.size(), h.top) == 0) group.erase(0, h.top.size());
    for (;;) {
      limit(quota_of(root + h.mount + (group == "/" ? "" : group), h.version2));
      if (group.empty() || group == "/") break;
      group.erase(group.find_last_of('/') == std::string::npos ? 0 : group.find_last_of('/'));
    }
  }
  return least;
}

}  // namespace realm
