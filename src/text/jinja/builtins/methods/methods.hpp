// The attributes of Python's str, list, tuple, dict, int and float: methods, mostly.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {

/// The attribute of a value's type, bound to the value; missing when the type has none.
Result<Value> find_method(const Value& object, std::string_view name);

/// The arguments of a method that CPython implements in C: by position only, `required` to `most`
/// of them, missing where none was given; the error says so in CPython's words.
Result<std::vector<Value>> bind_method(const Value& self, Args& args, std::size_t required,
                                       std::size_t most);
/// As above, where the arguments may be named too.
Result<std::vector<Value>> bind_method(Args& args, std::initializer_list<std::string_view> names);
/// "'int' object has no attribute 'items'"
Error no_python_attribute(const Value& object, std::string_view name);

// The methods by type; null when there is none of that name.
Function::Body find_string_method(std::string_view name);
Function::Body find_string_split_method(std::string_view name);
Function::Body find_string_test_method(std::string_view name);
Function::Body find_list_method(std::string_view name);
Function::Body find_tuple_method(std::string_view name);
Function::Body find_dict_method(std::string_view name);
Function::Body find_set_method(const Value& object, std::string_view name);  ///< dict views too

}  // namespace realm::jinja
