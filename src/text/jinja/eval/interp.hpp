// Interp: one rendering of one template: scopes, output, limits. The tree walk is in
// expression.cpp, statement.cpp, macro.cpp; what values can do is in values/operators.hpp.
//
// Scoping is Jinja's: for, with, macro, call, filter, set blocks and generation open a scope; if
// does not. A name is looked up outwards, then in the context, then among the globals. Assignment
// is always to the innermost scope.
// Cycles: a macro holds its scope and the scope the macro; mutable containers can hold themselves.
// pin() remembers every node that may close a cycle, and the destructor empties them.
// Errors: the position of the innermost node that failed is kept in failed_at().
// Thread-safety: one thread; used once.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "realm/error.hpp"
#include "text/jinja/limits.hpp"
#include "text/jinja/syntax/ast.hpp"
#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {

struct Scope {
  std::vector<std::pair<std::string_view, Value>> variables;  ///< names live in the tree
  std::shared_ptr<Scope> parent;

  Value* find(std::string_view name);
  void set(std::string_view name, Value value);
};
using ScopePtr = std::shared_ptr<Scope>;

enum class Flow { kNormal, kBreak, kContinue };

class Interp {
 public:
  /// `source` is what the tree's positions count in.
  Interp(const Dict& context, const Limits& limits, const Clock& clock, std::string_view source);
  ~Interp();
  Interp(const Interp&) = delete;
  Interp& operator=(const Interp&) = delete;

  Result<std::string> render(const Block& body);
  std::optional<Position> failed_at() const { return failed_at_; }

  // Limits. Every loop over data charges; every text is charged before it is made.
  Result<void> charge(std::uint64_t steps = 1);
  Result<void> charge_bytes(std::size_t size_bytes);
  class Depth;
  Result<void> enter();  ///< one level deeper; paired with leave()
  void leave() { --depth_; }

  Result<Value> eval(const Expr& expr, const ScopePtr& scope);
  Result<Flow> exec(const Block& block, const ScopePtr& scope);
  /// Renders a block into a string of its own.
  Result<std::string> capture(const Block& block, const ScopePtr& scope);
  Result<void> assign(const Target& target, const Value& value, const ScopePtr& scope);
  Result<std::string> run_loop(const Stmt& loop, const Value& items, const ScopePtr& scope,
                               int depth0);

  bool autoescape() const { return autoescape_; }
  const Clock& clock() const { return clock_; }
  /// May close a cycle of references: emptied at the end of the rendering.
  void pin(const Value& value);
  void pin(const ScopePtr& scope) { pinned_scopes_.push_back(scope); }
  /// The nodes that repr() is inside of.
  std::vector<const Object*>& printing() { return printing_; }
  /// Pseudo-random numbers from a fixed seed: equal renderings give equal text.
  std::uint64_t random();
  /// A block with the template's own variables.
  Result<std::string> render_block(const Block& block);

 private:
  friend class Macro;
  using Parts = std::vector<Value>;

  // expression.cpp
  Result<Value> dispatch(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_name(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_item(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_slice(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_unary(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_binary(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_logic(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_compare(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_concat(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_condition(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_dict(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_call(const Expr& expr, const ScopePtr& scope);
  Result<Value> eval_filter(const Expr& expr, const ScopePtr& scope, Value input);
  Result<Value> eval_test(const Expr& expr, const ScopePtr& scope);
  Result<Parts> eval_list(const std::vector<ExprPtr>& exprs, const ScopePtr& scope);
  Result<Args> eval_args(const CallArgs& args, const ScopePtr& scope, Value first);

  // fold.cpp
  /// What Jinja2's compiler makes of an expression; missing when it leaves that to the run time.
  /// `printed`: it stands alone between {{ and }}.
  Result<Value> fold(const Expr& expr, const ScopePtr& scope, bool printed);
  Result<Value> folded_slice(const Value& object, const Value (&bounds)[3]);

  // statement.cpp
  Result<Flow> exec(const Stmt& stmt, const ScopePtr& scope);
  Result<Flow> exec_if(const Stmt& stmt, const ScopePtr& scope);
  Result<Flow> exec_with(const Stmt& stmt, const ScopePtr& scope);
  Result<Flow> exec_for(const Stmt& stmt, const ScopePtr& scope);
  /// Normal, unless the else part breaks the loop around this one.
  Result<Flow> loop_body(const Stmt& loop, const Value& items, const ScopePtr& scope, int depth0);
  Result<void> exec_set_block(const Stmt& stmt, const ScopePtr& scope);
  Result<void> exec_macro(const Stmt& stmt, const ScopePtr& scope);
  Result<void> exec_call_block(const Stmt& stmt, const ScopePtr& scope);
  Result<Flow> exec_autoescape(const Stmt& stmt, const ScopePtr& scope);
  Result<Value> filter_chain(const Expr& expr, const ScopePtr& scope, Value input);
  Result<void> print(const Value& value);
  Result<void> write(std::string_view text);

  const std::string_view source_;
  const Limits limits_;
  const Clock& clock_;
  const std::chrono::steady_clock::time_point start_;
  Value context_;
  ScopePtr top_;
  const Block* body_ = nullptr;  // of the template
  std::string* out_ = nullptr;
  std::uint64_t steps_ = 0;
  std::uint64_t next_time_check_ = 0;
  int depth_ = 0;
  bool autoescape_ = false;
  bool folding_ = false;  ///< inside fold()
  std::optional<Position> failed_at_;
  std::vector<Value> pinned_;
  std::vector<ScopePtr> pinned_scopes_;
  std::vector<const Object*> printing_;
  std::uint64_t random_state_ = 0x9e3779b97f4a7c15u;
};

/// One level of recursion; `ok` is the error when that is one too many.
class Interp::Depth {
 public:
  explicit Depth(Interp& interp) : ok(interp.enter()), interp_(interp) {}
  ~Depth() { interp_.leave(); }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  Result<void> ok;

 private:
  Interp& interp_;
};

inline Error type_error(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

}  // namespace realm::jinja
