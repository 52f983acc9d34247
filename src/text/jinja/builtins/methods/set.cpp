// Methods of set, and of the dict views that are sets. Those that change it work, as those of list
// and dict do.
#include "text/jinja/values/set.hpp"

#include "base/str.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/iterators.hpp"
#include "text/jinja/values/operators.hpp"

namespace realm::jinja {
namespace {

Dict& items_of(const Value& set) { return set.as<Set>()->items(); }

Value set_of(Dict items) { return make_dynamic<Set>(std::move(items)); }

enum class Join { kUnion, kIntersection, kDifference };

Dict joined(const Dict& a, const Dict& b, Join join) {
  Dict out;
  for (const Dict::Entry& entry : a.entries()) {
    const bool both = join == Join::kUnion || b.find(entry.key) != nullptr;
    if (both != (join == Join::kDifference)) out.set(entry.key, nullptr);
  }
  for (const Dict::Entry& entry : b.entries()) {
    if (join == Join::kUnion) out.set(entry.key, nullptr);
  }
  return out;
}

// a.union(b, c, ...) and the like.
template <Join join>
Result<Dict> join_all(Interp& interp, const Value& self, Args& args) {
  if (!args.named.empty()) {
    return type_error(str(args.callee, "() takes no keyword arguments"));
  }
  Dict out = items_of(self);
  for (const Value& other : args.list) {
    REALM_TRY(interp.charge(2 * out.size()));
    REALM_ASSIGN(const Dict more, set_items(interp, other));
    out = joined(out, more, join);
  }
  return out;
}

Result<Dict> either(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(const Dict other, set_items(interp, a[0]));
  REALM_TRY(interp.charge(4 * items_of(self).size()));
  return joined(joined(items_of(self), other, Join::kDifference),
                joined(other, items_of(self), Join::kDifference), Join::kUnion);
}

using Maker = Result<Dict> (*)(Interp& interp, const Value& self, Args& args);

template <Maker make>
Result<Value> made(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(Dict items, make(interp, self, args));
  return set_of(std::move(items));
}

template <Maker make>
Result<Value> become(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(Dict items, make(interp, self, args));
  interp.pin(self);
  std::swap(items_of(self), items);
  return Value(nullptr);
}

Result<Value> copy(Interp& interp, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  REALM_TRY(interp.charge(2 * items_of(self).size()));
  return set_of(items_of(self));
}

Result<Value> add(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_TRY(check_hashable(a[0]));
  REALM_TRY(interp.charge(2));
  interp.pin(self);
  items_of(self).set(a[0], nullptr);
  return Value(nullptr);
}

template <bool must_be_there>
Result<Value> remove(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_TRY(check_hashable(a[0]));
  REALM_TRY(interp.charge(items_of(self).size() + 1));
  if (items_of(self).take(a[0]).missing() && must_be_there) {
    REALM_ASSIGN(std::string shown, repr(interp, a[0]));
    return type_error(std::move(shown));
  }
  return Value(nullptr);
}

Result<Value> pop(Interp& interp, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  Dict& items = items_of(self);
  if (items.empty()) return type_error("'pop from an empty set'");
  REALM_TRY(interp.charge(items.size()));
  Value first = items.entries().front().key;
  items.take(first);
  return first;
}

Result<Value> clear(Interp&, const Value& self, Args& args) {
  REALM_TRY(bind_method(self, args, 0, 0));
  Dict old;
  std::swap(old, items_of(self));
  return Value(nullptr);
}

// Whether one set holds the other, which may be any iterable.
template <bool self_is_larger>
Result<Value> holds(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(Dict items, set_items(interp, a[0]));
  REALM_ASSIGN(const bool yes,
               compare_sets(interp, self_is_larger ? ">=" : "<=", self, set_of(std::move(items))));
  return Value(yes);
}

Result<Value> is_disjoint(Interp& interp, const Value& self, Args& args) {
  REALM_ASSIGN(const auto a, bind_method(self, args, 1, 1));
  REALM_ASSIGN(const bool yes, disjoint(interp, self, a[0]));
  return Value(yes);
}

}  // namespace

Function::Body find_set_method(const Value& object, std::string_view name) {
  if (!is_set_like(object)) return nullptr;
  if (name == "isdisjoint") return is_disjoint;
  if (object.as<Set>() == nullptr) return nullptr;
  struct Entry {
    std::string_view name;
    Function::Body body;
  };
  static constexpr Entry kTable[] = {
      {"union", made<join_all<Join::kUnion>>},
      {"intersection", made<join_all<Join::kIntersection>>},
      {"difference", made<join_all<Join::kDifference>>},
      {"symmetric_difference", made<either>},
      {"update", become<join_all<Join::kUnion>>},
      {"intersection_update", become<join_all<Join::kIntersection>>},
      {"difference_update", become<join_all<Join::kDifference>>},
      {"symmetric_difference_update", become<either>},
      {"issubset", holds<false>},
      {"issuperset", holds<true>},
      {"copy", copy},
      {"add", add},
      {"discard", remove<false>},
      {"remove", remove<true>},
      {"pop", pop},
      {"clear", clear},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.body;
  }
  return nullptr;
}

}  // namespace realm::jinja
