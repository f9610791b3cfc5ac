#!/usr/bin/env bash
# Prints the path of a Chromium that starts: $CHROMIUM, one on PATH, Playwright's own, one that Playwright brings, else one that
# apt-get installs.
source "$(dirname "$0")/cache.sh"

# A time limit, where the system has the means.
limited() {
  if have timeout; then timeout "$@"; else shift && "$@"; fi
}

starts() {
  [ -n "${1:-}" ] && limited 20 "$1" --version </dev/null >/dev/null 2>&1
}

on_path() {
  local name path
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if path="$(command -v "$name" 2>/dev/null)" && starts "$path"; then
      printf '%s\n' "$path"
      return 0
    fi
  done
  return 1
}

of_playwright() {
  local path
  path="$(cd end2end && node -e 'import("@playwright/test").then((module) => console.log((module.chromium ?? module.default.chromium).executablePath()))' 2>/dev/null)" || return 1
  starts "$path" && printf '%s\n' "$path"
}

if on_path || of_playwright; then
  exit 0
fi
if [ -d end2end/node_modules ]; then
  say "Bringing Chromium by Playwright (150 MB, some minutes)"
  (cd end2end && limited 600 npx playwright install chromium) </dev/null >"$cache/playwright.log" 2>&1 ||
    say "Playwright could not (its words are in $cache/playwright.log); trying apt-get"
  if of_playwright; then
    exit 0
  fi
fi
install_package "Chromium" chromium
on_path || give_up "Chromium was installed and does not start." "Set CHROMIUM to the path of one that does, and try again."
