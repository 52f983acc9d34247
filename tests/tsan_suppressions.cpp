// What ThreadSanitizer cannot judge: OpenBLAS comes built without it, so how its own threads wait
// for each other is not seen, and every result that one of them writes looks like a race. Source:
// the run-time interface of ThreadSanitizer, __tsan_default_suppressions (seen by its library only
// where exported).
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() { return "race:libopenblas\n"; }
