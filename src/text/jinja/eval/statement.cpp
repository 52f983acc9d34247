#include "base/str.hpp"
#include "text/jinja/eval/interp.hpp"
#include "text/jinja/eval/loop.hpp"
#include "text/jinja/eval/macro.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

ScopePtr inner(const ScopePtr& scope) {
  auto out = std::make_shared<Scope>();
  out->parent = scope;
  return out;
}

}  // namespace

Result<Flow> Interp::exec(const Block& block, const ScopePtr& scope) {
  const Depth depth(*this);
  REALM_TRY(depth.ok);
  for (const auto& stmt : block) {
    REALM_TRY(charge());
    Result<Flow> flow = exec(*stmt, scope);
    if (!flow) {
      if (!failed_at_) failed_at_ = stmt->at;
      return flow;
    }
    if (*flow != Flow::kNormal) return flow;
  }
  return Flow::kNormal;
}

Result<Flow> Interp::exec(const Stmt& stmt, const ScopePtr& scope) {
  switch (stmt.kind) {
    case StmtKind::kText:
      REALM_TRY(write(stmt.text));
      return Flow::kNormal;
    case StmtKind::kOutput:
      for (const ExprPtr& expr : stmt.exprs) {
        Value value;
        if (expr->folds) {
          REALM_ASSIGN(value, fold(*expr, scope, true));
        }
        if (value.missing()) {
          REALM_ASSIGN(value, eval(*expr, scope));
        }
        REALM_TRY(print(value));
      }
      return Flow::kNormal;
    case StmtKind::kIf:
      return exec_if(stmt, scope);
    case StmtKind::kFor:
      return exec_for(stmt, scope);
    case StmtKind::kSet: {
      REALM_ASSIGN(const Value value, eval(*stmt.expr, scope));
      REALM_TRY(assign(stmt.targets[0], value, scope));
      return Flow::kNormal;
    }
    case StmtKind::kSetBlock:
      REALM_TRY(exec_set_block(stmt, scope));
      return Flow::kNormal;
    case StmtKind::kMacro:
      REALM_TRY(exec_macro(stmt, scope));
      return Flow::kNormal;
    case StmtKind::kCallBlock:
      REALM_TRY(exec_call_block(stmt, scope));
      return Flow::kNormal;
    case StmtKind::kFilterBlock: {
      REALM_ASSIGN(std::string text, capture(stmt.blocks[0], inner(scope)));
      REALM_ASSIGN(const Value value,
                   filter_chain(*stmt.filter, scope, Value::text(std::move(text), autoescape_)));
      REALM_TRY(print(value));
      return Flow::kNormal;
    }
    case StmtKind::kWith:
      return exec_with(stmt, scope);
    case StmtKind::kScope:
      return exec(stmt.blocks[0], inner(scope));
    case StmtKind::kBlock:
      if (stmt.required) return type_error(str("Required block '", stmt.text, "' not found"));
      // A block sees the template's own variables, not those of the loops around it.
      return exec(stmt.blocks[0], inner(stmt.scoped ? scope : top_));
    case StmtKind::kAutoescape:
      return exec_autoescape(stmt, scope);
    case StmtKind::kBreak:
      return Flow::kBreak;
    case StmtKind::kContinue:
      return Flow::kContinue;
    case StmtKind::kNeedsLoader:
      return type_error("no loader for this environment specified");
  }
  return Error{Code::kInternal, "unknown kind of statement"};
}

Result<void> Interp::print(const Value& value) {
  if (value.is_string() && !(autoescape_ && !value.safe())) return write(value.string());
  REALM_ASSIGN(const std::string text, to_str(*this, value));
  return write(autoescape_ && !value.safe() ? escape_html(text) : text);
}

Result<Flow> Interp::exec_if(const Stmt& stmt, const ScopePtr& scope) {
  for (std::size_t i = 0; i < stmt.exprs.size(); ++i) {
    REALM_ASSIGN(const Value test, eval(*stmt.exprs[i], scope));
    if (truthy(test)) return exec(stmt.blocks[i], scope);
  }
  if (stmt.blocks.size() > stmt.exprs.size()) return exec(stmt.blocks.back(), scope);
  return Flow::kNormal;
}

