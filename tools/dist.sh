#!/usr/bin/env bash
# Makes the folder that is deployed: the binary, the site, and the Leptos.toml that joins the two.
source "$(dirname "$0")/cache.sh"

tools/wasm-target.sh
say "Building (up to ten minutes the first time)"
cargo xtask build --release
rm -rf "$target/dist"
mkdir -p "$target/dist"
cp "$target/release/latchkey" LICENSE "$target/dist/"
cp -R "$target/site" "$target/dist/site"
sed 's,^site-root = .*,site-root = "site",' Leptos.toml >"$target/dist/Leptos.toml"
say "The folder to deploy is $target/dist; start ./latchkey in it"
