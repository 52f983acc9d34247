#include "text/jinja/eval/macro.hpp"

#include "base/str.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {

std::string Macro::quoted_name() const {
  return signature().name.empty() ? "None" : str("'", signature().name, "'");
}

Result<std::string> Macro::repr(Interp&) {
  return str("<Macro ", signature().name.empty() ? "anonymous" : quoted_name(), ">");
}

Result<Value> Macro::attribute(Interp&, const Value&, std::string_view name) {
  if (name == "name") return signature().name.empty() ? Value(nullptr) : Value(signature().name);
  if (name == "catch_kwargs") return Value(signature().uses_kwargs);
  if (name == "catch_varargs") return Value(signature().uses_varargs);
  if (name == "caller") return Value(signature().uses_caller);
  if (name != "arguments") return Value();
  Value::List names;
  for (const auto& parameter : signature().parameters) names.emplace_back(parameter.name);
  return Value::tuple(std::move(names));
}

// Binds positional, then named arguments, then the special caller, kwargs and varargs; what is left
// over is an error. Defaults are evaluated last, in order, and may use the parameters before them.
Result<void> Macro::bind(Interp& interp, Args& args, const ScopePtr& scope) {
  const auto& parameters = signature().parameters;
  std::vector<Value> given(parameters.size());
  bool has_caller_parameter = false;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    has_caller_parameter |= parameters[i].name == "caller";
    given[i] = i < args.list.size() ? args.list[i] : args.take(parameters[i].name);
  }
  if (signature().uses_caller && !has_caller_parameter) {
    Value caller = args.take("caller");
    if (caller.missing() || caller.is_none()) caller = Value::undefined("No caller defined");
    scope->set("caller", std::move(caller));
  }
  if (signature().uses_kwargs) {
    Dict rest;
    for (auto& [name, value] : args.named) rest.set(Value(name), std::move(value));
    scope->set("kwargs", Value(std::move(rest)));
  } else if (!args.named.empty()) {
    for (const auto& [name, value] : args.named) {
      if (name != "caller") continue;
      return type_error(str("macro ", quoted_name(),
                            " was invoked with two values for the special caller argument. This is "
                            "most likely a bug."));
    }
    return type_error(str("macro ", quoted_name(), " takes no keyword argument '",
                          args.named.front().first, "'"));
  }
  if (signature().uses_varargs) {
    Value::List rest;
    for (std::size_t i = parameters.size(); i < args.list.size(); ++i) rest.push_back(args.list[i]);
    scope->set("varargs", Value::tuple(std::move(rest)));
  } else if (args.list.size() > parameters.size()) {
    return type_error(
        str("macro ", quoted_name(), " takes not more than ", parameters.size(), " argument(s)"));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (given[i].missing() && parameters[i].fallback) {
      REALM_ASSIGN(given[i], interp.eval(*parameters[i].fallback, scope));
    } else if (given[i].missing()) {
      given[i] = Value::undefined(str("parameter '", parameters[i].name, "' was not provided"));
    }
    scope->set(parameters[i].name, std::move(given[i]));
  }
  return {};
}

Result<Value> Macro::call(Interp& interp, Args args) {
  auto scope = std::make_shared<Scope>();
  scope->parent = scope_;
  REALM_TRY(bind(interp, args, scope));
  REALM_ASSIGN(std::string text, interp.capture(definition_.blocks[0], scope));
  return Value::text(std::move(text), interp.autoescape());
}

}  // namespace realm::jinja
