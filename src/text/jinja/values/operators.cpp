#include "text/jinja/values/operators.hpp"

#include <algorithm>
#include <limits>

#include "base/str.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/values/large_integer.hpp"
#include "text/jinja/values/set.hpp"

namespace realm::jinja {
namespace {

Error unsupported(std::string_view op, const Value& a, const Value& b) {
  return type_error(str("unsupported operand type(s) for ", op == "**" ? "** or pow()" : op, ": '",
                        type_name(a), "' and '", type_name(b), "'"));
}

// markupsafe: what joins escaped text is escaped first.
std::string as_markup(const Value& text) {
  return text.safe() ? text.string() : escape_html(text.string());
}

Result<Value> concatenate(Interp& interp, const Value& a, const Value& b) {
  if (a.is_string() && b.is_string()) {
    REALM_TRY(interp.charge_bytes(a.string().size() + b.string().size()));
    if (a.safe() || b.safe()) return Value::markup(as_markup(a) + as_markup(b));
    return Value(a.string() + b.string());
  }
  if (a.kind() == b.kind() && (a.is_list() || a.is_tuple())) {
    REALM_TRY(interp.charge(a.items().size() + b.items().size()));
    Value::List items = a.items();
    items.insert(items.end(), b.items().begin(), b.items().end());
    return a.is_list() ? Value(std::move(items)) : Value::tuple(std::move(items));
  }
  if ((a.is_string() && !a.safe()) || a.is_list() || a.is_tuple()) {
    const std::string type = type_name(a);
    return type_error(
        str("can only concatenate ", type, " (not \"", type_name(b), "\") to ", type));
  }
  return unsupported("+", a, b);
}

Result<Value> repeat(Interp& interp, const Value& sequence, const Value& times) {
  if (!times.is_integer()) {
    return type_error(str("can't multiply sequence by non-int of type '", type_name(times), "'"));
  }
  const auto n = static_cast<std::size_t>(std::max<std::int64_t>(0, times.integer()));
  const std::size_t size =
      sequence.is_string() ? sequence.string().size() : sequence.items().size();
  if (size > 0 && n > (std::size_t{1} << 40) / size) {
    return type_error("repetition is larger than any limit");
  }
  if (sequence.is_string()) {
    REALM_TRY(interp.charge_bytes(size * n));
    std::string text;
    text.reserve(size * n);
    for (std::size_t i = 0; i < n && size > 0; ++i) text += sequence.string();
    return Value::text(std::move(text), sequence.safe());
  }
  REALM_TRY(interp.charge(size * n));
  Value::List items;
  items.reserve(size * n);
  for (std::size_t i = 0; i < n && size > 0; ++i) {
    items.insert(items.end(), sequence.items().begin(), sequence.items().end());
  }
  return sequence.is_list() ? Value(std::move(items)) : Value::tuple(std::move(items));
}

bool is_sequence(const Value& v) { return v.is_string() || v.is_list() || v.is_tuple(); }

Result<bool> equal_items(Interp& interp, const Value::List& a, const Value::List& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    REALM_ASSIGN(const bool same, equal(interp, a[i], b[i]));
    if (!same) return false;
  }
  return true;
}

Result<bool> equal_dicts(Interp& interp, const Dict& a, const Dict& b) {
  if (a.size() != b.size()) return false;
  for (const Dict::Entry& entry : a.entries()) {
    const Value* other = b.find(entry.key);
    if (!other) return false;
    REALM_ASSIGN(const bool same, equal(interp, entry.value, *other));
    if (!same) return false;
  }
  return true;
}

template <class T>
bool by_op(std::string_view op, const T& a, const T& b) {
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  return a >= b;
}

}  // namespace

bool truthy(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return value.integer() != 0;
    case Kind::kFloat:
      return value.number() != 0;
    case Kind::kString:
      return !value.string().empty();
    case Kind::kList:
    case Kind::kTuple:
      return !value.items().empty();
    case Kind::kDict:
      return !value.dict().empty();
    case Kind::kDynamic:
      return value.dynamic().truthy();
  }
  return false;
}

Result<void> check_hashable(const Value& value) {
  if (hashable(value)) return {};
  // A tuple is what its items are.
  const Value* inner = &value;
  for (int depth = 0; inner->is_tuple() && depth < 32; ++depth) {
    const Value::List& items = inner->items();
    const auto found = std::find_if_not(items.begin(), items.end(),
                                        [](const Value& item) { return hashable(item); });
    if (found == items.end()) break;
    inner = &*found;
  }
  return type_error(str("unhashable type: '", type_name(*inner), "'"));
}

Result<bool> equal(Interp& interp, const Value& a, const Value& b) {
  REALM_TRY(interp.charge());
  if (is_set_like(a) && is_set_like(b)) return compare_sets(interp, "==", a, b);
  if (a.is(Kind::kDynamic) && b.is(Kind::kDynamic)) return a.dynamic().equals(b.dynamic());
  const bool deep = a.kind() == b.kind() && (a.is_list() || a.is_tuple() || a.is_dict());
  if (!deep) return keys_equal(a, b);
  if (a.node() == b.node()) return true;
  const Interp::Depth depth(interp);
  REALM_TRY(depth.ok);
  return a.is_dict() ? equal_dicts(interp, a.dict(), b.dict())
                     : equal_items(interp, a.items(), b.items());
}

