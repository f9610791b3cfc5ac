#!/usr/bin/env bash
# Prints the path of esbuild, which makes the script for the browser smaller: the one on PATH, else npm's. Prints nothing
# where there is neither.
source "$(dirname "$0")/cache.sh"

version=0.25.12

if have esbuild; then
  command -v esbuild
else
  from_npm esbuild "$version" esbuild || say "No esbuild here (Node.js would bring it): the script for the browser will be larger than it need be"
fi
