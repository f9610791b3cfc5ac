#!/usr/bin/env bash
# Builds Latchkey and starts it, from nothing but Rust and a C compiler. What it stores goes to ./data.
source "$(dirname "$0")/cache.sh"

tools/wasm-target.sh
say "Building (up to ten minutes the first time, seconds after that)"
cargo xtask build --release
say "Starting the server; Ctrl-C ends it"
# The server takes every LATCHKEY_ variable for a setting.
LEPTOS_SITE_ROOT="$target/site" exec env -u LATCHKEY_CACHE "$target/release/latchkey" "$@"
