#include <algorithm>
#include <iterator>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/eval/interp.hpp"
#include "text/jinja/eval/self.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {

namespace {

// Said inside fold() and heard there.
Error not_constant() { return type_error("left to the run time"); }

// The filters that Jinja2 hands the rendering: its compiler leaves them alone.
bool needs_context(std::string_view filter) {
  static constexpr std::string_view kNames[] = {"map",        "select",     "reject",
                                                "selectattr", "rejectattr", "random"};
  return std::find(std::begin(kNames), std::end(kNames), filter) != std::end(kNames);
}

}  // namespace

Result<Value> Interp::eval(const Expr& expr, const ScopePtr& scope) {
  REALM_TRY(charge());
  const Depth depth(*this);
  if (!depth.ok) {
    if (!failed_at_) failed_at_ = expr.at;
    return Error(depth.ok.error());
  }
  Result<Value> value = dispatch(expr, scope);
  if (!value && !failed_at_) failed_at_ = expr.at;
  return value;
}

Result<Value> Interp::dispatch(const Expr& expr, const ScopePtr& scope) {
  if (expr.folds && !folding_) {
    REALM_ASSIGN(Value value, fold(expr, scope, false));
    if (!value.missing()) return value;
  }
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return Value(expr.value);
    case ExprKind::kName:
      if (folding_) return not_constant();
      return eval_name(expr, scope);
    case ExprKind::kAttribute: {
      REALM_ASSIGN(const Value object, eval(*expr.a, scope));
      return get_attribute(*this, object, expr.name);
    }
    case ExprKind::kItem:
      return eval_item(expr, scope);
    case ExprKind::kSlice:
      return eval_slice(expr, scope);
    case ExprKind::kCall:
      if (folding_) return not_constant();
      return eval_call(expr, scope);
    case ExprKind::kFilter: {
      if (folding_ && needs_context(expr.name)) return not_constant();
      REALM_ASSIGN(Value input, eval(*expr.a, scope));
      return eval_filter(expr, scope, std::move(input));
    }
    case ExprKind::kTest:
      return eval_test(expr, scope);
    case ExprKind::kUnary:
      return eval_unary(expr, scope);
    case ExprKind::kBinary:
      return eval_binary(expr, scope);
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return eval_logic(expr, scope);
    case ExprKind::kCompare:
      return eval_compare(expr, scope);
    case ExprKind::kConcat:
      return eval_concat(expr, scope);
    case ExprKind::kCondition:
      return eval_condition(expr, scope);
    case ExprKind::kList: {
      REALM_ASSIGN(Parts items, eval_list(expr.args, scope));
      return Value(std::move(items));
    }
    case ExprKind::kTuple: {
      REALM_ASSIGN(Parts items, eval_list(expr.args, scope));
      return Value::tuple(std::move(items));
    }
    case ExprKind::kDict:
      return eval_dict(expr, scope);
  }
  return Error{Code::kInternal, "unknown kind of expression"};
}

Result<Value> Interp::eval_name(const Expr& expr, const ScopePtr& scope) {
  for (Scope* s = scope.get(); s; s = s->parent.get()) {
    if (const Value* value = s->find(expr.name)) return Value(*value);
  }
  if (const Value* value = context_.dict().find_text(expr.name)) return Value(*value);
  if (Value global = find_global(expr.name); !global.missing()) return global;
  if (expr.name == "self" && body_) return make_dynamic<TemplateReference>(*body_);
  return Value::undefined_name(expr.name);
}

Result<Value> Interp::eval_item(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(const Value object, eval(*expr.a, scope));
  REALM_ASSIGN(const Value key, eval(*expr.b, scope));
  return get_item(*this, object, key);
}

Result<Value> Interp::eval_slice(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(const Value object, eval(*expr.a, scope));
  Value bounds[3];
  for (std::size_t i = 0; i < 3; ++i) {
    if (!expr.args[i]) continue;
    REALM_ASSIGN(bounds[i], eval(*expr.args[i], scope));
  }
  if (folding_) return folded_slice(object, bounds);
  return get_slice(*this, object, bounds[0], bounds[1], bounds[2]);
}

Result<Value> Interp::eval_unary(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(const Value value, eval(*expr.a, scope));
  if (expr.name == "not") return Value(!truthy(value));
  if (expr.name == "-") return negate(value);
  if (value.is_undefined()) return type_error(value.undefined_message());
  if (value.is(Kind::kBool)) return Value(value.integer());
  if (value.is_number()) return value;
  return type_error(str("bad operand type for unary +: '", type_name(value), "'"));
}

