// The one place that knows libedit.
#include <histedit.h>
#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <string_view>

#include "cli/terminal/interrupt.hpp"
#include "cli/terminal/lines.hpp"

namespace realm::cli {
namespace {

constexpr int kHistoryLines = 1000;

// libedit shows characters as the locale has them. Whoever set none still types UTF-8.
void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view(nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

std::wstring wide(std::string_view ascii) { return {ascii.begin(), ascii.end()}; }

void append_utf8(std::string& text, char32_t c) {
  const auto tail = [&](unsigned shift) {
    text += static_cast<char>(0x80u | ((c >> shift) & 0x3Fu));
  };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0u | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0u | (c >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0u | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string narrow(const wchar_t* begin, const wchar_t* end) {
  std::string text;
  for (; begin != end; ++begin) append_utf8(text, static_cast<char32_t>(*begin));
  return text;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct EndEditor {
  void operator()(EditLine* editor) const { el_end(editor); }
};
struct EndHistory {
  void operator()(HistoryW* history) const { history_wend(history); }
};

class LineEditor final : public Lines {
 public:
  static std::unique_ptr<LineEditor> make(const LineEditorOptions& options) {
    use_utf8();
    // Standard output has the answers and may be a file, and so may standard error.
    std::unique_ptr<std::FILE, CloseFile> screen(std::fopen("/dev/tty", "w"));
    if (!screen) return nullptr;
    std::unique_ptr<LineEditor> made(new LineEditor(std::move(screen), options));
    return made->editor_ && made->history_ ? std::move(made) : nullptr;
  }

  ~LineEditor() override = default;

  Line read(const std::string& prompt) override {
    std::string text;
    for (prompt_ = wide(prompt);; prompt_ = wide("... ")) {
      Line line = read_one();
      // The line breaks of a paste are the text's.
      const bool goes_on = line.kind == Line::Kind::kText && last_.pasted;
      text += line.text;
      line.text = text;
      if (!goes_on) return line;
      text += '\n';
    }
  }

 private:
  LineEditor(std::unique_ptr<std::FILE, CloseFile> screen, const LineEditorOptions& options)
      : screen_(std::move(screen)),
        keys_(STDIN_FILENO),
        history_file_(options.history_file),
        history_(history_winit()),
        editor_(el_init("realm", stdin, screen_.get(), screen_.get())) {
    if (!editor_ || !history_) return;
    EditLine* const el = editor_.get();
    el_wset(el, EL_CLIENTDATA, this);
    el_wset(el, EL_PROMPT, &prompt_of);
    el_wset(el, EL_GETCFN, &key_of);
    el_wset(el, EL_EDITOR, L"emacs");
    el_wset(el, EL_BIND, L"^R", L"em-inc-search-prev", nullptr);
    el_wset(el, EL_BIND, L"^I", L"ed-insert", nullptr);
    history_w(history_.get(), &event_, H_SETSIZE, kHistoryLines);
    history_w(history_.get(), &event_, H_SETUNIQUE, 1);
    if (!history_file_.empty()) history_w(history_.get(), &event_, H_LOAD, history_file_.c_str());
    el_wset(el, EL_HIST, history_w, history_.get());
    (void)el_source(el, nullptr);  // the user's own keys, if there are any
  }

  Line read_one() {
    const HeldInterrupts held;
    last_ = {};
    show(Keys::kPasteOn);
    int count = 0;
    const wchar_t* const found = el_wgets(editor_.get(), &count);
    show(Keys::kPasteOff);
    if (last_.got == Keys::Got::kInterrupt) {
      take_back_interrupt();
      const LineInfoW* const line = el_wline(editor_.get());
      Line left{Line::Kind::kInterrupt, narrow(line->buffer, line->lastchar)};
      show("\n");
      return left;
    }
    if (found == nullptr || count <= 0) {
      show("\n");
      return {Line::Kind::kEnd};
    }
    const std::wstring typed(found, found + count);
    Line line{Line::Kind::kText, narrow(typed.data(), typed.data() + typed.size())};
    if (line.text.ends_with('\n')) line.text.pop_back();
    if (line.text.find_first_not_of(" \t") != std::string::npos) remember(typed);
    return line;
  }

  void remember(const std::wstring& typed) {
    history_w(history_.get(), &event_, H_ENTER, typed.c_str());
    if (!history_file_.empty()) history_w(history_.get(), &event_, H_SAVE, history_file_.c_str());
  }

  void show(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), screen_.get());
    std::fflush(screen_.get());
  }

  static LineEditor& self(EditLine* el) {
    void* data = nullptr;
    el_wget(el, EL_CLIENTDATA, &data);
    return *static_cast<LineEditor*>(data);
  }
  static wchar_t* prompt_of(EditLine* el) { return self(el).prompt_.data(); }
  static int key_of(EditLine* el, wchar_t* to) {
    LineEditor& editor = self(el);
    const auto is_command = [](const Keys::Key& key) {
      return key.character < 0x20
                 ? key.character != '\n' && key.character != '\r' && key.character != '\t'
                 : key.character == 0x7F;
    };
    do {  // a paste is text: its control characters are no keys
      editor.last_ = editor.keys_.next();
    } while (editor.last_.pasted && is_command(editor.last_));
    if (editor.last_.got != Keys::Got::kKey) return editor.last_.got == Keys::Got::kEnd ? 0 : -1;
    *to = static_cast<wchar_t>(editor.last_.character);
    if (*to == L'\r') *to = L'\n';  // what terminals paste
    return 1;
  }

  std::unique_ptr<std::FILE, CloseFile> screen_;
  Keys keys_;
  Keys::Key last_;
  std::wstring prompt_;
  std::string history_file_;
  HistEventW event_{};
  std::unique_ptr<HistoryW, EndHistory> history_;
  std::unique_ptr<EditLine, EndEditor> editor_;  // last: ends first, while the rest is there
};

}  // namespace

std::unique_ptr<Lines> edited_lines(const LineEditorOptions& options) {
  return LineEditor::make(options);
}

}  // namespace realm::cli