Result<Flow> Interp::exec_with(const Stmt& stmt, const ScopePtr& scope) {
  const ScopePtr body = inner(scope);
  for (std::size_t i = 0; i < stmt.targets.size(); ++i) {
    REALM_ASSIGN(const Value value, eval(*stmt.exprs[i], scope));
    REALM_TRY(assign(stmt.targets[i], value, body));
  }
  return exec(stmt.blocks[0], body);
}

Result<Flow> Interp::exec_for(const Stmt& stmt, const ScopePtr& scope) {
  REALM_ASSIGN(const Value items, eval(*stmt.expr, scope));
  if (!stmt.recursive) return loop_body(stmt, items, scope, 0);
  REALM_ASSIGN(const std::string text, run_loop(stmt, items, scope, 0));
  REALM_TRY(write(text));
  return Flow::kNormal;
}

Result<std::string> Interp::run_loop(const Stmt& loop, const Value& items, const ScopePtr& scope,
                                     int depth0) {
  std::string text;
  std::string* const outer = std::exchange(out_, &text);
  Result<Flow> done = loop_body(loop, items, scope, depth0);
  out_ = outer;
  if (!done) return std::move(done).error();
  return text;
}

Result<Flow> Interp::loop_body(const Stmt& stmt, const Value& items, const ScopePtr& scope,
                               int depth0) {
  REALM_ASSIGN(Value iterator, iterate(*this, items));
  Value source = items;
  if (stmt.condition) {
    iterator = make_dynamic<FilteredIterator>(std::move(iterator), stmt, scope);
    source = iterator;
  }
  const Value loop = make_dynamic<LoopContext>(std::move(source), std::move(iterator), depth0);
  LoopContext& context = *loop.as<LoopContext>();
  if (stmt.recursive) context.make_recursive(stmt, scope);
  bool completed = false;  // a body that came to its end: the else is for loops without one
  for (;;) {
    REALM_ASSIGN(const Value item, context.advance(*this));
    if (item.missing()) break;
    const ScopePtr body = inner(scope);
    body->set("loop", loop);
    REALM_TRY(assign(stmt.targets[0], item, body));
    REALM_ASSIGN(const Flow flow, exec(stmt.blocks[0], body));
    if (flow == Flow::kBreak) break;
    completed |= flow == Flow::kNormal;
  }
  if (completed || stmt.blocks.size() < 2) return Flow::kNormal;
  return exec(stmt.blocks[1], inner(scope));
}

Result<void> Interp::exec_set_block(const Stmt& stmt, const ScopePtr& scope) {
  const ScopePtr body = inner(scope);
  REALM_ASSIGN(std::string text, capture(stmt.blocks[0], body));
  Value value = Value::text(std::move(text), autoescape_);
  if (stmt.filter) {
    REALM_ASSIGN(value, filter_chain(*stmt.filter, body, std::move(value)));
  }
  return assign(stmt.targets[0], value, scope);
}

Result<void> Interp::exec_macro(const Stmt& stmt, const ScopePtr& scope) {
  pin(scope);
  scope->set(stmt.macro->name, make_dynamic<Macro>(stmt, scope));
  return {};
}

Result<void> Interp::exec_call_block(const Stmt& stmt, const ScopePtr& scope) {
  pin(scope);
  const Expr& expr = *stmt.expr;
  REALM_ASSIGN(const Value callee, eval(*expr.a, scope));
  REALM_ASSIGN(Args args, eval_args(*expr.call, scope, Value()));
  args.named.emplace_back("caller", make_dynamic<Macro>(stmt, scope));
  REALM_ASSIGN(const Value value, call(*this, callee, std::move(args)));
  return print(value);
}

Result<Flow> Interp::exec_autoescape(const Stmt& stmt, const ScopePtr& scope) {
  REALM_ASSIGN(const Value wanted, eval(*stmt.expr, scope));
  const bool outer = std::exchange(autoescape_, truthy(wanted));
  Result<Flow> flow = exec(stmt.blocks[0], inner(scope));
  autoescape_ = outer;
  return flow;
}

// The filters of a filter or set block: the innermost has no input expression and takes the text.
Result<Value> Interp::filter_chain(const Expr& expr, const ScopePtr& scope, Value input) {
  const Depth depth(*this);
  REALM_TRY(depth.ok);
  if (expr.a) {
    REALM_ASSIGN(input, filter_chain(*expr.a, scope, std::move(input)));
  }
  Result<Value> value = eval_filter(expr, scope, std::move(input));
  if (!value && !failed_at_) failed_at_ = expr.at;
  return value;
}

}  // namespace realm::jinja
