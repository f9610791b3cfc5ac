#!/usr/bin/env bash
# Starts the development server: it builds again at each change, and a change of style shows without a reload.
# It uses the same ./data as `make run`.
source "$(dirname "$0")/cache.sh"

tools/wasm-target.sh
before_path="$(tools/cargo-leptos.sh)"
say "Building and starting (some minutes the first time); Ctrl-C ends it"
PATH="$before_path$PATH" exec cargo leptos watch "$@"
