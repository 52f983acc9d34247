// Methods of list and tuple. Those that change a list work, unlike in Jinja's immutable sandbox:
// real templates use them, and the lists are the rendering's own.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

Value none() { return Value(nullptr); }

Result<Value> append(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(auto a, bind_method(self, args, 1, 1));
  REALM_TRY(interp.charge());
  interp.pin(self);
  self.list().push_back(std::move(a[0]));
  return none();
}

Result<Value> extend(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(Value::List items, to_list(interp, a[0]));
  interp.pin(self);
  for (Value& item : items) self.list().push_back(std::move(item));
  return none();
}

Result<Value> insert(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(auto a, bind_method(self, args, 2, 2));
  REALM_ASSIGN(std::int64_t index, as_index(a[0]));
  Value::List& list = self.list();
  const auto size = static_cast<std::int64_t>(list.size());
  if (index < 0) index += size;
  index = std::clamp<std::int64_t>(index, 0, size);
  REALM_TRY(interp.charge(list.size() / 8 + 1));
  interp.pin(self);
  list.insert(list.begin() + index, std::move(a[1]));
  return none();
}

Result<Value> pop(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 0, 1));
  REALM_ASSIGN(std::int64_t index, as_index(a[0], -1));
  Value::List& list = self.list();
  if (list.empty()) return type_error("pop from empty list");
  const auto size = static_cast<std::int64_t>(list.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return type_error("pop index out of range");
  REALM_TRY(interp.charge(static_cast<std::uint64_t>(size - index) / 8 + 1));
  Value item = std::move(list[static_cast<std::size_t>(index)]);
  list.erase(list.begin() + index);
  return item;
}

Result<Value> find(Interp& interp, const Value& self, const Value& wanted, std::int64_t start,
                   std::int64_t stop) {
  const auto size = static_cast<std::int64_t>(self.items().size());
  if (start < 0) start = std::max<std::int64_t>(0, start + size);
  if (stop < 0) stop += size;
  for (std::int64_t i = start; i < std::min(stop, size); ++i) {
    REALM_ASSIGN(const bool same, equal(interp, self.items()[static_cast<std::size_t>(i)], wanted));
    if (same) return Value(i);
  }
  return Value();
}

Result<Value> remove(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(const Value at, find(interp, self, a[0], 0, INT64_MAX));
  if (at.missing()) return type_error("list.remove(x): x not in list");
  self.list().erase(self.list().begin() + at.integer());
  return none();
}

Result<Value> index(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 3));
  REALM_ASSIGN(const std::int64_t start, as_index(a[1], 0));
  REALM_ASSIGN(const std::int64_t stop, as_index(a[2], INT64_MAX));
  REALM_ASSIGN(Value at, find(interp, self, a[0], start, stop));
  if (!at.missing()) return at;
  if (self.is_tuple()) return type_error("tuple.index(x): x not in tuple");
  REALM_ASSIGN(const std::string shown, repr(interp, a[0]));
  return type_error(shown + " is not in list");
}

Result<Value> count(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  std::int64_t n = 0;
  for (const Value& item : Value::List(self.items())) {
    REALM_ASSIGN(const bool same, equal(interp, item, a[0]));
    n += same;
  }
  return Value(n);
}

Result<Value> copy(Interp& interp, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  REALM_TRY(interp.charge(self.items().size()));
  return Value(Value::List(self.items()));
}

Result<Value> clear(Interp&, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  const Value::List old = std::exchange(self.list(), {});
  return none();
}

Result<Value> reverse(Interp& interp, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  REALM_TRY(interp.charge(self.items().size()));
  std::reverse(self.list().begin(), self.list().end());
  return none();
}

Result<Value> sort(Interp& interp, const Value& self, Args& args) {
  const Value key = args.take("key");
  const Value reversed = args.take("reverse");
  if (!args.list.empty()) return type_error("sort() takes no positional arguments");
  if (!args.named.empty()) {
    return type_error(str("'", args.named[0].first, "' is an invalid keyword argument for sort()"));
  }
  // On a copy: a key function could look at the list.
  Value::List items = self.items();
  std::function<Result<Value>(const Value&)> key_of;
  if (!key.missing() && !key.is_none()) {
    key_of = [&](const Value& item) {
      Args one;
      one.list.push_back(item);
      return call(interp, key, std::move(one));
    };
  }
  REALM_TRY(sort_values(interp, items, !reversed.missing() && truthy(reversed), key_of));
  self.list() = std::move(items);
  return none();
}

struct Entry {
  std::string_view name;
  Function::Body body;
};

}  // namespace

Function::Body find_list_method(std::string_view name) {
  static constexpr Entry kTable[] = {
      {"append", append}, {"extend", extend},   {"insert", insert}, {"pop", pop},
      {"remove", remove}, {"index", index},     {"count", count},   {"copy", copy},
      {"clear", clear},   {"reverse", reverse}, {"sort", sort},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.body;
  }
  return nullptr;
}

Function::Body find_tuple_method(std::string_view name) {
  if (name == "index") return index;
  if (name == "count") return count;
  return nullptr;
}

}  // namespace realm::jinja
