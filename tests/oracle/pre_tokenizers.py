"""The pre-tokenizers of published tokenizer files, as PyPI `tokenizers` runs them: for each row of
src/text/split/pre_tokenizer_rows.cpp, under its first name, the pipeline that its ids must equal.

The regular expressions stand as they were published, in Oniguruma's dialect; where a name's file is
not public, as other programs that read GGUF files have them."""
import re

from tokenizers import Regex, pre_tokenizers

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace("{1,3}", "")
QWEN35 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
          r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
TEKKEN = GPT4O.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "").replace("{1,3}", "")
KIMI = (r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
        r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
        r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK3 = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
             r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
IDEOGRAPHS_KANA = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"
IDEOGRAPHS_HANGUL = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
DEEPSEEK_LETTERS = r"\s?[" + (
    "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-"
    "\u02af\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1"
    "\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-"
    "\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15"
    "\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d"
    "\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb"
    "\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d"
    "\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183"
    "\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b"
    "\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-"
    "\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb"
    "\U00010c80-\U00010cb2\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943"
) + "]+"
AFMOE_SCRIPTS = (
    "[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u3040-\u309f\u30a0-\u30ff\uff65-\uff9f\u2f00-\u2fdf"
    "\u0e40-\u0e7f\u0e80-\u0eff\u1780-\u17ff\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff\uac00-\ud7af"
    "\u1100-\u11ff]+")
YOUTU_SCRIPTS = (
    "[\uac00-\ud7a3\u3131-\u318e]+|[！…“”‘’—：；，\u3001-\u303f\ufe30-\ufe4f]+|[\u3105-\u312f]+"
    "|[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+")
CHAMELEON_IMAGE = "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z"


def split(pattern, behavior="isolated"):
    return pre_tokenizers.Split(Regex(pattern), behavior)


def digits(individual=True):
    return pre_tokenizers.Digits(individual_digits=individual)


def byte_level(use_regex=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def splits(*steps):
    return [split(step) if isinstance(step, str) else step for step in steps] + [byte_level()]


# Name -> steps. The last one of byte-level BPE is ByteLevel.
STEPS = {
    "default": splits(r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"),
    "gpt-2": [byte_level(True)],
    "roberta-bpe": [byte_level(True)],
    "mpt": [byte_level(True)],
    "starcoder": [digits(), byte_level(True)],
    "llama-bpe": splits(LLAMA3),
    "dbrx": splits(LLAMA3),
    "glm4": splits(LLAMA3),
    "qwen2": splits(QWEN2),
    "qwen35": splits(QWEN35),
    "ufakzeka": splits(QWEN2.removeprefix("(?i:'s|'t|'re|'ve|'m|'ll|'d)|")),
    "k2-horizon": splits(LLAMA3.replace(r"?\p{L}+", r"?(?:\p{L}|\p{M}|\x{200C}|\x{200D})+")),
    "minicpm5": splits(r"\p{N}{1,3}", LLAMA3.replace("{1,3}", "+")),
    "seed-coder": splits(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}"
                         r"| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"),
    "bailingmoe": splits(r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}"
                         r"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"),
    "exaone-moe": splits(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+"
                         r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"),
    "jais-2": splits(LLAMA3.replace(
        r"|\s+(?!\S)|\s+", "".join(r"|\s{%d}(?!\S)" % n for n in (512, 256, 128, 64, 32, 16, 8, 4))
        + r"|\s{1,2}(?!\S)|\s{1}")),
    "laguna": splits(split(r"(?:\r?\n)+(?!\r?\n)", "merged_with_next"), QWEN2),
    "tekken": splits(TEKKEN),
    "gpt-4o": splits(GPT4O),
    "granite-embed-multi-97m": splits(GPT4O),
    "tiny_aya": splits(r"\d{1,3}(?=(?:\d{3})*\b)", GPT4O),
    "youtu": splits(YOUTU_SCRIPTS, GPT4O.replace("{1,3}", "")),
    "kimi-k2": splits(KIMI),
    "deepseek-llm": splits("[\r\n]", DEEPSEEK_LETTERS, r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$",
                           IDEOGRAPHS_HANGUL, digits()),
    "deepseek-coder": splits("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", IDEOGRAPHS_HANGUL, digits()),
    "deepseek-v3": splits(r"\p{N}{1,3}", IDEOGRAPHS_KANA, DEEPSEEK3),
    "spark2_5": splits(r"\p{N}{1,3}", IDEOGRAPHS_KANA,
                       DEEPSEEK3.replace(r"]+[\r\n]*|\s*[\r\n]+|", r"]+|[\r\n]|"), digits()),
    "afmoe": splits(r"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))", AFMOE_SCRIPTS, DEEPSEEK3),
    "falcon": [pre_tokenizers.Punctuation("contiguous"), byte_level(True), digits(False),
               split("[0-9][0-9][0-9]")],
    "bloom": splits(BLOOM),
    "viking": splits(BLOOM, digits()),
    "chameleon": splits("<sentinel:[0-9]+>", CHAMELEON_IMAGE, r"([\t\n]|    |  )", digits(),
                        pre_tokenizers.Punctuation("isolated"), GPT2),
    "superbpe": splits(r"\p{N}+", r"(?=(\d{3})+(?!\d))"),
    "gemma4": [split("[^\n]+|\n+")],
}
IGNORES_MERGES = {"llama-bpe", "glm4", "minicpm5", "tekken", "granite-embed-multi-97m", "youtu"}
PLAIN_TEXT = {"gemma4"}


def pre_tokenizer(name):
    return pre_tokenizers.Sequence(STEPS["starcoder" if name == "smollm" else name])


def names_in(rows_cpp):
    """The first names of the rows in the source file: each has its pipeline here."""
    text = rows_cpp.read_text()
    names = re.findall(r"\.names = \{([^,}]+)", text)
    return ["default" if name == "kDefaultPreTokenizer" else name.strip('"') for name in names]
