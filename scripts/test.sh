#!/usr/bin/env bash
# Installs what the tests need, builds every lane, and runs the tests of all lanes in one ctest run.
# The last lines are a table of counts per lane and label, and ctest's summary of the whole run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source "$REALM_ROOT/scripts/lib/packages.sh"

# A lane is a preset, what to build of it, and which labels to run (empty: all).
declare -A lane_targets=([release]=all [clang]=all [asan]=all [fuzz]=fuzzers [aarch64]=all
  [tsan]=all [asan-clang]=all)
declare -A lane_labels=([release]="" [clang]=unit [asan]=unit,conformance,golden,fuzz [fuzz]=fuzz
  [aarch64]=conformance [tsan]="" [asan-clang]="")
lanes=(release clang asan fuzz aarch64)
lanes_all=(tsan asan-clang)

usage() {
  cat <<TEXT
usage: test.sh [--all] [--lane NAME]...
  without options: the lanes ${lanes[*]}
  --all            also ${lanes_all[*]}, every label in the sanitizer lanes, and the oracles
  --lane NAME      only this lane; may be repeated
TEXT
}

all=0
chosen=()
while (($#)); do
  case $1 in
    --all) all=1 ;;
    --lane)
      [[ -n ${lane_targets[${2:-}]:-} ]] || die "$EXIT_USAGE" "no lane called '${2:-}'"
      chosen+=("$2")
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit "$EXIT_USAGE"
      ;;
  esac
  shift
done
if ((${#chosen[@]})); then
  lanes=("${chosen[@]}")
elif ((all)); then
  lanes+=("${lanes_all[@]}")
fi
((all)) && lane_labels[asan]=""

install_packages "${packages_build[@]}" "${packages_test[@]}"
model=$("$REALM_ROOT/scripts/fetch_model.sh") # for the end-to-end tests

oracle_python=
if ((all)); then
  install_packages "${packages_oracle[@]}"
  venv=$REALM_ROOT/build/venv
  say "Putting what the oracles compare with into build/venv"
  [[ -x $venv/bin/python ]] || python3 -m venv "$venv" || /usr/bin/python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check \
    -r "$REALM_ROOT/tests/oracle/requirements.txt" >&2
  oracle_python=$venv/bin/python
fi

merge=()
for lane in "${lanes[@]}"; do
  say "Lane $lane: building"
  begin=$SECONDS
  tests=ON
  [[ $lane == fuzz ]] && tests=OFF
  oracles=()
  [[ $lane == release ]] &&
    oracles=(-DREALM_ORACLE_PYTHON="$oracle_python" -DREALM_ORACLE_MODEL="$model")
  configure "$lane" -DREALM_TESTS=$tests "${oracles[@]}"
  cmake --build "$REALM_ROOT/build/$lane" --target "${lane_targets[$lane]}" -j "$(build_jobs)"
  say "Lane $lane: built in $((SECONDS - begin)) s"
  merge+=("$lane=$REALM_ROOT/build/$lane:${lane_labels[$lane]}")
done

run=$REALM_ROOT/build/lanes
python3 "$REALM_ROOT/tools/lanes.py" merge "$run" "${merge[@]}"
say "Running the tests of ${lanes[*]}"
status=0
ctest --test-dir "$run" --output-on-failure --no-tests=error -j "$(nproc)" \
  --output-junit "$run/junit.xml" </dev/null | tee "$run/ctest.log" || status=$?
python3 "$REALM_ROOT/tools/lanes.py" table "$run" "$run/junit.xml"
# ctest's own summary once more, so that it ends the output.
grep -E '^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+$' "$run/ctest.log"
exit "$status"
