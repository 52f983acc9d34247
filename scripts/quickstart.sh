#!/usr/bin/env bash
# From a fresh Debian 12 to an answer: installs what is missing, builds build/release/realm, fetches
# the demo model once, and lets it answer. Running it again only answers.
# The answer goes to stdout, everything else to stderr.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source "$REALM_ROOT/scripts/lib/packages.sh"

case ${1:-} in
  -h | --help)
    echo 'usage: quickstart.sh "a question"    builds Realm, fetches a small model, answers'
    exit 0
    ;;
  -*)
    echo 'usage: quickstart.sh "a question"' >&2
    exit "$EXIT_USAGE"
    ;;
esac
prompt=${*:-Name the capital of France.}

install_packages "${packages_build[@]}"

build=$REALM_ROOT/build/release
say "Building build/release/realm (a few minutes the first time)"
# A folder that scripts/test.sh configured keeps its tests; a new one does without.
tests=OFF
grep -qs '^REALM_TESTS:BOOL=ON$' "$build/CMakeCache.txt" && tests=ON
configure release -DREALM_TESTS=$tests
cmake --build "$build" --target realm -j "$(build_jobs)" >&2

model=$("$REALM_ROOT/scripts/fetch_model.sh")

say "realm run $(basename "$model") --temperature 0 \"$prompt\""
exec "$build/realm" run "$model" --temperature 0 "$prompt" </dev/null
