// What templates may call without defining it: filters, tests and global functions, by name. An
// unknown filter or test is an error only when it is reached.
// Each table lives with its functions; find_filter() asks them in turn.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "text/jinja/eval/interp.hpp"
#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {

/// A filter or test; the filtered value is args.list[0].
using Native = Result<Value> (*)(Interp& interp, Args& args);
struct NativeEntry {
  std::string_view name;
  Native function;
};

Native find_filter(std::string_view name);
Native find_test(std::string_view name);
Result<Value> apply_filter(Interp& interp, std::string_view name, Args args);
Result<Value> apply_test(Interp& interp, std::string_view name, Args args);
/// Missing when there is no such global.
Value find_global(std::string_view name);

Native find_text_filter(std::string_view name);
Native find_layout_filter(std::string_view name);
Native find_markup_filter(std::string_view name);
Native find_pretty_filter(std::string_view name);
Native find_link_filter(std::string_view name);
Native find_number_filter(std::string_view name);
Native find_sequence_filter(std::string_view name);
Native find_select_filter(std::string_view name);

template <std::size_t N>
Native find_native(const NativeEntry (&table)[N], std::string_view name) {
  for (const NativeEntry& entry : table) {
    if (entry.name == name) return entry.function;
  }
  return nullptr;
}

/// The arguments in the order of the parameters' names, missing where none was given; an error
/// with Python's message when they do not fit or one of the first `required` is absent.
Result<std::vector<Value>> bind(std::string_view function, Args& args,
                                std::initializer_list<std::string_view> names,
                                std::size_t required);

/// int or bool as an integer; else Python's "cannot be interpreted as an integer".
Result<std::int64_t> as_index(const Value& value);
Result<std::int64_t> as_index(const Value& value, std::int64_t fallback);
/// A size that text will be padded or repeated to; refused before anything is made of it.
Result<std::size_t> as_width(Interp& interp, const Value& value, std::int64_t fallback);
/// The value when it is text, else str(value): keeps the safe mark.
Result<Value> soft_str(Interp& interp, const Value& value);

/// value.attribute.path: by dots, parts of digits as integers. `fallback` replaces what is
/// undefined.
Result<Value> get_path(Interp& interp, Value value, const Value& path, const Value& fallback);
/// Lower case when it is text: how filters compare unless told to be case-sensitive.
Value ignore_case(const Value& value);

/// Values ready to be read once: what Python's generators are to a template.
Value make_generator(std::vector<Value> items);

}  // namespace realm::jinja
