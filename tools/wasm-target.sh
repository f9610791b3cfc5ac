#!/usr/bin/env bash
# Makes the target wasm32-unknown-unknown usable: what is there, else rustup's, else the standard library built from
# the source of the very same compiler. `--from-source` takes the last way at once.
source "$(dirname "$0")/cache.sh"

triple=wasm32-unknown-unknown
cargo_settings=.cargo/wasm-target.toml

{ have rustc && have cargo; } || give_up "Rust is missing." "Install it from https://rustup.rs and try again."
release="$(rustc -vV | awk '$1 == "release:" { print $2 }')"
compiler="$(rustc -V | tr -cs '[:alnum:].\n' '-' | sed 's/^rustc-//; s/-$//')"
sysroot="$cache/wasm-std-$compiler"

target_is_there() {
  compgen -G "$(rustc --print target-libdir --target "$triple")/libcore-*.rlib" >/dev/null
}

use_own_std() {
  local wanted
  wanted="# Written by tools/wasm-target.sh: this machine's rustup has no standard library for $triple.
[target.$triple]
rustflags = [\"--sysroot=$sysroot\"]"
  # Written only when it differs: cargo rebuilds nothing then.
  [ "$(cat "$cargo_settings" 2>/dev/null)" = "$wanted" ] || printf '%s\n' "$wanted" >"$cargo_settings"
}

# The address of the archive that this machine's own apt uses for its own release.
archive_address() {
  local codename
  codename="$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)"
  {
    awk -v codename="$codename" 'BEGIN { RS = "" } {
      uri = ""; mine = 0
      lines = split($0, line, "\n")
      for (i = 1; i <= lines; i++) {
        words = split(line[i], word, /[ \t]+/)
        if (word[1] == "URIs:") uri = word[2]
        if (word[1] == "Suites:") for (j = 2; j <= words; j++) if (word[j] == codename) mine = 1
      }
      if (mine && uri) print uri
    }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
    sed -nE "s/^deb +(\[[^]]*\] +)?([^ ]+) +$codename +.*/\2/p" /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
  } | head -n 1
}

# Prints the folder of the standard library's source, fetched from Debian with an apt state of its own.
source_from_debian() {
  local work="$1" archive suite version
  have apt-get && have dpkg || return 1
  archive="$(archive_address)"
  [ -n "$archive" ] || return 1
  for suite in trixie-backports forky sid trixie; do
    mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
      "$archive" "$suite" >"$work/apt/debian.sources"
    say "Looking for rust-src $release in Debian $suite (about 10 MB)"
    local own_state=(-o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache"
      -o "Dir::Etc::SourceList=$work/apt/debian.sources" -o Dir::Etc::SourceParts=/dev/null
      -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
    apt-get "${own_state[@]}" update >>"$work/apt/log" 2>&1 || continue
    version="$(apt-cache "${own_state[@]}" madison rust-src | awk -v release="$release" '
      index($3, release "+") == 1 || index($3, release "-") == 1 || $3 == release { print $3; exit }')"
    [ -n "$version" ] || continue
    say "Downloading rust-src $version from Debian $suite (45 MB)"
    (cd "$work/apt" && apt-get "${own_state[@]}" download "rust-src=$version") >>"$work/apt/log" 2>&1 || continue
    dpkg -x "$work"/apt/rust-src_*.deb "$work/debian"
    printf '%s\n' "$work/debian/usr/src/rustc-$release/library"
    return 0
  done
  return 1
}

build_std() {
  local work="$1" library="$2"
  say "Building the standard library for $triple from source (about half a minute)"
  mkdir -p "$work/empty/src" "$work/sysroot/lib/rustlib/$triple/lib"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n' >"$work/empty/Cargo.toml"
  printf '#![no_std]\n' >"$work/empty/src/lib.rs"
  # Embedded bitcode is what link-time optimisation of the release build needs.
  (cd "$work/empty" && env -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET_DIR \
    RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT="$library" CARGO_TARGET_DIR="$work/target" \
    cargo build --quiet -Zbuild-std=std,panic_abort,panic_unwind --target "$triple" --release) || return 1
  rm -f "$work/target/$triple/release/deps"/libempty-*
  cp "$work/target/$triple/release/deps"/*.rlib "$work/sysroot/lib/rustlib/$triple/lib/"
  move_into_place "$work/sysroot" "$sysroot"
}

if [ "${1:-}" != --from-source ]; then
  if target_is_there; then
    rm -f "$cargo_settings"
    exit 0
  fi
  if [ ! -d "$sysroot" ] && have rustup; then
    say "Bringing $triple by rustup (20 MB)"
    if rustup target add "$triple" </dev/null >"$cache/rustup.log" 2>&1 && target_is_there; then
      rm -f "$cargo_settings"
      exit 0
    fi
    say "rustup could not (its words are in $cache/rustup.log); trying from source"
  fi
fi

if [ ! -d "$sysroot" ]; then
  work="$(temporary_folder)"
  trap 'rm -rf "$work"' EXIT
  library="$(rustc --print sysroot)/lib/rustlib/src/rust/library"
  if [ ! -d "$library" ]; then
    library="$(source_from_debian "$work")" || {
      cp "$work/apt/log" "$cache/rust-src.log" 2>/dev/null || true
      give_up "No standard library for $triple: rustup could not bring it, and its source for rustc $release was not found." \
        "Run 'rustup target add $triple' or 'rustup component add rust-src' where the network allows it, and try again."
    }
  fi
  build_std "$work" "$library" || give_up "The standard library for $triple did not build from $library." \
    "Run 'rustup target add $triple' where the network allows it, and try again."
fi
use_own_std
