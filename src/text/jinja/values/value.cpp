#include "text/jinja/values/value.hpp"

#include <cmath>
#include <functional>

#include "base/str.hpp"
#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {
namespace {

struct TextNode final : Object {
  explicit TextNode(std::string t) : text(std::move(t)) {}
  void take_children(std::vector<Value>&) override {}
  std::string text;
};

struct ListNode final : Object {
  explicit ListNode(Value::List i, bool g = false) : items(std::move(i)), group(g) {}
  void take_children(std::vector<Value>& out) override {
    for (Value& item : items) out.push_back(std::move(item));
    items.clear();
  }
  Value::List items;
  bool group;
};

struct DictNode final : Object {
  explicit DictNode(Dict d) : dict(std::move(d)) {}
  void take_children(std::vector<Value>& out) override {
    for (Dict::Entry& entry : dict.entries()) {
      out.push_back(std::move(entry.key));
      out.push_back(std::move(entry.value));
    }
    dict.clear();
  }
  Dict dict;
};

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
constexpr std::size_t kIndexFrom = 8;

}  // namespace

void dispose(Object* object) {
  std::vector<Value> pending;
  object->take_children(pending);
  delete object;
  while (!pending.empty()) {
    Value value = std::move(pending.back());
    pending.pop_back();
    // The last owner empties the node before letting go of it, so its destructor finds no children.
    if (value.node_ref() && value.node_ref().use_count() == 1) {
      value.node_ref()->take_children(pending);
    }
  }
}

Value::Value(std::string text)
    : Value(Kind::kString, std::make_shared<TextNode>(std::move(text))) {}
Value::Value(List items) : Value(Kind::kList, make_node<ListNode>(std::move(items))) {}
Value::Value(Dict dict) : Value(Kind::kDict, make_node<DictNode>(std::move(dict))) {}
Value::Value(std::shared_ptr<Dynamic> object) : Value(Kind::kDynamic, std::move(object)) {}

Value Value::tuple(List items, bool group) {
  return Value(Kind::kTuple, make_node<ListNode>(std::move(items), group));
}

Value Value::markup(std::string text) { return Value::text(std::move(text), true); }

Value Value::text(std::string text, bool safe) {
  Value value(std::move(text));
  value.safe_ = safe;
  return value;
}

Value Value::undefined(std::string hint, std::string name) {
  if (hint.empty()) hint = str("'", name, "' is undefined");
  return Value(Kind::kUndefined, std::make_shared<TextNode>(std::move(hint)));
}

Value Value::undefined_name(std::string_view name) { return undefined({}, std::string(name)); }

const std::string& Value::string() const { return static_cast<const TextNode&>(*node_).text; }
const std::string& Value::undefined_message() const { return string(); }
Value::List& Value::list() const { return static_cast<ListNode&>(*node_).items; }
const Value::List& Value::items() const { return static_cast<ListNode&>(*node_).items; }
bool Value::group() const { return static_cast<ListNode&>(*node_).group; }
Dict& Value::dict() const { return static_cast<DictNode&>(*node_).dict; }
Dynamic& Value::dynamic() const { return static_cast<Dynamic&>(*node_); }

bool Value::same(const Value& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::kMissing:
    case Kind::kNone:
      return true;
    case Kind::kBool:
    case Kind::kInt:
      return int_ == other.int_;
    case Kind::kFloat:
      return float_ == other.float_;
    case Kind::kString:
      return node_ == other.node_ || string() == other.string();
    default:
      return node_ == other.node_;
  }
}

Dict::Dict(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.key, entry.value);
}

std::size_t Dict::position(const Value& key, std::size_t hash) const {
  if (index_.empty()) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (keys_equal(entries_[i].key, key)) return i;
    }
    return kAbsent;
  }
  const auto range = index_.equal_range(hash);
  for (auto it = range.first; it != range.second; ++it) {
    if (keys_equal(entries_[it->second].key, key)) return it->second;
  }
  return kAbsent;
}

Value* Dict::find(const Value& key) {
  const std::size_t at = position(key, index_.empty() ? 0 : hash_of(key));
  return at == kAbsent ? nullptr : &entries_[at].value;
}

