// Filters on sequences as a whole: ends, order, sums, groups of fixed size.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/set.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

Result<Value> first(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_first", args, {"seq"}, 1));
  REALM_ASSIGN(const Value iterator, iterate(interp, a[0]));
  REALM_ASSIGN(Value item, iterator.as<Iterator>()->next(interp));
  return item.missing() ? Value::undefined("No first item, sequence was empty.") : item;
}

// The items of what reversed() accepts: everything with an end.
Result<Value::List> reversible(Interp& interp, const Value& value) {
  if (value.as<Iterator>() || value.as<Set>() || value.is_none() || value.is_number() ||
      (value.is(Kind::kDynamic) && !value.dynamic().iterable())) {
    return type_error(str("'", type_name(value), "' object is not reversible"));
  }
  return to_list(interp, value);
}

Result<Value> last(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_last", args, {"seq"}, 1));
  REALM_ASSIGN(Value::List items, reversible(interp, a[0]));
  return items.empty() ? Value::undefined("No last item, sequence was empty.") : items.back();
}

Result<Value> count(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("len", args, {"obj"}, 1));
  REALM_ASSIGN(const std::int64_t n, length(interp, a[0]));
  return Value(n);
}

Result<Value> list(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_list", args, {"value"}, 1));
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  return Value(std::move(items));
}

// type(reversed(value)).__name__
std::string reverse_type(const Value& value) {
  if (value.is_list()) return "list_reverseiterator";
  if (value.as<Range>()) return "range_iterator";
  if (value.is_dict()) return "dict_reversekeyiterator";
  const DictView* view = value.as<DictView>();
  if (!view) return "reversed";
  return view->part() == DictPart::kKeys     ? "dict_reversekeyiterator"
         : view->part() == DictPart::kValues ? "dict_reversevalueiterator"
                                             : "dict_reverseitemiterator";
}

Result<Value> reverse(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_reverse", args, {"value"}, 1));
  if (a[0].is_string()) return get_slice(interp, a[0], Value(), Value(), Value(-1));
  if (a[0].is_none() || a[0].is_number() ||
      (a[0].is(Kind::kDynamic) && !a[0].dynamic().iterable())) {
    return type_error("argument must be iterable");
  }
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  if (a[0].as<Iterator>() || a[0].as<Set>()) {
    std::reverse(items.begin(), items.end());
    return Value(std::move(items));
  }
  return make_dynamic<ReverseIterator>(reverse_type(a[0]), std::move(items));
}

Result<Value> join(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_join", args, {"value", "d", "attribute"}, 1));
  std::string between;
  if (!a[1].missing()) {
    REALM_ASSIGN(between, to_str(interp, a[1]));
  }
  REALM_ASSIGN(const Value iterator, iterate(interp, a[0]));
  std::string out;
  for (bool front = true;; front = false) {
    REALM_ASSIGN(Value item, iterator.as<Iterator>()->next(interp));
    if (item.missing()) break;
    REALM_ASSIGN(item, get_path(interp, std::move(item), a[2], Value()));
    REALM_ASSIGN(const std::string text, to_str(interp, item));
    REALM_TRY(interp.charge_bytes(between.size() + text.size()));
    if (!front) out += between;
    out += text;
  }
  return Value(std::move(out));
}

bool flag(const Value& value) { return !value.missing() && truthy(value); }

Result<Value> sort(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a,
               bind("do_sort", args, {"value", "reverse", "case_sensitive", "attribute"}, 1));
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  // "a,b" sorts by a, then by b.
  Value::List paths;
  if (a[3].is_string()) {
    std::string_view rest = a[3].string();
    for (std::size_t comma = 0; comma != std::string_view::npos;) {
      comma = rest.find(',');
      paths.emplace_back(rest.substr(0, comma));
      if (comma != std::string_view::npos) rest.remove_prefix(comma + 1);
    }
  } else {
    paths.push_back(a[3]);
  }
  const bool case_sensitive = flag(a[2]);
  const auto key = [&](const Value& item) -> Result<Value> {
    Value::List keys;
    for (const Value& path : paths) {
      REALM_ASSIGN(Value part, get_path(interp, item, path, Value()));
      keys.push_back(case_sensitive ? part : ignore_case(part));
    }
    return Value(std::move(keys));
  };
  REALM_TRY(sort_values(interp, items, flag(a[1]), key));
  return Value(std::move(items));
}

Result<Value> unique(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_unique", args, {"value", "case_sensitive", "attribute"}, 1));
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  Dict seen;
  Value::List kept;
  for (Value& item : items) {
    REALM_ASSIGN(Value key, get_path(interp, item, a[2], Value()));
    if (!flag(a[1])) key = ignore_case(key);
    REALM_TRY(check_hashable(key));
    if (seen.find(key)) continue;
    seen.set(std::move(key), Value(true));
    kept.push_back(std::move(item));
  }
  return make_generator(std::move(kept));
}

