// Dynamic: the objects of the run time that are neither data nor text: functions, macros, loops,
// namespaces, ranges, dict views, iterators. Each answers what Python's operators would ask of it;
// the defaults say "cannot".
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "realm/error.hpp"
#include "text/jinja/values/value.hpp"

namespace realm::jinja {

class Interp;

/// The arguments of a call.
struct Args {
  std::string_view callee;  ///< the name of the native function that is called, for messages
  std::vector<Value> list;
  std::vector<std::pair<std::string, Value>> named;

  /// Takes the named argument out; missing when it is not there.
  Value take(std::string_view name);
};

class Dynamic : public Object {
 public:
  /// Python's type(x).__name__ and its module with a dot, as messages show them.
  virtual std::string type_name() const = 0;
  virtual std::string module() const { return {}; }
  virtual Result<std::string> repr(Interp& interp);
  /// Missing when there is no such attribute. `self` is the Value that owns this object.
  virtual Result<Value> attribute(Interp& interp, const Value& self, std::string_view name);
  virtual bool subscriptable() const { return false; }
  /// Missing when there is no such item.
  virtual Result<Value> item(Interp& interp, const Value& key);
  virtual bool callable() const { return false; }
  virtual Result<Value> call(Interp& interp, Args args);
  virtual bool iterable() const { return false; }
  /// An Iterator. Precondition: iterable().
  virtual Result<Value> iterate(Interp& interp);
  /// None when len(x) is a TypeError. May have to run an iterator to its end.
  virtual Result<std::optional<std::int64_t>> length(Interp& interp);
  virtual bool truthy() const { return true; }
  virtual bool hashable() const { return true; }
  virtual bool equals(const Dynamic& other) const { return this == &other; }
  void take_children(std::vector<Value>&) override {}
};

/// One pass over values. An iterator is its own iterable, is always true, and is used up once read.
class Iterator : public Dynamic {
 public:
  std::string type_name() const override { return "generator"; }
  bool iterable() const override { return true; }
  Result<Value> iterate(Interp& interp) override;
  /// The next value, or missing at the end.
  virtual Result<Value> next(Interp& interp) = 0;
};

template <class T>
T* Value::as() const {
  return kind_ == Kind::kDynamic ? dynamic_cast<T*>(node_.get()) : nullptr;
}

template <class T, class... Arg>
Value make_dynamic(Arg&&... arg) {
  return Value(std::shared_ptr<Dynamic>(make_node<T>(std::forward<Arg>(arg)...)));
}

/// A native function, bound to a value when it is a method.
class Function final : public Dynamic {
 public:
  using Body = Result<Value> (*)(Interp& interp, const Value& self, Args& args);
  Function(std::string name, Body body, Value self)
      : name_(std::move(name)), body_(body), self_(std::move(self)), method_(true) {}
  /// A global function; `shown` is its repr().
  Function(std::string name, Body body, std::string_view shown)
      : name_(std::move(name)), body_(body), shown_(shown), method_(false) {}
  std::string type_name() const override {
    if (method_) return "builtin_function_or_method";
    return shown_.rfind("<class", 0) == 0 ? "type" : "function";
  }
  Result<std::string> repr(Interp& interp) override;
  bool callable() const override { return true; }
  Result<Value> call(Interp& interp, Args args) override;
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(self_)); }

 private:
  std::string name_;
  Body body_;
  Value self_;
  std::string shown_;
  bool method_;
};

/// namespace(): the one object whose attributes `{% set ns.x = ... %}` may change.
class Namespace final : public Dynamic {
 public:
  explicit Namespace(Dict attributes) : attributes_(std::move(attributes)) {}
  std::string type_name() const override { return "Namespace"; }
  std::string module() const override { return "jinja2.utils."; }
  Result<std::string> repr(Interp& interp) override;
  Result<Value> attribute(Interp& interp, const Value& self, std::string_view name) override;
  void set(std::string name, Value value) { attributes_.set(std::move(name), std::move(value)); }
  void take_children(std::vector<Value>& out) override;

 private:
  Dict attributes_;
};

}  // namespace realm::jinja
