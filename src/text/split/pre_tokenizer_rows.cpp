// The rows, from the models' published tokenizer files; where a name's file is not public, from
// what other programs that read GGUF files do under that name.
//
// Normalizers (NFC in the files of Qwen, GLM, OLMo and others) are not part of a row: GGUF files do
// not have them, and decode(encode(x)) is x.
#include "text/split/pre_tokenizer.hpp"

namespace realm {
namespace {

using Kind = SplitStep::Kind;

// GPT-2's encoder.py; ByteLevel(use_regex=true) of tokenizer files is the same.
constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// Digits(individual_digits=true). It asks Rust's char::is_numeric, which knows Unicode 17: the
// ranges are the numbers of that version.
constexpr std::string_view kDigit = R"([\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}])";

// Ends of the patterns of the GPT-4 kind.
#define REALM_BLANKS R"(|\s*[\r\n]+|\s+(?!\S)|\s+)"
#define REALM_OTHERS R"(| ?[^\s\p{L}\p{N}]+[\r\n]*)" REALM_BLANKS
#define REALM_CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define REALM_WORD R"([^\r\n\p{L}\p{N}]?\p{L}+)"

constexpr std::string_view kLlama3 =
    REALM_CONTRACTIONS "|" REALM_WORD R"(|\p{N}{1,3})" REALM_OTHERS;
constexpr std::string_view kQwen2 = REALM_CONTRACTIONS "|" REALM_WORD R"(|\p{N})" REALM_OTHERS;
constexpr std::string_view kQwen35 = REALM_CONTRACTIONS
    R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*)" REALM_BLANKS;
constexpr std::string_view kNoContractions = REALM_WORD R"(|\p{N})" REALM_OTHERS;
constexpr std::string_view kNumbersWhole =
    REALM_CONTRACTIONS "|" REALM_WORD R"(|\p{N}+)" REALM_OTHERS;
constexpr std::string_view kJoiners = REALM_CONTRACTIONS
    R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}\x{200C}\x{200D}]+|\p{N}{1,3})" REALM_OTHERS;
constexpr std::string_view kSeedCoder =
    REALM_CONTRACTIONS "|" REALM_WORD R"(|\p{N}| ?[^\s\p{L}\p{N}\r\n]+)" REALM_BLANKS;
// Published with possessive quantifiers in two places where they change nothing.
constexpr std::string_view kBailing = "'(?i:[sdmt]|ll|ve|re)|" REALM_WORD
                                      R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view kExaoneMoe =
    REALM_CONTRACTIONS R"(|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N})"
                       R"(| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view kJais2 = REALM_CONTRACTIONS
    "|" REALM_WORD R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+)"
    R"(|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S))"
    R"(|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1})";

// Words in which capitals stand in front, from GPT-4o on; `more` is what may follow a word.
#define REALM_CASED(upper, lower, more) \
  R"([^\r\n\p{L}\p{N}]?)" upper "*" lower "+" more R"(|[^\r\n\p{L}\p{N}]?)" upper "+" lower "*" more
#define REALM_UPPER R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
#define REALM_LOWER R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
#define REALM_OTHERS_SLASH R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*)" REALM_BLANKS
constexpr std::string_view kGpt4o = REALM_CASED(
    REALM_UPPER, REALM_LOWER, REALM_CONTRACTIONS "?") R"(|\p{N}{1,3})" REALM_OTHERS_SLASH;
constexpr std::string_view kYoutu =
    REALM_CASED(REALM_UPPER, REALM_LOWER, REALM_CONTRACTIONS "?") R"(|\p{N})" REALM_OTHERS_SLASH;
constexpr std::string_view kTekken =
    REALM_CASED(REALM_UPPER, REALM_LOWER, "") R"(|\p{N})" REALM_OTHERS_SLASH;
// tokenization_kimi.py.
constexpr std::string_view kKimi = R"([\p{Han}]+|)" REALM_CASED(
    R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]])", R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]])",
    REALM_CONTRACTIONS "?") R"(|\p{N}{1,3})" REALM_OTHERS;