Result<Value> extreme(Interp& interp, Args& args, std::string_view op) {
  REALM_ASSIGN(const auto a, bind("do_min", args, {"value", "case_sensitive", "attribute"}, 1));
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  if (items.empty()) return Value::undefined("No aggregated item, sequence was empty.");
  Value best;
  Value best_key;
  for (const Value& item : items) {
    REALM_ASSIGN(Value key, get_path(interp, item, a[2], Value()));
    if (!flag(a[1])) key = ignore_case(key);
    bool better = best.missing();
    if (!better) {
      REALM_ASSIGN(better, ordered(interp, op, key, best_key));
    }
    if (!better) continue;
    best = item;
    best_key = std::move(key);
  }
  return best;
}

Result<Value> min(Interp& interp, Args& args) { return extreme(interp, args, "<"); }
Result<Value> max(Interp& interp, Args& args) { return extreme(interp, args, ">"); }

Result<Value> sum(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_sum", args, {"iterable", "attribute", "start"}, 1));
  Value total = a[2].missing() ? Value(0) : a[2];
  if (total.is_string()) return type_error("sum() can't sum strings [use ''.join(seq) instead]");
  REALM_ASSIGN(const Value iterator, iterate(interp, a[0]));
  for (;;) {
    REALM_ASSIGN(Value item, iterator.as<Iterator>()->next(interp));
    if (item.missing()) return total;
    REALM_ASSIGN(item, get_path(interp, std::move(item), a[1], Value()));
    REALM_ASSIGN(total, arithmetic(interp, "+", total, item));
  }
}

Result<Value> batch(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_batch", args, {"value", "linecount", "fill_with"}, 2));
  const bool fill = !a[2].missing() && !a[2].is_none();
  if (fill && a[1].is(Kind::kFloat)) {
    return type_error("can't multiply sequence by non-int of type 'float'");
  }
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  Value::List rows;
  Value::List row;
  for (Value& item : items) {
    // What is no number equals no length: everything is one row.
    if (a[1].is_number() && static_cast<double>(row.size()) == a[1].number()) {
      rows.emplace_back(std::exchange(row, {}));
    }
    row.push_back(std::move(item));
  }
  if (!row.empty()) {
    if (fill) {
      const auto filled = Value(static_cast<std::int64_t>(row.size()));
      REALM_ASSIGN(const bool shorter, ordered(interp, "<", filled, a[1]));
      if (shorter) {
        REALM_TRY(interp.charge(static_cast<std::uint64_t>(a[1].integer())));
        row.resize(static_cast<std::size_t>(a[1].integer()), a[2]);
      }
    }
    rows.emplace_back(std::move(row));
  }
  return make_generator(std::move(rows));
}

Result<Value> slice(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_slice", args, {"value", "slices", "fill_with"}, 2));
  REALM_ASSIGN(const std::int64_t wanted, as_index(a[1]));
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  if (wanted == 0) return type_error("integer division or modulo by zero");
  Value::List out;
  if (wanted < 0) return make_generator(std::move(out));
  REALM_TRY(interp.charge(static_cast<std::uint64_t>(wanted)));
  const auto slices = static_cast<std::size_t>(wanted);
  const std::size_t each = items.size() / slices;
  const std::size_t longer = items.size() % slices;
  for (std::size_t i = 0, at = 0; i < slices; ++i) {
    const std::size_t size = each + (i < longer);
    Value::List part;
    for (std::size_t j = 0; j < size; ++j) part.push_back(std::move(items[at++]));
    if (!a[2].missing() && !a[2].is_none() && i >= longer) part.push_back(a[2]);
    out.emplace_back(std::move(part));
  }
  return make_generator(std::move(out));
}

Result<Value> random(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_random", args, {"seq"}, 1));
  REALM_ASSIGN(const std::int64_t n, length(interp, a[0]));
  if (n == 0) return Value::undefined("No random item, sequence was empty.");
  if (a[0].as<Set>()) return type_error("'set' object is not subscriptable");
  const std::uint64_t index = interp.random() % static_cast<std::uint64_t>(n);
  return get_item(interp, a[0], Value(static_cast<std::int64_t>(index)));
}

}  // namespace

Native find_sequence_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"first", first},   {"last", last},       {"length", count},  {"count", count},
      {"list", list},     {"reverse", reverse}, {"join", join},     {"sort", sort},
      {"unique", unique}, {"min", min},         {"max", max},       {"sum", sum},
      {"batch", batch},   {"slice", slice},     {"random", random},
  };
  return find_native(kTable, name);
}

}  // namespace realm::jinja
