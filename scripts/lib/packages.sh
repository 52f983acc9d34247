# The Debian packages that Realm needs, in one place; sourced after common.sh.

# To build the realm command and fetch the demo model.
packages_build=(
  cmake ninja-build g++
  libutf8proc-dev nlohmann-json3-dev libcli11-dev libedit-dev
)
# To run the tests: every compiler and emulator that a lane of scripts/test.sh uses.
packages_test=(
  git ccache libgtest-dev libbenchmark-dev clang-14 clang-format-14 libfuzzer-14-dev
  libclang-rt-14-dev python3 g++-12-aarch64-linux-gnu qemu-user-static libopenblas0-pthread
)

# For scripts/test.sh --all besides.
packages_oracle=(python3-pip python3-venv python3-jinja2)

# The first python3 that has pip: the one on PATH may be somebody's own without it.
find_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      echo "$python"
      return 0
    fi
  done
  return 1
}

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@" # nobody is there to type a password
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" >&2 </dev/null
}

# install_packages NAME...: makes sure that they are there. Says nothing when they are.
install_packages() {
  if [[ ${REALM_NO_INSTALL:-} == 1 ]]; then
    return 0
  fi
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    {
      echo "This system has no apt-get: it is not Debian or a relative of it."
      echo "Install what these Debian 12 packages hold by its own means:"
      printf '  %s\n' "$@"
      echo "then run this script again with REALM_NO_INSTALL=1 in the environment."
    } >&2
    exit "$EXIT_SYSTEM"
  fi
  local missing=() name
  for name in "$@"; do
    is_installed "$name" || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "$EXIT_SYSTEM" "neither root nor sudo: let root run: apt-get install ${missing[*]}"
  fi
  say "Installing Debian packages: ${missing[*]}"
  # A fresh machine has no package lists, an old one has stale ones.
  if ! apt-cache show --no-all-versions "${missing[@]}" >/dev/null 2>&1; then
    apt_get update || die "$EXIT_SYSTEM" "apt-get update failed"
    apt_get install -y --no-install-recommends "${missing[@]}" && return 0
  else
    apt_get install -y --no-install-recommends "${missing[@]}" && return 0
    say "That failed; trying once more with new package lists"
    apt_get update || die "$EXIT_SYSTEM" "apt-get update failed"
    apt_get install -y --no-install-recommends "${missing[@]}" && return 0
  fi
  die "$EXIT_SYSTEM" "could not install: ${missing[*]}"
}
