// Sets: what subtracting dict views gives (d.keys() - e.keys()), and what Python's set can do.
// Jinja has no literal for one, and of the operators on sets its grammar has - and the comparisons
// only.
//
// The order of the items is that of insertion. CPython's is that of hashes, another in every
// process for text: templates that depend on it have no right answer.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "text/jinja/values/dynamic.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {

class Set final : public Dynamic {
 public:
  explicit Set(Dict items) : items_(std::move(items)) {}
  std::string type_name() const override { return "set"; }
  Result<std::string> repr(Interp& interp) override;
  bool iterable() const override { return true; }
  Result<Value> iterate(Interp& interp) override;
  Result<std::optional<std::int64_t>> length(Interp& interp) override;
  bool truthy() const override { return !items().empty(); }
  bool hashable() const override { return false; }
  void take_children(std::vector<Value>& out) override { out.push_back(std::exchange(items_, {})); }

  /// The keys; their values say nothing. Precondition: children not taken.
  Dict& items() { return items_.dict(); }
  const Dict& items() const { return items_.dict(); }

 private:
  Value items_;  ///< a dict, which iterators share
};

/// A set, or a dict's keys or items.
bool is_set_like(const Value& value);

/// set(value). Fails where one of the items is not hashable.
Result<Dict> set_items(Interp& interp, const Value& value);

/// a - b, when one of them is a dict's view or both are sets; missing when neither is so.
Result<Value> set_difference(Interp& interp, const Value& a, const Value& b);

/// Any comparison but `in`. Precondition: is_set_like(a) && is_set_like(b).
Result<bool> compare_sets(Interp& interp, std::string_view op, const Value& a, const Value& b);

/// Whether no item of `other`, which may be any iterable, is in `set`.
Result<bool> disjoint(Interp& interp, const Value& set, const Value& other);

}  // namespace realm::jinja
