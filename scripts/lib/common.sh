# Shared by the scripts of this folder; sourced, never run. Gives REALM_ROOT, say, die, as_root.
# Messages go to stderr: stdout belongs to what a script was asked for.

REALM_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Exit codes of the scripts: 1 a step failed, 2 usage, 3 this system lacks something.
readonly EXIT_USAGE=2 EXIT_SYSTEM=3

say() { printf '==> %s\n' "$*" >&2; }

die() {
  local code=$1
  shift
  printf 'error: %s\n' "$*" >&2
  exit "$code"
}

# Compile jobs: one a core, and no more than memory has room for (a big translation unit under a
# sanitizer takes about 1 GiB).
build_jobs() {
  local cores memory_gib
  cores=$(nproc)
  memory_gib=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
  ((memory_gib >= 1)) || memory_gib=1
  echo $((cores < memory_gib ? cores : memory_gib))
}

# configure PRESET [-DNAME=VALUE...]: runs cmake; its output is shown only when it fails.
configure() {
  local output
  output=$(cd "$REALM_ROOT" && cmake --preset "$@" 2>&1) || {
    printf '%s\n' "$output" >&2
    die 1 "cmake could not configure the preset $1"
  }
}
