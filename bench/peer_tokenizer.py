#!/usr/bin/env python3
"""Times one llama_tokenize over a text: peer_tokenizer.py LIBLLAMA VOCAB TEXT. Prints a JSON line.

LIBLLAMA is llama.cpp's shared library, asked through its public C interface. The time is what the
process computes during the one call; loading, and the room for the ids, come before. The line has
the keys of `tokenizer_bench --json --runs 1`, which bench/compare_tokenizers.py sets beside it.
"""
import ctypes
import json
import pathlib
import sys
import time
import zlib
from ctypes import c_bool, c_char_p, c_float, c_int32, c_void_p

LOG = ctypes.CFUNCTYPE(None, ctypes.c_int, c_char_p, c_void_p)


class ModelParams(ctypes.Structure):
    """llama_model_params of llama.h. It goes by value; the room behind is for members that later
    versions append: both calling conventions pass a struct of this size in memory."""
    _fields_ = [("devices", c_void_p), ("tensor_buft_overrides", c_void_p),
                ("n_gpu_layers", c_int32), ("split_mode", c_int32), ("load_mode", c_int32),
                ("lazy_mode", c_int32), ("main_gpu", c_int32),
                ("tensor_split", ctypes.POINTER(c_float)), ("progress_callback", c_void_p),
                ("progress_callback_user_data", c_void_p), ("kv_overrides", c_void_p),
                ("vocab_only", c_bool), ("check_tensors", c_bool), ("use_extra_bufts", c_bool),
                ("no_host", c_bool), ("no_alloc", c_bool), ("load_mtp", c_bool),
                ("appended", ctypes.c_char * 128)]


def declare(library):
    """The functions used, with their types."""
    for name, result, arguments in (
            ("llama_log_set", None, [LOG, c_void_p]),
            ("llama_backend_init", None, []),
            ("llama_model_default_params", ModelParams, []),
            ("llama_model_load_from_file", c_void_p, [c_char_p, ModelParams]),
            ("llama_model_get_vocab", c_void_p, [c_void_p]),
            ("llama_tokenize", c_int32, [c_void_p, c_char_p, c_int32, ctypes.POINTER(c_int32),
                                         c_int32, c_bool, c_bool])):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments


def text_of(library, name):
    """What a function of the library says that returns a string; None where it has no such one."""
    function = getattr(library, name, None)
    if function is None:
        return None
    function.restype = c_char_p
    return function().decode()


def open_vocab(library, path):
    said = []
    # A callback lives as long as its object: it is returned.
    log = LOG(lambda _, text, __: said.append(text.decode(errors="replace")))
    library.llama_log_set(log, None)
    library.llama_backend_init()
    params = library.llama_model_default_params()
    # A struct of another shape shows in its defaults: this member is the only one that is set.
    if params.vocab_only or params.check_tensors or not params.use_extra_bufts:
        sys.exit("llama_model_params of this libllama has another shape than ModelParams in "
                 f"{pathlib.Path(__file__).name}: compare with its llama.h")
    params.vocab_only = True
    model = library.llama_model_load_from_file(str(path).encode(), params)
    if not model:
        sys.exit(f"llama.cpp does not load {path}:\n{''.join(said)[-2000:]}")
    return library.llama_model_get_vocab(model), log


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    library = ctypes.CDLL(sys.argv[1])
    declare(library)
    vocab, log = open_vocab(library, sys.argv[2])
    text = pathlib.Path(sys.argv[3]).read_bytes()
    ids = (c_int32 * (len(text) + 16))()
    begin = time.process_time()
    count = library.llama_tokenize(vocab, text, len(text), ids, len(ids), False, False)
    seconds = time.process_time() - begin
    if count < 0:
        sys.exit(f"llama_tokenize returned {count} for a text of {len(text)} bytes")
    crc = zlib.crc32(memoryview(ids).cast("B")[:4 * count])
    print(json.dumps({"bytes": len(text), "tokens": count, "ids_crc32": crc,
                      "encode_seconds": seconds, "version": text_of(library, "llama_version"),
                      "commit": text_of(library, "ggml_commit")}))
    del log


if __name__ == "__main__":
    main()
