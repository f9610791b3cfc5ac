#!/usr/bin/env bash
# Builds Latchkey and starts it, from nothing but Rust and a C compiler. What it stores goes to ./data.
source "$(dirname "$0")/cache.sh"

tools/wasm-target.sh
say "Building (up to ten minutes the first time, seconds after that)"
cargo xtask build --release
say "Starting the server; Ctrl-C ends it"
LEPTOS_SITE_ROOT="$target/site" exec "$target/release/latchkey" "$@"
