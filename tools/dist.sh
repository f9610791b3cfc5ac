#!/usr/bin/env bash
# Makes the one file that is deployed: the server with the site and the migrations inside it.
source "$(dirname "$0")/cache.sh"

tools/wasm-target.sh
say "Building (up to ten minutes the first time)"
rm -rf "$target/dist"
cargo xtask build --release --features embedded-site --server-out "$target/dist/latchkey"
cp LICENSE "$target/dist/"
say "The file to deploy is $target/dist/latchkey: copy it anywhere, and start it there"
