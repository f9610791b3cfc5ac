# shellcheck shell=bash
# What every script here starts from: the checkout as the working folder, the cache for what the project brings along,
# and how a script speaks. Sourced, never run.

set -euo pipefail

checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$checkout"

# Outside the checkout, so that the next clone finds it filled. Each thing in it carries its version in its name.
# A folder of our own in whatever folder is named, since `make clean-cache` removes all of it.
cache="${LATCHKEY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}}/latchkey"
case "$cache" in /*) ;; *) cache="$checkout/$cache" ;; esac

mkdir -p "$cache"

# Where cargo builds, and the site with it.
# shellcheck disable=SC2034 # of use to the scripts that source this one
target="${CARGO_TARGET_DIR:-$checkout/target}"
case "$target" in
  /*) ;;
  *)
    target="$checkout/$target"
    export CARGO_TARGET_DIR="$target"
    ;;
esac

# Tells what happens now, and how long it may take. To stderr: stdout is for answers.
say() {
  printf '» %s\n' "$*" >&2
}

# Ends the script with what went wrong and what to do about it.
give_up() {
  printf '✗ %s\n' "$@" >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# A temporary folder inside the cache, so that what is finished there is moved into place in one step and an
# interrupted run leaves nothing that looks finished.
temporary_folder() {
  mktemp -d "$cache/unfinished.XXXXXX"
}

# Puts a finished folder in its place. Another run may have been quicker: then its result stands.
move_into_place() {
  local finished="$1" place="$2"
  if [ -e "$place" ]; then
    rm -rf "$finished"
  else
    mv "$finished" "$place"
  fi
}

# Prints the path of a command of an npm package of one version, which is brought into the cache the first time.
# Fails, silently, where there is no npm or npm could not bring it: what needs it can do without.
from_npm() {
  local package="$1" version="$2" command="$3" place work
  place="$cache/$package-$version"
  # What npm brings is run by node, so that it is of no use without.
  have node || return 1
  if [ ! -d "$place" ]; then
    have npm || return 1
    say "Bringing $command by npm (some seconds)"
    work="$(temporary_folder)"
    if ! npm install --prefix "$work" --no-audit --no-fund --loglevel=error "$package@$version" </dev/null >"$cache/npm.log" 2>&1; then
      rm -rf "$work"
      say "npm could not (its words are in $cache/npm.log)"
      return 1
    fi
    move_into_place "$work" "$place"
  fi
  printf '%s\n' "$place/node_modules/.bin/$command"
}

# Prints a Python that can make a folder of its own for packages, which Debian parts from Python itself.
find_python() {
  local python
  for python in python3 python; do
    if have "$python" && "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      printf '%s\n' "$python"
      return
    fi
  done
  return 1
}

# Prints the path of a Python with some packages of PyPI, each with its version. They are brought the first time, into a folder of the cache.
from_pip() {
  local name="$1" place python work
  shift
  place="$cache/$name"
  if [ ! -d "$place" ]; then
    find_python >/dev/null || install_package "Python" python3 python3-venv
    python="$(find_python)" || give_up "Python is too old: $name needs 3.10 or newer." "Install a newer one and try again."
    say "Bringing $name by pip (a minute at most)"
    work="$(temporary_folder)"
    if ! { "$python" -m venv "$work" && "$work/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; } \
      </dev/null >"$cache/pip.log" 2>&1; then
      rm -rf "$work"
      give_up "pip could not bring $name; its words are in $cache/pip.log."
    fi
    move_into_place "$work" "$place"
  fi
  # It was moved into its place, so that only its Python knows where it is, and not the commands beside that.
  printf '%s\n' "$place/bin/python"
}

# The version that Cargo.lock holds of a crate.
locked_version() {
  awk -v crate="$1" '$1 == "name" && $3 == "\"" crate "\"" { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

# Installs packages of the system where that can be done without asking anybody.
install_package() {
  local why="$1"
  shift
  have apt-get || give_up "$why is missing, and there is no apt-get here to install it." "Install $* by your system's own means and try again."
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! have sudo || ! sudo -n true 2>/dev/null; then
      give_up "$why is missing." "Install it and try again: sudo apt-get install $*"
    fi
    as_root=(sudo -n)
  fi
  say "Installing $* with apt-get, for $why (about a minute)"
  {
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq || true
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  } </dev/null >"$cache/apt-get.log" 2>&1 || give_up "apt-get could not install $*; its words are in $cache/apt-get.log." "Install $* by hand and try again."
}
