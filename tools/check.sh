#!/usr/bin/env bash
# Formatting and lints, any warning an error: tools/check.sh [format | native | browser | scripts | deploy]…, all of them by default.
source "$(dirname "$0")/cache.sh"

[ "$#" -gt 0 ] || set -- format native browser scripts deploy

for part in "$@"; do
  case "$part" in
    format)
      say "Looking at the formatting (seconds)"
      cargo fmt --all --check
      ;;
    native)
      say "Linting the server's half (four minutes the first time)"
      cargo clippy --workspace --exclude frontend --all-targets -- -D warnings
      # Targets that are no part of `--all-targets`, as they are tested only where they are named.
      cargo clippy --workspace --exclude frontend --test cluster --test smtp -- -D warnings
      cargo clippy --package server --features test-clock,opentelemetry --all-targets -- -D warnings
      ;;
    browser)
      tools/wasm-target.sh
      say "Linting the browser's half (a minute the first time)"
      cargo clippy --package auth --package app --package frontend --features app/hydrate --target wasm32-unknown-unknown -- -D warnings
      ;;
    scripts)
      if have shellcheck; then
        say "Linting the scripts (seconds)"
        shellcheck tools/*.sh .ci/run
      else
        say "shellcheck is not here, so the scripts are not linted"
      fi
      ;;
    deploy)
      say "Looking at the files for deploying (seconds)"
      tools/check-deploy.sh
      ;;
    *) give_up "tools/check.sh knows no \`$part\`." ;;
  esac
done
