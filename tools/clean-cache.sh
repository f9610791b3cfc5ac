#!/usr/bin/env bash
# Removes what the scripts here have brought into the cache; they bring it again when it is needed.
source "$(dirname "$0")/cache.sh"

say "Removing $cache"
rm -rf "$cache"
rm -f .cargo/wasm-target.toml
