#include "text/jinja/eval/interp.hpp"

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

// The caller's values, with containers of the rendering's own: a template may change what it is
// given, and nobody else shall see it. Depth: see Template::render.
Value copy_of(const Value& value) {
  if (value.is_list() || value.is_tuple()) {
    Value::List items;
    items.reserve(value.items().size());
    for (const Value& item : value.items()) items.push_back(copy_of(item));
    return value.is_list() ? Value(std::move(items)) : Value::tuple(std::move(items));
  }
  if (value.is_dict()) {
    Dict dict;
    for (const Dict::Entry& entry : value.dict().entries()) {
      dict.set(entry.key, copy_of(entry.value));
    }
    return Value(std::move(dict));
  }
  return value;
}

}  // namespace

Value* Scope::find(std::string_view name) {
  for (auto& [variable, value] : variables) {
    if (variable == name) return &value;
  }
  return nullptr;
}

void Scope::set(std::string_view name, Value value) {
  if (Value* variable = find(name)) {
    *variable = std::move(value);
  } else {
    variables.emplace_back(name, std::move(value));
  }
}

Interp::Interp(const Dict& context, const Limits& limits, const Clock& clock,
               std::string_view source)
    : source_(source),
      limits_(limits),
      clock_(clock),
      start_(std::chrono::steady_clock::now()),
      context_(Dict{}),
      top_(std::make_shared<Scope>()) {
  for (const Dict::Entry& entry : context.entries()) {
    context_.dict().set(entry.key, copy_of(entry.value));
  }
}

Interp::~Interp() {
  // Moved out first: emptying one node may free others that are pinned too.
  std::vector<Value> children;
  for (Value& value : pinned_) value.node_ref()->take_children(children);
  for (const ScopePtr& scope : pinned_scopes_) {
    for (auto& [name, value] : scope->variables) children.push_back(std::move(value));
    scope->variables.clear();
  }
}

Result<std::string> Interp::render(const Block& body) {
  body_ = &body;
  return capture(body, top_);
}

Result<std::string> Interp::render_block(const Block& block) {
  auto scope = std::make_shared<Scope>();
  scope->parent = top_;
  return capture(block, scope);
}

Result<void> Interp::charge(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > limits_.max_steps || steps > limits_.max_steps) {
    return type_error(str("template took more than ", limits_.max_steps, " steps"));
  }
  if (steps_ < next_time_check_) return {};
  next_time_check_ = steps_ + 4096;  // far less than a millisecond of work
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start_);
  if (spent.count() > limits_.max_time_ms) {
    return type_error(str("template took more than ", limits_.max_time_ms, " ms"));
  }
  return {};
}

Result<void> Interp::charge_bytes(std::size_t size_bytes) { return charge(size_bytes / 16); }

Result<void> Interp::enter() {
  if (++depth_ > limits_.max_depth) {
    return type_error(str("template recurses deeper than ", limits_.max_depth, " levels"));
  }
  return {};
}

Result<void> Interp::write(std::string_view text) {
  if (out_->size() + text.size() > limits_.max_output_bytes) {
    return type_error(str("template wrote more than ", limits_.max_output_bytes, " bytes"));
  }
  out_->append(text);
  return charge_bytes(text.size());
}

Result<std::string> Interp::capture(const Block& block, const ScopePtr& scope) {
  std::string text;
  std::string* const outer = std::exchange(out_, &text);
  Result<Flow> flow = exec(block, scope);
  out_ = outer;
  if (!flow) return std::move(flow).error();
  return text;
}

void Interp::pin(const Value& value) {
  if (value.node() && (pinned_.empty() || pinned_.back().node() != value.node())) {
    pinned_.push_back(value);
  }
}

std::uint64_t Interp::random() {
  // xorshift64*
  random_state_ ^= random_state_ >> 12;
  random_state_ ^= random_state_ << 25;
  random_state_ ^= random_state_ >> 27;
  return random_state_ * 2685821657736338717u;
}

Result<void> Interp::assign(const Target& target, const Value& value, const ScopePtr& scope) {
  if (!target.attribute.empty()) {
    Value* variable = nullptr;
    for (Scope* s = scope.get(); s && !variable; s = s->parent.get()) {
      variable = s->find(target.name);
    }
    if (!variable) variable = const_cast<Value*>(context_.dict().find_text(target.name));
    Namespace* space = variable ? variable->as<Namespace>() : nullptr;
    if (!space) {
      failed_at_ = target.at;
      return type_error("cannot assign attribute on non-namespace object");
    }
    space->set(target.attribute, value);
    return {};
  }
  if (!target.is_tuple) {
    scope->set(target.name, value);
    return {};
  }
  Result<std::vector<Value>> parts = unpack(*this, value, target.items.size());
  if (!parts) {
    failed_at_ = target.at;
    return std::move(parts).error();
  }
  for (std::size_t i = 0; i < parts->size(); ++i) {
    REALM_TRY(assign(target.items[i], (*parts)[i], scope));
  }
  return {};
}

}  // namespace realm::jinja