constexpr std::string_view kThreeNumbers = R"(\p{N}{1,3})";
constexpr std::string_view kIdeographsKana = "[一-龥぀-ゟ゠-ヿ]+";
#define REALM_DEEPSEEK3_WORDS                           \
  R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|)" \
  R"([^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+)"
constexpr std::string_view kDeepSeek3 = REALM_DEEPSEEK3_WORDS R"([\r\n]*)" REALM_BLANKS;
constexpr std::string_view kSpark = REALM_DEEPSEEK3_WORDS R"(|[\r\n]|\s+(?!\S)|\s+)";

constexpr std::string_view kLineEnd = R"([\r\n])";
constexpr std::string_view kIdeographsHangul = "[一-龥ࠀ-一가-퟿]+";
constexpr std::string_view kDeepSeekLetters =
    R"(\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-)"
    R"(Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭ)"
    R"(Ꚁ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+)";
constexpr std::string_view kDeepSeekMarks = R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)";

constexpr std::string_view kYoutuScripts =
    "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-"
    "ゟ゠-"
    "ヿ]"
    "+";
constexpr std::string_view kAfmoeScripts =
    R"([一-鿿㐀-䶿\x{F900}-\x{FAFF}぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-៿က-႟ꩠ-ꩿꧠ-꧿가-힯)"
    R"(ᄀ-ᇿ]+)";

constexpr std::string_view kBloom = R"( ?[^(\s|[.,!?…。，、।۔،])]+)";

// Punctuation(...): that of ASCII and the P categories, as of Unicode 8.
#define REALM_PUNCTUATION                                                                        \
  R"([\p{P}$+<=>\^`|~\x{166D}\x{111C9}&&[^\x{61D}\x{9FD}\x{A76}\x{C77}\x{C84}\x{1B4E}-\x{1B4F})" \
  R"(\x{1B7D}-\x{1B7F}\x{2E43}-\x{2E4F}\x{2E52}-\x{2E5D}\x{10D6E}\x{10EAD}\x{10F55}-\x{10F59})"  \
  R"(\x{10F86}-\x{10F89}\x{113D4}-\x{113D5}\x{113D7}-\x{113D8}\x{1144B}-\x{1144F})"              \
  R"(\x{1145A}-\x{1145B}\x{1145D}\x{11660}-\x{1166C}\x{116B9}\x{1183B}\x{11944}-\x{11946})"      \
  R"(\x{119E2}\x{11A3F}-\x{11A46}\x{11A9A}-\x{11A9C}\x{11A9E}-\x{11AA2}\x{11B00}-\x{11B09})"     \
  R"(\x{11BE1}\x{11C41}-\x{11C45}\x{11C70}-\x{11C71}\x{11EF7}-\x{11EF8}\x{11F43}-\x{11F4F})"     \
  R"(\x{11FFF}\x{12FF1}-\x{12FF2}\x{16D6D}-\x{16D6F}\x{16E97}-\x{16E9A}\x{16FE2}\x{1E5FF})"      \
  R"(\x{1E95E}-\x{1E95F}]])"
// Falcon looks for numbers after its text has become byte-level characters: those of the bytes B2,
// B3, B9 and BC to BE are numbers, too, and are cut out of the middle of characters.
constexpr std::string_view kByteNumbers = R"([0-9\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE}]+)";
constexpr std::string_view kThreeDigits = "[0-9][0-9][0-9]";

// Line feeds that begin a paragraph stand in front of it.
constexpr std::string_view kParagraphs = R"((?:\r?\n)*(?:[^\r\n]|\r(?!\n))+|(?:\r?\n)+)";

