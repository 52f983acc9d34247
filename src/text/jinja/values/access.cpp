#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/eval/loop.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/large_integer.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

Value no_attribute(const Value& object, std::string_view name) {
  return Value::undefined(str("'", object_type(object), "' has no attribute ", repr_string(name)));
}

Error not_iterable(const Value& value) {
  return type_error(str("'", type_name(value), "' object is not iterable"));
}

// The attribute that Python's getattr() finds, or missing.
Result<Value> python_attribute(Interp& interp, const Value& object, std::string_view name) {
  if (object.is(Kind::kDynamic)) {
    REALM_ASSIGN(Value value, object.dynamic().attribute(interp, object, name));
    if (!value.missing()) return value;
  }
  if (object.is_tuple() && object.group()) {
    if (name == "grouper") return Value(object.items()[0]);
    if (name == "list") return Value(object.items()[1]);
  }
  if (name.substr(0, 2) == "__") {
    return Value::undefined(
        str("access to attribute '", name, "' of '", type_name(object), "' object is unsafe."));
  }
  return find_method(object, name);
}

// What obj[key] finds, or missing where Python raises a TypeError or LookupError.
Result<Value> python_item(Interp& interp, const Value& object, const Value& key) {
  switch (object.kind()) {
    case Kind::kDict: {
      if (!hashable(key)) return Value();
      const Value* value = object.dict().find(key);
      return value ? *value : Value();
    }
    case Kind::kList:
    case Kind::kTuple: {
      if (!key.is_integer()) return Value();
      const auto size = static_cast<std::int64_t>(object.items().size());
      const std::int64_t index = key.integer() < 0 ? key.integer() + size : key.integer();
      if (index < 0 || index >= size) return Value();
      return Value(object.items()[static_cast<std::size_t>(index)]);
    }
    case Kind::kString: {
      if (!key.is_integer()) return Value();
      const std::string& text = object.string();
      REALM_TRY(interp.charge_bytes(text.size()));
      const auto size = static_cast<std::int64_t>(unicode::length(text));
      const std::int64_t index = key.integer() < 0 ? key.integer() + size : key.integer();
      if (index < 0 || index >= size) return Value();
      const std::size_t start = unicode::offset_of(text, static_cast<std::size_t>(index));
      std::size_t end = start;
      unicode::next(text, end);
      return Value::text(text.substr(start, end - start), object.safe());
    }
    case Kind::kDynamic:
      return object.dynamic().item(interp, key);
    default:
      return Value();
  }
}

Result<std::int64_t> clamped_bound(const Value& bound, std::int64_t low, std::int64_t high,
                                   std::int64_t size, std::int64_t fallback) {
  if (bound.missing() || bound.is_none()) return fallback;
  if (const auto* large = bound.as<LargeInteger>()) return large->digits()[0] == '-' ? low : high;
  if (!bound.is_integer()) {
    return type_error("slice indices must be integers or None or have an __index__ method");
  }
  std::int64_t at = bound.integer();
  if (at < 0) at += size;
  return std::clamp(at, low, high);
}

}  // namespace

Result<SliceRange> slice_range(const Value& start, const Value& stop, const Value& step,
                               std::int64_t size) {
  SliceRange range;
  if (!step.missing() && !step.is_none()) {
    if (!step.is_integer()) {
      return type_error("slice indices must be integers or None or have an __index__ method");
    }
    // Longer steps than any sequence act alike; clamped, their arithmetic cannot overflow.
    constexpr std::int64_t kLongest = std::int64_t{1} << 40;
    range.step = std::clamp(step.integer(), -kLongest, kLongest);
    if (range.step == 0) return type_error("slice step cannot be zero");
  }
  const bool up = range.step > 0;
  const std::int64_t low = up ? 0 : -1;
  const std::int64_t high = up ? size : size - 1;
  REALM_ASSIGN(range.start, clamped_bound(start, low, high, size, up ? low : high));
  REALM_ASSIGN(range.stop, clamped_bound(stop, low, high, size, up ? high : low));
  const std::int64_t distance = up ? range.stop - range.start : range.start - range.stop;
  const std::int64_t stride = up ? range.step : -range.step;
  range.count = distance > 0 ? (distance - 1) / stride + 1 : 0;
  return range;
}

Result<Value> get_attribute(Interp& interp, const Value& object, std::string_view name) {
  if (object.is_undefined()) return type_error(object.undefined_message());
  REALM_ASSIGN(Value value, python_attribute(interp, object, name));
  if (!value.missing()) return value;
  REALM_ASSIGN(value, python_item(interp, object, Value(name)));
  if (!value.missing()) return value;
  return no_attribute(object, name);
}

Result<Value> get_item(Interp& interp, const Value& object, const Value& key) {
  if (object.is_undefined()) return type_error(object.undefined_message());
  REALM_ASSIGN(Value value, python_item(interp, object, key));
  if (!value.missing()) return value;
  if (key.is_string()) {
    REALM_ASSIGN(value, python_attribute(interp, object, key.string()));
    if (!value.missing()) return value;
    return no_attribute(object, key.string());
  }
  REALM_ASSIGN(const std::string name, repr(interp, key));
  return Value::undefined(str(object_type(object), " has no element ", name));
}

