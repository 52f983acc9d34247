// The `loop` variable, and the iterator of a for loop with a condition.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "text/jinja/eval/interp.hpp"

namespace realm::jinja {

/// What `loop` is inside a for: counters and neighbours, read from the iterator one item ahead at
/// most, so a lazy sequence is run no further than the template asks.
class LoopContext final : public Dynamic {
 public:
  LoopContext(Value items, Value iterator, int depth0)
      : items_(std::move(items)), iterator_(std::move(iterator)), depth0_(depth0) {}
  std::string type_name() const override { return "LoopContext"; }
  std::string module() const override { return "jinja2.runtime."; }
  Result<std::string> repr(Interp& interp) override;
  Result<Value> attribute(Interp& interp, const Value& self, std::string_view name) override;
  Result<std::optional<std::int64_t>> length(Interp& interp) override;
  /// The items that are left, each with this loop: reading them runs the loop on.
  bool iterable() const override { return true; }
  bool callable() const override { return true; }
  /// loop(items): the body of a recursive loop over other items.
  Result<Value> call(Interp& interp, Args args) override;
  void take_children(std::vector<Value>& out) override;

  /// The next item, or missing at the end.
  Result<Value> advance(Interp& interp);
  void make_recursive(const Stmt& body, ScopePtr scope) {
    body_ = &body;
    scope_ = std::move(scope);
  }
  Result<Value> cycle(Args& args) const;
  Result<Value> changed(Interp& interp, Args& args);

 private:
  Result<std::int64_t> count(Interp& interp);
  Result<Value> peek(Interp& interp);

  Value items_;
  Value iterator_;
  Value before_, current_, after_;
  std::optional<std::int64_t> length_;
  std::int64_t index0_ = -1;
  int depth0_;
  std::optional<Value::List> last_changed_;
  const Stmt* body_ = nullptr;
  ScopePtr scope_;
};

/// An Iterator over what is left of `loop`, a LoopContext.
Value iterate_loop(const Value& loop);

/// `for target in items if condition`: items whose condition holds, evaluated as they are asked
/// for.
class FilteredIterator final : public Iterator {
 public:
  FilteredIterator(Value iterator, const Stmt& loop, ScopePtr scope)
      : iterator_(std::move(iterator)), loop_(loop), scope_(std::move(scope)) {}
  Result<Value> next(Interp& interp) override;
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(iterator_)); }

 private:
  Value iterator_;
  const Stmt& loop_;
  ScopePtr scope_;
};

}  // namespace realm::jinja
