#!/usr/bin/env bash
# Prints the path of a wasm-opt that is new enough: the one on PATH, else npm's. Prints nothing where there is neither:
# the program for the browser is then a fifth larger, and works.
source "$(dirname "$0")/cache.sh"

version=132.0.0
oldest=116

if have wasm-opt && found="$(wasm-opt --version 2>/dev/null | sed -nE 's/^wasm-opt version ([0-9]+).*/\1/p')" && [ "${found:-0}" -ge "$oldest" ]; then
  command -v wasm-opt
else
  from_npm binaryen "$version" wasm-opt || say "No wasm-opt here (Node.js would bring it): the program for the browser will be larger than it need be"
fi
