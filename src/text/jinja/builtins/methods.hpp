// The attributes of Python's str, list, tuple, dict, int and float: methods, mostly.
#pragma once

#include <string_view>

#include "realm/error.hpp"
#include "text/jinja/dynamic.hpp"

namespace realm::jinja {

/// The attribute of a value's type, bound to the value; missing when the type has none.
Result<Value> find_method(const Value& object, std::string_view name);

// The methods by type; null when there is none of that name.
Function::Body find_string_method(std::string_view name);
Function::Body find_string_split_method(std::string_view name);
Function::Body find_string_test_method(std::string_view name);
Function::Body find_list_method(std::string_view name);
Function::Body find_tuple_method(std::string_view name);
Function::Body find_dict_method(std::string_view name);

}  // namespace realm::jinja