Result<Value> get_slice(Interp& interp, const Value& object, const Value& start, const Value& stop,
                        const Value& step) {
  if (object.is_undefined()) return type_error(object.undefined_message());
  if (object.is_string()) {
    const std::string& text = object.string();
    REALM_TRY(interp.charge_bytes(2 * text.size()));
    const bool ascii = unicode::is_ascii(text);
    const std::u32string wide = ascii ? std::u32string() : unicode::decode(text);
    const std::size_t size = ascii ? text.size() : wide.size();
    REALM_ASSIGN(const SliceRange range,
                 slice_range(start, stop, step, static_cast<std::int64_t>(size)));
    std::string out;
    for (std::int64_t i = 0, at = range.start; i < range.count; ++i, at += range.step) {
      const auto index = static_cast<std::size_t>(at);
      if (ascii) {
        out.push_back(text[index]);
      } else {
        unicode::append(out, wide[index]);
      }
    }
    return Value::text(std::move(out), object.safe());
  }
  if (object.is_list() || object.is_tuple()) {
    REALM_ASSIGN(const SliceRange range,
                 slice_range(start, stop, step, static_cast<std::int64_t>(object.items().size())));
    REALM_TRY(interp.charge(static_cast<std::uint64_t>(range.count)));
    Value::List out;
    out.reserve(static_cast<std::size_t>(range.count));
    for (std::int64_t i = 0, at = range.start; i < range.count; ++i, at += range.step) {
      out.push_back(object.items()[static_cast<std::size_t>(at)]);
    }
    return object.is_list() ? Value(std::move(out)) : Value::tuple(std::move(out));
  }
  if (const Range* range = object.as<Range>()) {
    REALM_ASSIGN(const SliceRange part, slice_range(start, stop, step, range->count()));
    return range->slice(part);
  }
  if (object.is_dict()) return type_error("unhashable type: 'slice'");
  return type_error(str("'", type_name(object), "' object is not subscriptable"));
}

Result<Value> iterate(Interp& interp, const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
      return make_iterator(Value(Value::List{}));
    case Kind::kString:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
      return make_iterator(value);
    case Kind::kDynamic:
      if (value.as<Iterator>()) return value;
      if (value.as<LoopContext>()) return iterate_loop(value);
      if (value.dynamic().iterable()) return value.dynamic().iterate(interp);
      return not_iterable(value);
    default:
      return not_iterable(value);
  }
}

Result<std::vector<Value>> to_list(Interp& interp, const Value& value) {
  REALM_ASSIGN(const Value iterator, iterate(interp, value));
  std::vector<Value> out;
  for (;;) {
    REALM_ASSIGN(Value item, iterator.as<Iterator>()->next(interp));
    if (item.missing()) return out;
    out.push_back(std::move(item));
  }
}

Result<std::vector<Value>> unpack(Interp& interp, const Value& value, std::size_t count) {
  if (value.is_none() || value.is_number() ||
      (value.is(Kind::kDynamic) && !value.dynamic().iterable())) {
    return type_error(str("cannot unpack non-iterable ", type_name(value), " object"));
  }
  REALM_ASSIGN(const Value iterator, iterate(interp, value));
  std::vector<Value> out;
  for (;;) {
    REALM_ASSIGN(Value next, iterator.as<Iterator>()->next(interp));
    if (out.size() == count && next.missing()) return out;
    if (out.size() == count) {
      return type_error(str("too many values to unpack (expected ", count, ")"));
    }
    if (next.missing()) {
      return type_error(
          str("not enough values to unpack (expected ", count, ", got ", out.size(), ")"));
    }
    out.push_back(std::move(next));
  }
}

Result<std::int64_t> length(Interp& interp, const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
      return std::int64_t{0};
    case Kind::kString:
      REALM_TRY(interp.charge_bytes(value.string().size()));
      return static_cast<std::int64_t>(unicode::length(value.string()));
    case Kind::kList:
    case Kind::kTuple:
      return static_cast<std::int64_t>(value.items().size());
    case Kind::kDict:
      return static_cast<std::int64_t>(value.dict().size());
    case Kind::kDynamic: {
      REALM_ASSIGN(const std::optional<std::int64_t> n, value.dynamic().length(interp));
      if (n) return *n;
      break;
    }
    default:
      break;
  }
  return type_error(str("object of type '", type_name(value), "' has no len()"));
}

bool is_callable(const Value& value) {
  // Python's Undefined has a __call__, one that raises.
  return value.is_undefined() || (value.is(Kind::kDynamic) && value.dynamic().callable());
}

Result<Value> call(Interp& interp, const Value& callee, Args args) {
  if (callee.is_undefined()) return type_error(callee.undefined_message());
  if (!is_callable(callee)) {
    return type_error(str("'", type_name(callee), "' object is not callable"));
  }
  const Interp::Depth depth(interp);
  REALM_TRY(depth.ok);
  return callee.dynamic().call(interp, std::move(args));
}

}  // namespace realm::jinja
