// The tests behind `is`.
#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/eval/loop.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/large_integer.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

// A test without arguments that cannot fail.
template <bool (*predicate)(const Value&)>
Result<Value> plain(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("test", args, {"value"}, 1));
  return Value(predicate(a[0]));
}

bool is_defined(const Value& v) { return !v.is_undefined(); }
bool is_undefined(const Value& v) { return v.is_undefined(); }
bool is_none(const Value& v) { return v.is_none(); }
bool is_boolean(const Value& v) { return v.is(Kind::kBool); }
bool is_true(const Value& v) { return v.is(Kind::kBool) && v.boolean(); }
bool is_false(const Value& v) { return v.is(Kind::kBool) && !v.boolean(); }
bool is_int(const Value& v) { return v.is(Kind::kInt) || v.as<LargeInteger>() != nullptr; }
bool is_float(const Value& v) { return v.is(Kind::kFloat); }
bool is_string(const Value& v) { return v.is_string(); }
bool is_mapping(const Value& v) { return v.is_dict(); }
bool is_number(const Value& v) { return v.is_number() || v.as<LargeInteger>() != nullptr; }
bool is_escaped(const Value& v) { return v.is_string() && v.safe(); }
bool is_sequence(const Value& v) {
  return v.is_string() || v.is_list() || v.is_tuple() || v.is_dict() || v.is_undefined() ||
         v.as<Range>();
}
bool is_iterable(const Value& v) {
  return v.is_string() || v.is_list() || v.is_tuple() || v.is_dict() || v.is_undefined() ||
         v.as<LoopContext>() || (v.is(Kind::kDynamic) && v.dynamic().iterable());
}

// str.islower() / isupper(): some cased character, and none of the other case.
Result<bool> has_case(Interp& interp, const Value& value, bool upper) {
  REALM_ASSIGN(const std::string text, to_str(interp, value));
  bool found = false;
  for (const char32_t c : unicode::decode(text)) {
    if (upper ? unicode::is_lower(c) : unicode::is_upper(c)) return false;
    if (unicode::is_title(c)) return false;
    found |= upper ? unicode::is_upper(c) : unicode::is_lower(c);
  }
  return found;
}

template <bool upper>
Result<Value> cased(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("test", args, {"value"}, 1));
  REALM_ASSIGN(const bool yes, has_case(interp, a[0], upper));
  return Value(yes);
}

Result<Value> remainder_is(Interp& interp, const Value& value, const Value& divisor,
                           std::int64_t wanted) {
  REALM_ASSIGN(const Value rest, arithmetic(interp, "%", value, divisor));
  REALM_ASSIGN(const bool yes, equal(interp, rest, Value(wanted)));
  return Value(yes);
}

Result<Value> odd(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("test_odd", args, {"value"}, 1));
  return remainder_is(interp, a[0], Value(2), 1);
}

Result<Value> even(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("test_even", args, {"value"}, 1));
  return remainder_is(interp, a[0], Value(2), 0);
}

Result<Value> divisible(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("test_divisibleby", args, {"value", "num"}, 2));
  return remainder_is(interp, a[0], a[1], 0);
}

Result<Value> callable(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("callable", args, {"obj"}, 1));
  return Value(is_callable(a[0]));
}

Result<Value> same_as(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("test_sameas", args, {"value", "other"}, 2));
  return Value(a[0].same(a[1]));
}

Result<Value> in(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("test_in", args, {"value", "seq"}, 2));
  REALM_ASSIGN(const bool yes, contains(interp, a[1], a[0]));
  return Value(yes);
}

Result<Value> filter_exists(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("test_filter", args, {"value"}, 1));
  REALM_TRY(check_hashable(a[0]));
  return Value(a[0].is_string() && find_filter(a[0].string()) != nullptr);
}

Result<Value> test_exists(Interp&, Args& args) {
  REALM_ASSIGN(const auto a, bind("test_test", args, {"value"}, 1));
  REALM_TRY(check_hashable(a[0]));
  return Value(a[0].is_string() && find_test(a[0].string()) != nullptr);
}

Result<Value> compared(Interp& interp, Args& args, std::string_view op) {
  if (args.list.size() != 2 || !args.named.empty()) {
    return type_error(str("comparison expected 2 arguments, got ", args.list.size()));
  }
  REALM_ASSIGN(const bool yes, compare(interp, op, args.list[0], args.list[1]));
  return Value(yes);
}
Result<Value> eq(Interp& i, Args& a) { return compared(i, a, "=="); }
Result<Value> ne(Interp& i, Args& a) { return compared(i, a, "!="); }
Result<Value> gt(Interp& i, Args& a) { return compared(i, a, ">"); }
Result<Value> ge(Interp& i, Args& a) { return compared(i, a, ">="); }
Result<Value> lt(Interp& i, Args& a) { return compared(i, a, "<"); }
Result<Value> le(Interp& i, Args& a) { return compared(i, a, "<="); }

}  // namespace

Native find_test(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"odd", odd},
      {"even", even},
      {"divisibleby", divisible},
      {"defined", plain<is_defined>},
      {"undefined", plain<is_undefined>},
      {"filter", filter_exists},
      {"test", test_exists},
      {"none", plain<is_none>},
      {"boolean", plain<is_boolean>},
      {"true", plain<is_true>},
      {"false", plain<is_false>},
      {"integer", plain<is_int>},
      {"float", plain<is_float>},
      {"lower", cased<false>},
      {"upper", cased<true>},
      {"string", plain<is_string>},
      {"mapping", plain<is_mapping>},
      {"number", plain<is_number>},
      {"sequence", plain<is_sequence>},
      {"iterable", plain<is_iterable>},
      {"callable", callable},
      {"sameas", same_as},
      {"escaped", plain<is_escaped>},
      {"in", in},
      {"==", eq},
      {"eq", eq},
      {"equalto", eq},
      {"!=", ne},
      {"ne", ne},
      {">", gt},
      {"gt", gt},
      {"greaterthan", gt},
      {">=", ge},
      {"ge", ge},
      {"<", lt},
      {"lt", lt},
      {"lessthan", lt},
      {"<=", le},
      {"le", le},
  };
  return find_native(kTable, name);
}

}  // namespace realm::jinja
