#include "text/jinja/eval/loop.hpp"

#include "base/str.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
Result<Value> LoopContext::advance(Interp& interp) {
  Value item = std::exchange(after_, Value());
  if (item.missing()) {
    if (!iterator_.as<Iterator>()) return Value();
    REALM_ASSIGN(item, iterator_.as<Iterator>()->next(interp));
  }
  if (item.missing()) return item;
  ++index0_;
  before_ = std::exchange(current_, item);
  return item;
}

Result<Value> LoopContext::peek(Interp& interp) {
  if (after_.missing() && iterator_.as<Iterator>()) {
    REALM_ASSIGN(after_, iterator_.as<Iterator>()->next(interp));
  }
  return Value(after_);
}

Result<std::int64_t> LoopContext::count(Interp& interp) {
  if (length_) return *length_;
  if (!items_.as<Iterator>()) {
    REALM_ASSIGN(length_, jinja::length(interp, items_));
    return *length_;
  }
  // A lazy sequence is run to its end to be counted, and goes on from the copy.
  REALM_ASSIGN(Value::List rest, to_list(interp, iterator_));
  length_ = static_cast<std::int64_t>(rest.size()) + index0_ + 1 + (after_.missing() ? 0 : 1);
  REALM_ASSIGN(iterator_, jinja::iterate(interp, Value(std::move(rest))));
  return *length_;
}

Result<std::optional<std::int64_t>> LoopContext::length(Interp& interp) {
  REALM_ASSIGN(const std::int64_t n, count(interp));
  return std::optional(n);
}

Result<std::string> LoopContext::repr(Interp& interp) {
  REALM_ASSIGN(const std::int64_t n, count(interp));
  return str("<LoopContext ", index0_ + 1, "/", n, ">");
}

Result<Value> LoopContext::cycle(Args& args) const {
  if (args.list.empty()) return type_error("no items for cycling given");
  const auto turn = static_cast<std::size_t>(index0_ < 0 ? 0 : index0_);
  return Value(args.list[turn % args.list.size()]);
}

Result<Value> LoopContext::changed(Interp& interp, Args& args) {
  bool same = false;
  if (last_changed_) {
    REALM_ASSIGN(same, equal(interp, Value::tuple(*last_changed_), Value::tuple(args.list)));
  }
  if (!same) last_changed_ = std::move(args.list);
  return Value(!same);
}

Result<Value> LoopContext::attribute(Interp& interp, const Value& self, std::string_view name) {
  if (name == "index") return Value(index0_ + 1);
  if (name == "index0") return Value(index0_);
  if (name == "first") return Value(index0_ == 0);
  if (name == "depth") return Value(depth0_ + 1);
  if (name == "depth0") return Value(depth0_);
  if (name == "previtem") {
    return index0_ == 0 ? Value::undefined("there is no previous item") : before_;
  }
  if (name == "last" || name == "nextitem") {
    REALM_ASSIGN(Value after, peek(interp));
    if (name == "last") return Value(after.missing());
    return after.missing() ? Value::undefined("there is no next item") : after;
  }
  if (name == "length" || name == "revindex" || name == "revindex0") {
    REALM_ASSIGN(const std::int64_t n, count(interp));
    return Value(name == "length" ? n : name == "revindex" ? n - index0_ : n - index0_ - 1);
  }
  if (name == "cycle") {
    const Function::Body body = [](Interp&, const Value& loop, Args& args) {
      return loop.as<LoopContext>()->cycle(args);
    };
    return make_dynamic<Function>("cycle", body, self);
  }
  if (name == "changed") {
    const Function::Body body = [](Interp& i, const Value& loop, Args& args) {
      return loop.as<LoopContext>()->changed(i, args);
    };
    return make_dynamic<Function>("changed", body, self);
  }
  return Value();
}

Result<Value> LoopContext::call(Interp& interp, Args args) {
  if (!body_) {
    return type_error("The loop must have the 'recursive' marker to be called recursively.");
  }
  if (args.list.size() != 1 || !args.named.empty()) {
    return type_error("a recursive loop is called with one value to loop over");
  }
  REALM_ASSIGN(std::string text, interp.run_loop(*body_, args.list[0], scope_, depth0_ + 1));
  return Value::text(std::move(text), interp.autoescape());
}

void LoopContext::take_children(std::vector<Value>& out) {
  for (Value* value : {&items_, &iterator_, &before_, &current_, &after_}) {
    out.push_back(std::move(*value));
    *value = Value();
  }
  if (last_changed_) {
    for (Value& value : *last_changed_) out.push_back(std::move(value));
    last_changed_.reset();
  }
}

namespace {

class LoopIterator final : public Iterator {
 public:
  explicit LoopIterator(Value loop) : loop_(std::move(loop)) {}
  Result<Value> next(Interp& interp) override {
    if (!loop_.as<LoopContext>()) return Value();
    REALM_ASSIGN(Value item, loop_.as<LoopContext>()->advance(interp));
    return item.missing() ? item : Value::tuple({std::move(item), loop_});
  }
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(loop_)); }

 private:
  Value loop_;
};

}  // namespace

Value iterate_loop(const Value& loop) { return make_dynamic<LoopIterator>(loop); }

Result<Value> FilteredIterator::next(Interp& interp) {
  if (!iterator_.as<Iterator>()) return Value();
  for (;;) {
    REALM_ASSIGN(Value item, iterator_.as<Iterator>()->next(interp));
    if (item.missing()) return item;
    auto scope = std::make_shared<Scope>();
    scope->parent = scope_;
    REALM_TRY(interp.assign(loop_.targets[0], item, scope));
    REALM_ASSIGN(const Value keep, interp.eval(*loop_.condition, scope));
    if (jinja::truthy(keep)) return item;
  }
}

}  // namespace realm::jinja
