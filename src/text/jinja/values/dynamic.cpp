#include "text/jinja/values/dynamic.hpp"

#include "base/str.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {

Value Args::take(std::string_view name) {
  for (auto it = named.begin(); it != named.end(); ++it) {
    if (it->first != name) continue;
    Value value = std::move(it->second);
    named.erase(it);
    return value;
  }
  return {};
}

Result<std::string> Dynamic::repr(Interp&) { return str("<", module(), type_name(), " object>"); }
Result<Value> Dynamic::attribute(Interp&, const Value&, std::string_view) { return Value(); }
Result<Value> Dynamic::item(Interp&, const Value&) { return Value(); }
Result<Value> Dynamic::call(Interp&, Args) {
  return type_error(str("'", type_name(), "' object is not callable"));
}
Result<Value> Dynamic::iterate(Interp&) {
  return type_error(str("'", type_name(), "' object is not iterable"));
}
Result<std::optional<std::int64_t>> Dynamic::length(Interp&) {
  return std::optional<std::int64_t>();
}

Result<Value> Iterator::iterate(Interp&) {
  // An iterator is its own iterable; the caller holds the Value that owns it and returns that.
  return Value();
}

Result<std::string> Function::repr(Interp&) {
  if (method_) return str("<built-in method ", name_, " of ", jinja::type_name(self_), " object>");
  return shown_;
}

Result<Value> Function::call(Interp& interp, Args args) {
  args.callee = name_;
  return body_(interp, self_, args);
}

Result<std::string> Namespace::repr(Interp& interp) {
  REALM_ASSIGN(std::string dict, jinja::repr(interp, Value(attributes_)));
  return str("<Namespace ", dict, ">");
}

Result<Value> Namespace::attribute(Interp&, const Value&, std::string_view name) {
  const Value* value = attributes_.find_text(name);
  return value ? *value : Value();
}

void Namespace::take_children(std::vector<Value>& out) {
  for (Dict::Entry& entry : attributes_.entries()) out.push_back(std::move(entry.value));
  attributes_.clear();
}

}  // namespace realm::jinja
