// Value: what a template computes with, after Python's objects: numbers, text, lists, tuples,
// ordered dicts and the run-time's own objects (macros, loops, iterators, ...).
//
// Scalars are stored in place; text and containers are shared nodes, so that copying a Value is
// cheap and lists and dicts alias as in Python: two Values may name one mutable list. Text and
// tuples never change once made.
// Invariants: (1) a dict's keys are hashable (see hashable()); (2) containers die without recursion
// however deep they nest (Object::take_children).
// Thread-safety: none for values that share a node. Template::render copies the caller's context
// first, so one context may be rendered by many threads.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace realm::jinja {

class Dict;
class Dynamic;
class Value;

enum class Kind : std::uint8_t {
  kMissing,  ///< no value at all: an argument not given, a key not found; never seen by a template
  kUndefined,  ///< Jinja's Undefined, with the story of what was not found
  kNone,
  kBool,
  kInt,  ///< 64 bits; results outside are an error, where Python's integers grow. Those of data may
         ///< be a kDynamic: see large_integer.hpp
  kFloat,
  kString,  ///< UTF-8; bytes that are not are carried along unchanged
  kList,
  kTuple,
  kDict,
  kDynamic,  ///< an object of the run time: see dynamic.hpp
};

/// A heap node. take_children() moves out every Value the node owns: destruction is a loop over a
/// work list instead of a recursion that a template could make as deep as it likes.
class Object {
 public:
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;
  virtual void take_children(std::vector<Value>& out) = 0;
};

/// Deletes a node and, in a loop, what it alone kept alive.
void dispose(Object* object);

template <class T, class... Arg>
std::shared_ptr<T> make_node(Arg&&... arg) {
  return std::shared_ptr<T>(new T(std::forward<Arg>(arg)...), [](T* node) { dispose(node); });
}

class Value {
 public:
  using List = std::vector<Value>;
  using Dict = jinja::Dict;

  Value() = default;                                          ///< missing
  Value(std::nullptr_t) : kind_(Kind::kNone) {}               // NOLINT: implicit
  Value(bool b) : kind_(Kind::kBool), int_(b) {}              // NOLINT: implicit
  Value(int i) : kind_(Kind::kInt), int_(i) {}                // NOLINT: implicit
  Value(std::int64_t i) : kind_(Kind::kInt), int_(i) {}       // NOLINT: implicit
  Value(double d) : kind_(Kind::kFloat), float_(d) {}         // NOLINT: implicit
  Value(const char* text) : Value(std::string(text)) {}       // NOLINT: implicit
  Value(std::string_view text) : Value(std::string(text)) {}  // NOLINT: implicit
  Value(std::string text);                                    // NOLINT: implicit
  Value(List items);                                          // NOLINT: implicit
  Value(Dict dict);                                           // NOLINT: implicit
  Value(std::shared_ptr<Dynamic> object);                     // NOLINT: implicit

  static Value tuple(List items, bool group = false);
  /// Text that is HTML already: joining it with plain text escapes the latter (markupsafe.Markup).
  static Value markup(std::string text);
  static Value text(std::string text, bool safe);
  /// `hint` is the whole message when it is used as a value; else "'name' is undefined".
  static Value undefined(std::string hint, std::string name = {});
  static Value undefined_name(std::string_view name);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool missing() const { return kind_ == Kind::kMissing; }
  bool is_undefined() const { return kind_ == Kind::kUndefined; }
  bool is_none() const { return kind_ == Kind::kNone; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_tuple() const { return kind_ == Kind::kTuple; }
  bool is_dict() const { return kind_ == Kind::kDict; }
  /// Python's int includes bool.
  bool is_integer() const { return kind_ == Kind::kInt || kind_ == Kind::kBool; }
  bool is_number() const { return is_integer() || kind_ == Kind::kFloat; }
  bool safe() const { return safe_; }

  // Preconditions: the kind that the name says.
  bool boolean() const { return int_ != 0; }
  std::int64_t integer() const { return int_; }
  double number() const { return kind_ == Kind::kFloat ? float_ : static_cast<double>(int_); }
  const std::string& string() const;
  List& list() const;         ///< of a list
  const List& items() const;  ///< of a list or a tuple
  bool group() const;         ///< of a tuple: groupby's (grouper, list) pair
  Dict& dict() const;
  Dynamic& dynamic() const;
  template <class T>
  T* as() const;  ///< the dynamic object if it is a T, else null
  /// The message of the error that using this undefined value gives.
  const std::string& undefined_message() const;

  /// Same node, or same kind of singleton: Python's `is`.
  bool same(const Value& other) const;
  const Object* node() const { return node_.get(); }
  std::shared_ptr<Object>& node_ref() { return node_; }

 private:
  Value(Kind kind, std::shared_ptr<Object> node) : kind_(kind), node_(std::move(node)) {}

  Kind kind_ = Kind::kMissing;
  bool safe_ = false;
  union {
    std::int64_t int_ = 0;
    double float_;
  };
  std::shared_ptr<Object> node_;
};

/// A dict that keeps the order of insertion. Keys compare as in Python: 1, 1.0 and True are one
/// key. Up to 8 entries are searched in order; beyond that an index by hash is kept.
class Dict {
 public:
  struct Entry {
    Value key;
    Value value;
  };
  Dict() = default;
  Dict(std::initializer_list<Entry> entries);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }
  std::vector<Entry>& entries() { return entries_; }
  /// Null when the key is absent. Precondition: hashable(key).
  Value* find(const Value& key);
  const Value* find(const Value& key) const { return const_cast<Dict*>(this)->find(key); }
  const Value* find_text(std::string_view key) const;
  void set(Value key, Value value);
  /// Missing when the key is absent. Moves the entries behind it: linear time.
  Value take(const Value& key);
  void clear();

 private:
  std::size_t position(const Value& key, std::size_t hash) const;
  void reindex();

  std::vector<Entry> entries_;
  std::unordered_multimap<std::size_t, std::size_t> index_;  ///< hash -> position, when large
};

/// Numbers, text, none and tuples of them (nested at most 32 deep), and run-time objects.
bool hashable(const Value& key, int depth = 0);
std::size_t hash_of(const Value& key);
/// Equality of hashable values.
bool keys_equal(const Value& a, const Value& b);

/// type(x).__name__ of Python.
std::string type_name(const Value& value);
/// As Jinja names a value in messages: "dict object", "None".
std::string object_type(const Value& value);

}  // namespace realm::jinja
