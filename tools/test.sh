#!/usr/bin/env bash
# Every lint and every test: engine and server on SQLite and on PostgreSQL, then a real browser against a release build.
# All steps run, whatever fails before them. The last line counts what passed and failed; a lint counts as one.
source "$(dirname "$0")/cache.sh"

logs="$target/test-logs"
# Apart from the ordinary binary: this one lets the tests turn its clock.
clock_server="$target/end2end/latchkey"
# The one file that is deployed.
deployed_server="$target/dist/latchkey"
browser_report="$logs/playwright.json"
passed=0
failed=0
failures=()

rm -rf "$logs"
mkdir -p "$logs"
unset LATCHKEY_TEST_POSTGRES_URL

count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
}

# Runs a command with its words kept in a log, and tells what it was if it failed.
run() {
  local name="$1" started=$SECONDS status=0
  shift
  printf '\n» %s\n' "$name" >&2
  "$@" </dev/null 2>&1 | tee "$logs/$name.log" || status=$?
  [ "$status" -eq 0 ] || failures+=("$name (its words are in $logs/$name.log)")
  say "$name: $((SECONDS - started)) s"
  return "$status"
}

# A step that is one thing: it passes or fails.
lint() {
  if run "$@"; then count 1 0; else count 0 1; fi
}

# A step that must be done for others to be possible, and counts only when it fails.
preparation() {
  run "$@" || { count 0 1; return 1; }
}

# A run of `cargo test`, whose own counts are summed. One that fails without a failed test (it did not compile) counts as one.
cargo_tests() {
  local name="$1" status=0 sums
  run "$@" || status=$?
  sums="$(awk '/^test result: / { for (i = 2; i <= NF; i++) { if ($i == "passed;") p += $(i - 1); if ($i == "failed;") f += $(i - 1) } }
    END { print p + 0, f + 0 }' "$logs/$name.log")"
  # shellcheck disable=SC2086 # two numbers
  count $sums
  if [ "$status" -ne 0 ] && [ "${sums#* }" -eq 0 ]; then count 0 1; fi
}

browser_tests() {
  local name="$1" status=0 sums
  run "$@" || status=$?
  # A test that passed only when it was tried again counts as failed.
  # shellcheck disable=SC2016 # JavaScript's own expressions
  if sums="$(node -p 'const { expected, unexpected, flaky } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).stats;
    `${expected} ${unexpected + flaky}`' "$browser_report" 2>/dev/null)"; then
    # shellcheck disable=SC2086 # two numbers
    count $sums
    if [ "$status" -ne 0 ] && [ "${sums#* }" -eq 0 ]; then count 0 1; fi
  else
    count 0 1
  fi
}

npm_packages() {
  tools/node.sh || return 1
  cd end2end || return 1
  if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    say "Bringing Playwright by npm (some seconds)"
    npm ci --no-audit --no-fund
  fi
}

# With a mail server, for the tests that send letters to one.
in_browser() {
  env LATCHKEY_SERVER="$clock_server" LATCHKEY_ORDINARY_SERVER="$target/release/latchkey" \
    LATCHKEY_DEPLOYED_SERVER="$deployed_server" LATCHKEY_SITE_ROOT="$target/site" CHROMIUM="$(cat "$logs/chromium.path")" \
    PLAYWRIGHT_JSON_OUTPUT_NAME="$browser_report" tools/smtp.sh npm --prefix end2end test -- --reporter=line,json
}

# The types of the API's client are made from the description that the program prints.
api_types_and_typescript() {
  cd end2end && LATCHKEY_ORDINARY_SERVER="$target/release/latchkey" npm run --silent api-types && npm run --silent check
}

find_chromium() {
  tools/chromium.sh >"$logs/chromium.path"
}

# The ordinary binary last, so that it is what stands in target/release.
release_builds() {
  say "Building the release (some minutes the first time)"
  cargo xtask build --release --features test-clock --server-out "$clock_server" && tools/dist.sh && cargo xtask build --release
}

# The example with them, since it starts a server: so nothing is compiled for its sake.
engine_and_server=(--no-fail-fast --package auth --package server --package resource-server)

preparation wasm-target tools/wasm-target.sh || true
lint format tools/check.sh format
if have shellcheck; then lint scripts tools/check.sh scripts; else say "shellcheck is not here, so the scripts are not linted"; fi
if tools/check-deploy.sh --if-there; then lint deploy tools/check.sh deploy; else say "Nothing that checks the files for deploying is here, so they are not checked"; fi
lint clippy-native tools/check.sh native
lint clippy-browser tools/check.sh browser
cargo_tests tests-sqlite cargo test "${engine_and_server[@]}"
cargo_tests tests-postgres tools/postgres.sh cargo test "${engine_and_server[@]}"
cargo_tests tests-cluster tools/postgres.sh cargo test "${engine_and_server[@]}" --test cluster -- --nocapture
cargo_tests tests-smtp tools/smtp.sh cargo test "${engine_and_server[@]}" --test smtp
# A build of its own, which sends its spans to a collector.
cargo_tests tests-opentelemetry cargo test --no-fail-fast --package server --features opentelemetry --test api -- export:: settings::
cargo_tests tests-app-and-tools cargo test --no-fail-fast --package app --features app/ssr --package xtask
if preparation release-builds release_builds && preparation npm npm_packages && preparation chromium find_chromium; then
  lint typescript api_types_and_typescript
  browser_tests playwright in_browser
  lint schemathesis tools/schemathesis.sh
fi
if have node && before_path="$(tools/cargo-leptos.sh --if-there)"; then
  export PATH="$before_path$PATH"
  lint cargo-leptos-build node tools/cargo-leptos-check.mjs build
  lint cargo-leptos-watch node tools/cargo-leptos-check.mjs watch
else
  say "cargo-leptos is neither on PATH nor in the cache, so building and watching with it is not tested (make dev brings it)"
fi

say "All in $((SECONDS / 60)) min $((SECONDS % 60)) s"
for failure in ${failures[@]+"${failures[@]}"}; do
  printf '✗ %s\n' "$failure" >&2
done
# The terminal may show both streams as one: what was said is out before the last line is.
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
