// Macro: what {% macro %} defines, and the `caller` of a call block.
#pragma once

#include <string>

#include "text/jinja/eval/interp.hpp"

namespace realm::jinja {

class Macro final : public Dynamic {
 public:
  Macro(const Stmt& definition, ScopePtr scope)
      : definition_(definition), scope_(std::move(scope)) {}
  std::string type_name() const override { return "Macro"; }
  std::string module() const override { return "jinja2.runtime."; }
  Result<std::string> repr(Interp& interp) override;
  Result<Value> attribute(Interp& interp, const Value& self, std::string_view name) override;
  bool callable() const override { return true; }
  Result<Value> call(Interp& interp, Args args) override;

 private:
  const MacroSignature& signature() const { return *definition_.macro; }
  std::string quoted_name() const;
  Result<void> bind(Interp& interp, Args& args, const ScopePtr& scope);

  const Stmt& definition_;
  ScopePtr scope_;  ///< where it was defined; pinned there
};

}  // namespace realm::jinja
