#!/usr/bin/env bash
# Makes the pictures of the README anew, in docs/screenshots, and those of all other screens, in end2end/test-results/screens, to be looked at.
source "$(dirname "$0")/cache.sh"

clock_server="$target/end2end/latchkey"

tools/wasm-target.sh
tools/node.sh
say "Building (some minutes the first time)"
cargo xtask build --release --features test-clock --server-out "$clock_server"
cd end2end
[ -e node_modules ] || npm ci --no-audit --no-fund
chromium="$(../tools/chromium.sh)"
LATCHKEY_SERVER="$clock_server" LATCHKEY_SITE_ROOT="$target/site" CHROMIUM="$chromium" npm run screenshots
