#include "text/jinja/syntax/ast.hpp"

namespace realm::jinja {

void mark_conditional(const ExprPtr& expr) {
  if (!expr || expr->conditional) return;
  expr->conditional = true;
  for (const ExprPtr* child : {&expr->a, &expr->b, &expr->c}) mark_conditional(*child);
  for (const ExprPtr& arg : expr->args) mark_conditional(arg);
  if (!expr->call) return;
  for (const ExprPtr& arg : expr->call->list) mark_conditional(arg);
  for (const auto& named : expr->call->named) mark_conditional(named.second);
  mark_conditional(expr->call->star);
  mark_conditional(expr->call->star_named);
}

void mark_foldable(Expr& expr) {
  const bool first_only = expr.kind == ExprKind::kAnd || expr.kind == ExprKind::kOr;
  bool foldable = expr.kind != ExprKind::kName && expr.kind != ExprKind::kCall;
  bool slices = expr.kind == ExprKind::kSlice;
  const auto take = [&](const ExprPtr& child, bool always) {
    if (!child) return;
    foldable = foldable && (child->foldable || !always);
    slices = slices || child->folds;
  };
  take(expr.a, expr.kind != ExprKind::kCondition);
  take(expr.b, !first_only);
  take(expr.c, false);
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    take(expr.args[i], expr.kind != ExprKind::kCompare || i == 0);
  }
  if (expr.call) {
    for (const ExprPtr& arg : expr.call->list) take(arg, true);
    for (const auto& named : expr.call->named) take(named.second, true);
    take(expr.call->star, true);
    take(expr.call->star_named, true);
  }
  expr.foldable = foldable;
  expr.folds = foldable && slices;
}

}  // namespace realm::jinja
