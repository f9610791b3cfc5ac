#!/usr/bin/env bash
# Makes the pictures of all screens anew, in docs/screenshots, and the page that shows them, docs/screens.md.
source "$(dirname "$0")/cache.sh"

clock_server="$target/end2end/latchkey"

tools/wasm-target.sh
tools/node.sh
say "Building (some minutes the first time)"
cargo xtask build --release --features test-clock --server-out "$clock_server"
cd end2end
[ -e node_modules ] || npm ci --no-audit --no-fund
chromium="$(../tools/chromium.sh)"
# None stays of a screen that there is no more.
rm -f ../docs/screenshots/*.webp
LATCHKEY_SERVER="$clock_server" LATCHKEY_SITE_ROOT="$target/site" CHROMIUM="$chromium" npm run screenshots
