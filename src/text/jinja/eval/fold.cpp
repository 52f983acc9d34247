// Constant expressions that slice. Jinja2's compiler computes what it can without names and calls,
// and there a slice that fails is undefined, where it is Python's TypeError at run time:
// `{{ 5[1:] }}` prints nothing. What the compiler computed counts when it stands alone between
// {{ and }}, or when its value can be written as source; else the run time computes it again. For
// other constants the two agree, so only expressions that slice (Expr::folds) come here. Whether
// one is constant may depend on values (`5[1:] and x`): it is found out by computing it.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/eval/interp.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

// Values that the compiler can write as source.
bool has_source(const Value& value) {
  switch (value.kind()) {
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kString:
      return true;
    case Kind::kList:
    case Kind::kTuple:
      return !value.group() && std::all_of(value.items().begin(), value.items().end(), has_source);
    case Kind::kDict:
      return std::all_of(value.dict().entries().begin(), value.dict().entries().end(),
                         [](const Dict::Entry& entry) {
                           return has_source(entry.key) && has_source(entry.value);
                         });
    default:
      return false;
  }
}

// "slice(1, None, None)"
Result<std::string> shown(Interp& interp, const Value (&bounds)[3]) {
  std::string text;
  for (const Value& bound : bounds) {
    REALM_ASSIGN(const std::string part, repr(interp, bound.missing() ? Value(nullptr) : bound));
    text += (text.empty() ? "slice(" : ", ") + part;
  }
  return text + ")";
}

}  // namespace

Result<Value> Interp::fold(const Expr& expr, const ScopePtr& scope, bool printed) {
  const auto failed_at = failed_at_;
  const bool outer = std::exchange(folding_, true);
  Result<Value> value = dispatch(expr, scope);
  folding_ = outer;
  failed_at_ = failed_at;
  if (value && (printed || has_source(*value))) return value;
  return Value();
}

Result<Value> Interp::folded_slice(const Value& object, const Value (&bounds)[3]) {
  Result<Value> part = get_slice(*this, object, bounds[0], bounds[1], bounds[2]);
  if (part || object.is_undefined()) return part;
  // A step of nothing is a ValueError, which nobody catches.
  const bool no_step = bounds[2].is_integer() && bounds[2].integer() == 0;
  if (no_step && (object.is_string() || object.is_list() || object.is_tuple())) return part;
  REALM_ASSIGN(const std::string name, shown(*this, bounds));
  return Value::undefined(str(object_type(object), " has no element ", name));
}

}  // namespace realm::jinja
