// What Python's operators and built-in functions do with values. Failures carry Python's messages,
// since they reach the people who know templates from there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "text/jinja/eval/interp.hpp"
#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {

// operators.cpp
bool truthy(const Value& value);
/// Python's "unhashable type: 'list'" for what cannot be a dict's key or in a set.
Result<void> check_hashable(const Value& value);
Result<bool> equal(Interp& interp, const Value& a, const Value& b);
/// op is one of < <= > >=.
Result<bool> ordered(Interp& interp, std::string_view op, const Value& a, const Value& b);
/// Any comparison, `in` and `not in`.
Result<bool> compare(Interp& interp, std::string_view op, const Value& a, const Value& b);
/// + - * / // % **
Result<Value> arithmetic(Interp& interp, std::string_view op, const Value& a, const Value& b);
Result<Value> negate(const Value& value);
/// Stable, by Python's `<`; stops at the first error.
Result<void> sort_values(Interp& interp, std::vector<Value>& values, bool reverse,
                         const std::function<Result<Value>(const Value&)>& key);

// arithmetic.cpp: numbers only
Result<Value> number_arithmetic(std::string_view op, const Value& a, const Value& b);

// access.cpp
Result<Value> get_attribute(Interp& interp, const Value& object, std::string_view name);
Result<Value> get_item(Interp& interp, const Value& object, const Value& key);
Result<Value> get_slice(Interp& interp, const Value& object, const Value& start, const Value& stop,
                        const Value& step);
/// An Iterator over the value.
Result<Value> iterate(Interp& interp, const Value& value);
Result<std::vector<Value>> to_list(Interp& interp, const Value& value);
/// Python's a, b = value: exactly `count` values.
Result<std::vector<Value>> unpack(Interp& interp, const Value& value, std::size_t count);
Result<std::int64_t> length(Interp& interp, const Value& value);
bool is_callable(const Value& value);
Result<Value> call(Interp& interp, const Value& callee, Args args);
/// Start, stop and step of a slice over `size` items, clamped as Python does.
struct SliceRange {
  std::int64_t start = 0, stop = 0, step = 1;
  std::int64_t count = 0;
};
Result<SliceRange> slice_range(const Value& start, const Value& stop, const Value& step,
                               std::int64_t size);

// contains.cpp
Result<bool> contains(Interp& interp, const Value& container, const Value& item);

// repr.cpp
Result<std::string> to_str(Interp& interp, const Value& value);
Result<std::string> repr(Interp& interp, const Value& value);
std::string repr_string(std::string_view text);
std::string escape_non_ascii(std::string_view text);  ///< what ascii() does to a repr()
std::string format_float(double value);  ///< repr(float): the shortest text that reads back
std::string escape_html(std::string_view text);

// json_dump.cpp: json.dumps
struct JsonStyle {
  std::optional<std::string> indent;
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  bool ensure_ascii = false;
  bool sort_keys = false;
};
Result<std::string> dump_json(Interp& interp, const Value& value, const JsonStyle& style);

}  // namespace realm::jinja
