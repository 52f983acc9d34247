// range(), the views of a dict, and the iterators over every kind of data. Iterators over lists and
// dicts look at the live container, as Python's do: a loop sees what its body appends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "text/jinja/values/dynamic.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {

class Range final : public Dynamic {
 public:
  Range(std::int64_t start, std::int64_t stop, std::int64_t step);
  std::string type_name() const override { return "range"; }
  Result<std::string> repr(Interp& interp) override;
  Result<Value> attribute(Interp& interp, const Value& self, std::string_view name) override;
  bool subscriptable() const override { return true; }
  Result<Value> item(Interp& interp, const Value& key) override;
  bool iterable() const override { return true; }
  Result<Value> iterate(Interp& interp) override;
  Result<std::optional<std::int64_t>> length(Interp&) override { return std::optional(count_); }
  bool truthy() const override { return count_ > 0; }
  bool equals(const Dynamic& other) const override;

  std::int64_t count() const { return count_; }
  /// Unsigned inside: the position one past the end may not fit 64 bits, and is never read.
  std::int64_t at(std::int64_t index) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(start_) +
                                     static_cast<std::uint64_t>(index) *
                                         static_cast<std::uint64_t>(step_));
  }
  bool contains(std::int64_t value) const;
  Value slice(const SliceRange& range) const;

 private:
  std::int64_t start_;
  std::int64_t stop_;
  std::int64_t step_;
  std::int64_t count_ = 0;
};

enum class DictPart { kKeys, kValues, kItems };

/// d.keys(), d.values(), d.items(): live, without items of their own.
class DictView final : public Dynamic {
 public:
  DictView(Value dict, DictPart part) : dict_(std::move(dict)), part_(part) {}
  std::string type_name() const override;
  Result<std::string> repr(Interp& interp) override;
  bool iterable() const override { return true; }
  Result<Value> iterate(Interp& interp) override;
  Result<std::optional<std::int64_t>> length(Interp& interp) override;
  bool truthy() const override { return !dict_.dict().empty(); }
  bool hashable() const override { return part_ == DictPart::kValues; }
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(dict_)); }
  const Value& dict() const { return dict_; }
  DictPart part() const { return part_; }

 private:
  Value dict_;
  DictPart part_;
};

/// Over a list, tuple, string, range, or the chosen part of a dict.
Value make_iterator(const Value& container, DictPart part = DictPart::kKeys);

/// reversed(x) of a list, tuple, string, range or dict.
class ReverseIterator final : public Iterator {
 public:
  ReverseIterator(std::string type, Value::List items)
      : type_(std::move(type)), items_(std::move(items)) {}
  std::string type_name() const override { return type_; }
  Result<Value> next(Interp& interp) override;
  void take_children(std::vector<Value>& out) override;

 private:
  std::string type_;
  Value::List items_;
};

}  // namespace realm::jinja