Result<bool> ordered(Interp& interp, std::string_view op, const Value& a, const Value& b) {
  REALM_TRY(interp.charge());
  if (a.is_undefined()) return type_error(a.undefined_message());
  if (b.is_undefined()) return type_error(b.undefined_message());
  if (a.is_integer() && b.is_integer()) return by_op(op, a.integer(), b.integer());
  if (a.is_number() && b.is_number()) return by_op(op, a.number(), b.number());
  // UTF-8 orders as its code points do.
  if (a.is_string() && b.is_string()) return by_op(op, a.string().compare(b.string()), 0);
  if (a.kind() == b.kind() && (a.is_list() || a.is_tuple())) {
    const Interp::Depth depth(interp);
    REALM_TRY(depth.ok);
    const std::size_t n = std::min(a.items().size(), b.items().size());
    for (std::size_t i = 0; i < n; ++i) {
      REALM_ASSIGN(const bool same, equal(interp, a.items()[i], b.items()[i]));
      if (!same) return ordered(interp, op, a.items()[i], b.items()[i]);
    }
    return by_op(op, a.items().size(), b.items().size());
  }
  if (is_set_like(a) && is_set_like(b)) return compare_sets(interp, op, a, b);
  if (const auto order = compare_large(a, b)) return by_op(op, *order, 0);
  REALM_TRY(small_integers(a, b));
  return type_error(str("'", op, "' not supported between instances of '", type_name(a), "' and '",
                        type_name(b), "'"));
}

Result<bool> compare(Interp& interp, std::string_view op, const Value& a, const Value& b) {
  if (op == "==") return equal(interp, a, b);
  if (op == "in") return contains(interp, b, a);
  if (op == "!=" || op == "not in") {
    REALM_ASSIGN(const bool yes, op == "!=" ? equal(interp, a, b) : contains(interp, b, a));
    return !yes;
  }
  return ordered(interp, op, a, b);
}

Result<Value> arithmetic(Interp& interp, std::string_view op, const Value& a, const Value& b) {
  if (a.is_undefined()) return type_error(a.undefined_message());
  if (op == "%" && a.is_string()) return format_percent(interp, a, b);
  if (op == "-") {
    REALM_ASSIGN(Value left, set_difference(interp, a, b));
    if (!left.missing()) return left;
  }
  if (b.is_undefined()) return type_error(b.undefined_message());
  if (a.is_number() && b.is_number()) return number_arithmetic(op, a, b);
  REALM_TRY(small_integers(a, b));
  if (op == "+") return concatenate(interp, a, b);
  if (op == "*") {
    // Safe text repeats by integers only, and leaves the rest to the other side.
    const auto repeats = [](const Value& v, const Value& times) {
      return is_sequence(v) && (!v.safe() || times.is_integer());
    };
    if (repeats(a, b)) return repeat(interp, a, b);
    if (repeats(b, a)) return repeat(interp, b, a);
  }
  return unsupported(op, a, b);
}

Result<Value> negate(const Value& value) {
  if (value.is_undefined()) return type_error(value.undefined_message());
  if (value.is(Kind::kFloat)) return Value(-value.number());
  if (value.is_integer()) return number_arithmetic("-", Value(0), value);
  if (const auto* large = value.as<LargeInteger>()) {
    const std::string& digits = large->digits();
    if (digits == "9223372036854775808") return Value(std::numeric_limits<std::int64_t>::min());
    return make_dynamic<LargeInteger>(digits[0] == '-' ? digits.substr(1) : "-" + digits);
  }
  return type_error(str("bad operand type for unary -: '", type_name(value), "'"));
}

Result<void> sort_values(Interp& interp, std::vector<Value>& values, bool reverse,
                         const std::function<Result<Value>(const Value&)>& key) {
  struct Item {
    Value key;
    Value value;
  };
  std::vector<Item> items;
  items.reserve(values.size());
  for (Value& value : values) {
    REALM_ASSIGN(Value k, key ? key(value) : Result<Value>(value));
    items.push_back({std::move(k), std::move(value)});
  }
  // Merge sort from the bottom up. Equal items keep their order, also in reverse: as in Python, a
  // reverse sort is the reverse of sorting the reversed list.
  if (reverse) std::reverse(items.begin(), items.end());
  std::vector<Item> merged(items.size());
  for (std::size_t width = 1; width < items.size(); width *= 2) {
    for (std::size_t start = 0; start < items.size(); start += 2 * width) {
      const std::size_t middle = std::min(start + width, items.size());
      const std::size_t end = std::min(start + 2 * width, items.size());
      std::size_t left = start;
      std::size_t right = middle;
      for (std::size_t to = start; to < end; ++to) {
        bool take_right = left == middle;
        if (left < middle && right < end) {
          REALM_ASSIGN(take_right, ordered(interp, "<", items[right].key, items[left].key));
        }
        merged[to] = std::move(items[take_right ? right++ : left++]);
      }
    }
    items.swap(merged);
  }
  if (reverse) std::reverse(items.begin(), items.end());
  for (std::size_t i = 0; i < items.size(); ++i) values[i] = std::move(items[i].value);
  return {};
}

}  // namespace realm::jinja