Result<Value> Interp::eval_binary(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(const Value a, eval(*expr.a, scope));
  REALM_ASSIGN(const Value b, eval(*expr.b, scope));
  return arithmetic(*this, expr.name, a, b);
}

Result<Value> Interp::eval_logic(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(Value a, eval(*expr.a, scope));
  if (truthy(a) == (expr.kind == ExprKind::kOr)) return a;
  return eval(*expr.b, scope);
}

Result<Value> Interp::eval_compare(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(Value left, eval(*expr.a, scope));
  for (std::size_t i = 0; i < expr.ops.size(); ++i) {
    REALM_ASSIGN(Value right, eval(*expr.args[i], scope));
    REALM_ASSIGN(const bool yes, compare(*this, expr.ops[i], left, right));
    if (!yes) return Value(false);
    left = std::move(right);
  }
  return Value(true);
}

Result<Value> Interp::eval_concat(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(const Parts parts, eval_list(expr.args, scope));
  std::string text;
  for (const Value& part : parts) {
    REALM_ASSIGN(std::string piece, to_str(*this, part));
    if (autoescape_ && !part.safe()) piece = escape_html(piece);
    text += piece;
  }
  REALM_TRY(charge_bytes(text.size()));
  return Value::text(std::move(text), autoescape_);
}

Result<Value> Interp::eval_condition(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(const Value test, eval(*expr.b, scope));
  if (truthy(test)) return eval(*expr.a, scope);
  if (expr.c) return eval(*expr.c, scope);
  if (folding_) return not_constant();
  return Value::undefined(str("the inline if-expression on line ",
                              line_column(source_, expr.at).line,
                              " evaluated to false and no else section was defined."));
}

Result<Value> Interp::eval_dict(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(Parts parts, eval_list(expr.args, scope));
  Dict dict;
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    REALM_TRY(check_hashable(parts[i]));
    dict.set(std::move(parts[i]), std::move(parts[i + 1]));
  }
  return Value(std::move(dict));
}

Result<Interp::Parts> Interp::eval_list(const std::vector<ExprPtr>& exprs, const ScopePtr& scope) {
  Parts parts;
  parts.reserve(exprs.size());
  for (const ExprPtr& expr : exprs) {
    REALM_ASSIGN(Value part, eval(*expr, scope));
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<Args> Interp::eval_args(const CallArgs& args, const ScopePtr& scope, Value first) {
  Args out;
  if (!first.missing()) out.list.push_back(std::move(first));
  for (const ExprPtr& expr : args.list) {
    REALM_ASSIGN(Value value, eval(*expr, scope));
    out.list.push_back(std::move(value));
  }
  for (const auto& named : args.named) {
    REALM_ASSIGN(Value value, eval(*named.second, scope));
    out.named.emplace_back(named.first, std::move(value));
  }
  if (args.star) {
    REALM_ASSIGN(const Value star, eval(*args.star, scope));
    REALM_ASSIGN(Parts items, to_list(*this, star));
    for (Value& item : items) out.list.push_back(std::move(item));
  }
  if (args.star_named) {
    REALM_ASSIGN(const Value star, eval(*args.star_named, scope));
    if (!star.is_dict()) {
      return type_error(str("argument after ** must be a mapping, not ", type_name(star)));
    }
    for (const Dict::Entry& entry : star.dict().entries()) {
      if (!entry.key.is_string()) return type_error("keywords must be strings");
      out.named.emplace_back(entry.key.string(), entry.value);
    }
  }
  return out;
}

Result<Value> Interp::eval_call(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(const Value callee, eval(*expr.a, scope));
  REALM_ASSIGN(Args args, eval_args(*expr.call, scope, Value()));
  return call(*this, callee, std::move(args));
}

Result<Value> Interp::eval_filter(const Expr& expr, const ScopePtr& scope, Value input) {
  REALM_ASSIGN(Args args, eval_args(*expr.call, scope, std::move(input)));
  if (expr.conditional && !find_filter(expr.name)) {
    return type_error(str("No filter named '", expr.name, "' found."));
  }
  return apply_filter(*this, expr.name, std::move(args));
}

Result<Value> Interp::eval_test(const Expr& expr, const ScopePtr& scope) {
  REALM_ASSIGN(Value subject, eval(*expr.a, scope));
  REALM_ASSIGN(Args args, eval_args(*expr.call, scope, std::move(subject)));
  if (expr.conditional && !find_test(expr.name)) {
    return type_error(str("No test named '", expr.name, "' found."));
  }
  return apply_test(*this, expr.name, std::move(args));
}

}  // namespace realm::jinja
