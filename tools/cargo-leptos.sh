#!/usr/bin/env bash
# Brings cargo-leptos with the tools that it calls, and prints the folders to put before PATH.
# With `--if-there` it fails where cargo-leptos is neither on PATH nor in the cache, since compiling it takes minutes.
source "$(dirname "$0")/cache.sh"

# The newest that rustc 1.94 compiles.
version=0.3.10
bindgen_version="$(locked_version wasm-bindgen)"
place="$cache/cargo-leptos-$version"
bindgen_place="$cache/wasm-bindgen-$bindgen_version"
before_path=

install_with_cargo() {
  local crate="$1" crate_version="$2" destination="$3" work
  shift 3
  work="$(temporary_folder)"
  # Without debug information, which nobody will read, the compiler is a third quicker.
  if ! CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$work/target" \
    cargo install "$crate" --version "$crate_version" --debug --root "$work/installed" "$@" >"$cache/$crate.log" 2>&1; then
    rm -rf "$work"
    give_up "$crate $crate_version did not compile; the compiler's words are in $cache/$crate.log." \
      "Install it by your own means, so that it is on PATH, and try again."
  fi
  move_into_place "$work/installed" "$destination"
  rm -rf "$work"
}

ready_made() {
  local work
  have cargo-binstall || return 1
  say "Bringing cargo-leptos $version ready-made (seconds)"
  work="$(temporary_folder)"
  if cargo binstall --no-confirm --disable-strategies compile --install-path "$work/bin" "cargo-leptos@$version" \
    </dev/null >"$cache/cargo-binstall.log" 2>&1 && [ -x "$work/bin/cargo-leptos" ]; then
    move_into_place "$work" "$place"
  else
    rm -rf "$work"
    return 1
  fi
}

if ! have cargo-leptos || [[ "$(cargo-leptos --version 2>/dev/null)" != *" 0.3."* ]]; then
  if [ ! -x "$place/bin/cargo-leptos" ]; then
    [ "${1:-}" != --if-there ] || exit 1
    ready_made || {
      say "Compiling cargo-leptos $version (six minutes on two cores, once)"
      install_with_cargo cargo-leptos "$version" "$place" --locked --features no_downloads
    }
  fi
  before_path="$place/bin:"
fi

if ! have wasm-bindgen || [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $bindgen_version" ]; then
  if [ ! -x "$bindgen_place/bin/wasm-bindgen" ]; then
    say "Compiling wasm-bindgen's command line $bindgen_version (a minute, once)"
    install_with_cargo wasm-bindgen-cli "$bindgen_version" "$bindgen_place"
  fi
  before_path="$before_path$bindgen_place/bin:"
fi

wasm_opt="$(tools/wasm-opt.sh)"
[ -z "$wasm_opt" ] || before_path="$before_path$(dirname "$wasm_opt"):"

printf '%s\n' "$before_path"