constexpr PreTokenizerRow kRows[] = {
    // Files from before the key: what llama.cpp does with them.
    {.names = {kDefaultPreTokenizer},
     .steps = {R"([\p{P}$+<=>\^~|]+)", kGpt2, R"(\p{N}+)", kThreeDigits}},
    {.names = {"gpt-2", "phi-2", "gigachat", "a.x-4.0", "mellum", "modern-bert", "exaone4"},
     .steps = {kGpt2}},
    {.names = {"roberta-bpe", "jina-v1-en", "jina-v2-code", "jina-es", "jina-de", "jina-v2-es",
               "jina-v2-de"},
     .steps = {kGpt2}},
    {.names = {"mpt", "olmo", "jais", "trillion", "granite-docling"}, .steps = {kGpt2}},
    {.names = {"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
               "mellum2"},
     .steps = {kDigit, kGpt2}},
    {.names = {"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
               "lfm2", "jina-v5-nano"},
     .steps = {kLlama3},
     .ignore_merges = true,
     .add_bos = true},
    {.names = {"dbrx", "smaug-bpe", "chatglm-bpe"}, .steps = {kLlama3}},
    {.names = {"glm4", "glm5"}, .steps = {kLlama3}, .ignore_merges = true},
    {.names = {"qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan",
               "solar-open", "grok-2"},
     .steps = {kQwen2}},
    {.names = {"qwen35"}, .steps = {kQwen35}},
    {.names = {"ufakzeka"}, .steps = {kNoContractions}},
    {.names = {"k2-horizon"}, .steps = {kJoiners}},
    {.names = {"minicpm5"}, .steps = {kThreeNumbers, kNumbersWhole}, .ignore_merges = true},
    {.names = {"seed-coder"}, .steps = {kSeedCoder}},
    {.names = {"bailingmoe", "bailingmoe2", "llada-moe"}, .steps = {kBailing}},
    {.names = {"exaone-moe"}, .steps = {kExaoneMoe}},
    {.names = {"jais-2"}, .steps = {kJais2}},
    {.names = {"laguna"}, .steps = {kParagraphs, kQwen2}},
    {.names = {"tekken"}, .steps = {kTekken}, .ignore_merges = true, .add_bos = true},
    {.names = {"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"}, .steps = {kGpt4o}},
    {.names = {"granite-embed-multi-97m"}, .steps = {kGpt4o}, .ignore_merges = true},
    {.names = {"tiny_aya", "cohere2moe"}, .steps = {Kind::kDigitGroupsAtWordEnd, kGpt4o}},
    {.names = {"youtu"}, .steps = {kYoutuScripts, kYoutu}, .ignore_merges = true},
    {.names = {"kimi-k2"}, .steps = {kKimi}},
    {.names = {"deepseek-llm"},
     .steps = {kLineEnd, kDeepSeekLetters, kDeepSeekMarks, R"(\s+$)", kIdeographsHangul, kDigit}},
    {.names = {"deepseek-coder"},
     .steps = {kLineEnd, R"(\s?\p{L}+)", R"(\s?\p{P}+)", kIdeographsHangul, kDigit}},
    {.names = {"deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"},
     .steps = {kThreeNumbers, kIdeographsKana, kDeepSeek3}},
    {.names = {"spark2_5"}, .steps = {kThreeNumbers, kIdeographsKana, kSpark, kDigit}},
    {.names = {"afmoe"}, .steps = {Kind::kNumberGroups, kAfmoeScripts, kDeepSeek3}},
    {.names = {"falcon"},
     .steps = {REALM_PUNCTUATION "+",
               kGpt2,
               {Kind::kBytePattern, kByteNumbers},
               {Kind::kBytePattern, kThreeDigits}}},
    {.names = {"bloom", "poro-chat", "gpt3-finnish"}, .steps = {kBloom}},
    {.names = {"viking"}, .steps = {kBloom, kDigit}},
    {.names = {"chameleon"},
     .steps = {"<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", R"([\t\n]|    |  )",
               kDigit, REALM_PUNCTUATION, kGpt2},
     .add_bos = true},
    {.names = {"superbpe"}, .steps = {R"(\p{N}+)", Kind::kDigitCutsInFront}},
    {.names = {"gemma4", "granite-embed-multi-311m", "sarvam-moe"}, .plain_text = true},
};

}  // namespace

const std::vector<const PreTokenizerRow*>& pre_tokenizer_rows() {
  static const std::vector<const PreTokenizerRow*> rows = [] {
    std::vector<const PreTokenizerRow*> out;
    for (const PreTokenizerRow& row : kRows) out.push_back(&row);
    return out;
  }();
  return rows;
}

const PreTokenizerRow* find_pre_tokenizer(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const PreTokenizerRow& row : kRows) {
    for (const std::string_view known : row.names) {
      if (known == name) return &row;
    }
  }
  return nullptr;
}

std::string pre_tokenizer_names() {
  std::string out;
  for (const PreTokenizerRow& row : kRows) {
    for (const std::string_view name : row.names) {
      if (name.empty()) break;
      if (!out.empty()) out += ", ";
      out += name;
    }
  }
  return out;
}

}  // namespace realm
