#include "text/jinja/values/set.hpp"

#include "base/str.hpp"
#include "text/jinja/values/iterators.hpp"

namespace realm::jinja {
namespace {

class SetIterator final : public Iterator {
 public:
  explicit SetIterator(Value items) : items_(std::move(items)), size_(items_.dict().size()) {}
  std::string type_name() const override { return "set_iterator"; }
  Result<Value> next(Interp& interp) override {
    REALM_TRY(interp.charge());
    if (!items_.is_dict()) return Value();
    const auto& entries = items_.dict().entries();
    if (entries.size() != size_) return type_error("Set changed size during iteration");
    return at_ < entries.size() ? Value(entries[at_++].key) : Value();
  }
  void take_children(std::vector<Value>& out) override { out.push_back(std::move(items_)); }

 private:
  Value items_;
  std::size_t size_;
  std::size_t at_ = 0;
};

bool is_set_view(const Value& value) {
  const DictView* view = value.as<DictView>();
  return view != nullptr && view->part() != DictPart::kValues;
}

Result<bool> all_in(Interp& interp, const Value& items, const Value& set) {
  REALM_ASSIGN(const Value iterator, iterate(interp, items));
  for (;;) {
    REALM_ASSIGN(const Value item, iterator.as<Iterator>()->next(interp));
    if (item.missing()) return true;
    REALM_ASSIGN(const bool there, contains(interp, set, item));
    if (!there) return false;
  }
}

}  // namespace

Result<std::string> Set::repr(Interp& interp) {
  if (items().empty()) return std::string("set()");
  REALM_ASSIGN(Value iterator, iterate(interp));
  REALM_ASSIGN(Value::List list, to_list(interp, iterator));
  REALM_ASSIGN(std::string text, jinja::repr(interp, Value(std::move(list))));
  text.front() = '{';
  text.back() = '}';
  return text;
}

Result<Value> Set::iterate(Interp&) { return make_dynamic<SetIterator>(items_); }

Result<std::optional<std::int64_t>> Set::length(Interp&) {
  return std::optional(static_cast<std::int64_t>(items().size()));
}

bool is_set_like(const Value& value) { return value.as<Set>() != nullptr || is_set_view(value); }

Result<Dict> set_items(Interp& interp, const Value& value) {
  REALM_ASSIGN(const Value iterator, iterate(interp, value));
  Dict items;
  for (;;) {
    REALM_ASSIGN(Value item, iterator.as<Iterator>()->next(interp));
    if (item.missing()) return items;
    REALM_TRY(check_hashable(item));
    REALM_TRY(interp.charge());
    items.set(std::move(item), nullptr);
  }
}

Result<Value> set_difference(Interp& interp, const Value& a, const Value& b) {
  const bool views = is_set_view(a) || is_set_view(b);
  if (!views && !(a.as<Set>() != nullptr && b.as<Set>() != nullptr)) return Value();
  REALM_ASSIGN(const Dict from, set_items(interp, a));
  REALM_ASSIGN(const Dict taken, set_items(interp, b));
  Dict left;
  for (const Dict::Entry& entry : from.entries()) {
    if (taken.find(entry.key) == nullptr) left.set(entry.key, nullptr);
  }
  return make_dynamic<Set>(std::move(left));
}

Result<bool> compare_sets(Interp& interp, std::string_view op, const Value& a, const Value& b) {
  REALM_ASSIGN(const std::int64_t m, length(interp, a));
  REALM_ASSIGN(const std::int64_t n, length(interp, b));
  if (op == "==") return m == n ? all_in(interp, a, b) : false;
  if (op == "<") return m < n ? all_in(interp, a, b) : false;
  if (op == "<=") return m <= n ? all_in(interp, a, b) : false;
  if (op == ">") return m > n ? all_in(interp, b, a) : false;
  return m >= n ? all_in(interp, b, a) : false;
}

Result<bool> disjoint(Interp& interp, const Value& set, const Value& other) {
  REALM_ASSIGN(const Value iterator, iterate(interp, other));
  for (;;) {
    REALM_ASSIGN(const Value item, iterator.as<Iterator>()->next(interp));
    if (item.missing()) return true;
    REALM_ASSIGN(const bool there, contains(interp, set, item));
    if (there) return false;
  }
}

}  // namespace realm::jinja