const Value* Dict::find_text(std::string_view key) const {
  if (index_.empty()) {
    for (const Entry& entry : entries_) {
      if (entry.key.is_string() && entry.key.string() == key) return &entry.value;
    }
    return nullptr;
  }
  const auto range = index_.equal_range(std::hash<std::string_view>()(key));
  for (auto it = range.first; it != range.second; ++it) {
    const Entry& entry = entries_[it->second];
    if (entry.key.is_string() && entry.key.string() == key) return &entry.value;
  }
  return nullptr;
}

void Dict::set(Value key, Value value) {
  const std::size_t hash = index_.empty() ? 0 : hash_of(key);
  const std::size_t at = position(key, hash);
  if (at != kAbsent) {
    entries_[at].value = std::move(value);
    return;
  }
  entries_.push_back({std::move(key), std::move(value)});
  if (!index_.empty()) {
    index_.emplace(hash, entries_.size() - 1);
  } else if (entries_.size() > kIndexFrom) {
    reindex();
  }
}

Value Dict::take(const Value& key) {
  const std::size_t at = position(key, index_.empty() ? 0 : hash_of(key));
  if (at == kAbsent) return {};
  Value value = std::move(entries_[at].value);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  reindex();
  return value;
}

void Dict::clear() {
  entries_.clear();
  index_.clear();
}

void Dict::reindex() {
  index_.clear();
  if (entries_.size() <= kIndexFrom) return;
  for (std::size_t i = 0; i < entries_.size(); ++i) index_.emplace(hash_of(entries_[i].key), i);
}

bool hashable(const Value& key, int depth) {
  switch (key.kind()) {
    case Kind::kMissing:
    case Kind::kList:
    case Kind::kDict:
      return false;
    case Kind::kTuple:
      if (depth >= 32) return false;
      for (const Value& item : key.items()) {
        if (!hashable(item, depth + 1)) return false;
      }
      return true;
    case Kind::kDynamic:
      return key.dynamic().hashable();
    default:
      return true;
  }
}

std::size_t hash_of(const Value& key) {
  switch (key.kind()) {
    case Kind::kBool:
    case Kind::kInt:
      return std::hash<std::int64_t>()(key.integer());
    case Kind::kFloat: {
      const double d = key.number();
      // 2^63: every integral double below it in size converts exactly.
      if (d == std::floor(d) && std::fabs(d) < 9223372036854775808.0) {
        return std::hash<std::int64_t>()(static_cast<std::int64_t>(d));
      }
      return std::hash<double>()(d);
    }
    case Kind::kString:
      return std::hash<std::string_view>()(key.string());
    case Kind::kTuple: {
      std::size_t hash = 0x9e3779b97f4a7c15u;
      for (const Value& item : key.items()) hash = hash * 1000003u ^ hash_of(item);
      return hash;
    }
    case Kind::kDynamic:
      return std::hash<const Object*>()(key.node());
    default:
      return 1;
  }
}

bool keys_equal(const Value& a, const Value& b) {
  if (a.is_string() || b.is_string()) {
    return a.is_string() && b.is_string() && a.string() == b.string();
  }
  if (a.is_number() && b.is_number()) {
    if (a.is_integer() && b.is_integer()) return a.integer() == b.integer();
    return a.number() == b.number();
  }
  if (a.kind() != b.kind()) return false;
  if (a.is_tuple()) {
    if (a.items().size() != b.items().size()) return false;
    for (std::size_t i = 0; i < a.items().size(); ++i) {
      if (!keys_equal(a.items()[i], b.items()[i])) return false;
    }
    return true;
  }
  return a.is_undefined() || a.same(b);
}

std::string type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
      return "missing";
    case Kind::kUndefined:
      return "Undefined";
    case Kind::kNone:
      return "NoneType";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kFloat:
      return "float";
    case Kind::kString:
      return value.safe() ? "Markup" : "str";
    case Kind::kList:
      return "list";
    case Kind::kTuple:
      return value.group() ? "_GroupTuple" : "tuple";
    case Kind::kDict:
      return "dict";
    case Kind::kDynamic:
      return value.dynamic().type_name();
  }
  return {};
}

std::string object_type(const Value& value) {
  if (value.is_none()) return "None";
  std::string module;
  if (value.is_string() && value.safe()) module = "markupsafe.";
  if (value.is_undefined()) module = "jinja2.runtime.";
  if (value.is_tuple() && value.group()) module = "jinja2.filters.";
  if (value.is(Kind::kDynamic)) module = value.dynamic().module();
  return module + type_name(value) + " object";
}

}  // namespace realm::jinja
