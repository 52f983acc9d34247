#include "text/double_array.hpp"

#include <algorithm>

namespace realm {
namespace {

constexpr uint32_t kBlock = 256;
// Siblings are looked a place for in the last slots only: earlier ones are nearly full, and
// searching them would take time that grows with the square of the set. An only child fills what is
// left.
constexpr uint32_t kSearched = 2 * kBlock;

}  // namespace

class DoubleArray::Builder {
 public:
  Builder(std::vector<Slot>& slots, const std::vector<std::pair<std::string_view, int32_t>>& sorted)
      : slots_(slots), sorted_(sorted) {
    slots_.assign(kBlock, Slot{});
    used_.assign(kBlock, 0);
    used_[kRoot] = 1;
  }

  void run() {
    struct Job {
      uint32_t node;
      size_t begin, end, depth;
    };
    std::vector<Job> jobs = {{kRoot, 0, sorted_.size(), 0}};
    std::vector<uint8_t> labels;
    std::vector<size_t> begins;
    while (!jobs.empty()) {
      Job job = jobs.back();
      jobs.pop_back();
      // In order, the string that ends here is the first.
      if (job.begin < job.end && sorted_[job.begin].first.size() == job.depth) {
        slots_[job.node].value = sorted_[job.begin].second;
        ++job.begin;
      }
      if (job.begin == job.end) continue;
      labels.clear();
      begins.clear();
      for (size_t i = job.begin; i < job.end; ++i) {
        const uint8_t byte = static_cast<uint8_t>(sorted_[i].first[job.depth]);
        if (!labels.empty() && labels.back() == byte) continue;
        labels.push_back(byte);
        begins.push_back(i);
      }
      begins.push_back(job.end);
      const uint32_t base = place(labels);
      slots_[job.node].base = base;
      for (size_t i = 0; i < labels.size(); ++i) {
        const uint32_t child = base ^ labels[i];
        slots_[child].parent = job.node;
        jobs.push_back({child, begins[i], begins[i + 1], job.depth + 1});
      }
    }
  }

 private:
  /// A base at which the slots of all labels are free; they are taken.
  uint32_t place(const std::vector<uint8_t>& labels) {
    const uint32_t size = static_cast<uint32_t>(slots_.size());
    uint32_t slot = 0;
    if (labels.size() == 1) {
      while (lowest_ < size && used_[lowest_]) ++lowest_;
      slot = lowest_;
    } else {
      slot = size > kSearched ? size - kSearched : 0;
      const auto fits = [&](uint32_t base) {
        return std::all_of(labels.begin(), labels.end(),
                           [&](uint8_t label) { return !used_[base ^ label]; });
      };
      while (slot < size && (used_[slot] || !fits(slot ^ labels[0]))) ++slot;
    }
    if (slot == size) {
      slots_.resize(size + kBlock);
      used_.resize(slots_.size(), 0);
    }
    const uint32_t base = slot ^ labels[0];
    for (const uint8_t label : labels) used_[base ^ label] = 1;
    return base;
  }

  std::vector<Slot>& slots_;
  const std::vector<std::pair<std::string_view, int32_t>>& sorted_;
  std::vector<uint8_t> used_;
  uint32_t lowest_ = 0;  // below it no slot is free
};

void DoubleArray::build(std::vector<std::pair<std::string_view, int32_t>> strings) {
  std::erase_if(strings, [](const auto& entry) { return entry.first.empty(); });
  std::stable_sort(strings.begin(), strings.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  strings.erase(std::unique(strings.begin(), strings.end(),
                            [](const auto& a, const auto& b) { return a.first == b.first; }),
                strings.end());
  Builder(slots_, strings).run();
}

}  // namespace realm
