#!/usr/bin/env bash
# Asks the API thousands of things that its description allows and forbids, and fails for each answer that the description does not:
# tools/schemathesis.sh [BINARY], by default target/release/latchkey. Under a minute, once Schemathesis is there.
source "$(dirname "$0")/cache.sh"

version=4.32.5
binary="${1:-$target/release/latchkey}"
[ -x "$binary" ] || give_up "There is no program at $binary." "Build it by \`make build\` and try again."
binary="$(cd "$(dirname "$binary")" && pwd)/$(basename "$binary")"

python="$(from_pip "schemathesis-$version" "schemathesis==$version")"

folder="$(mktemp -d "${TMPDIR:-/tmp}/latchkey-schemathesis.XXXXXX")"
server=
stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

# Nothing of a developer's own settings. Without limits: all requests come from one address. Hashes as cheap as the settings allow.
(
  cd "$folder"
  exec env -i PATH="$PATH" LEPTOS_OUTPUT_NAME=latchkey LEPTOS_SITE_ROOT="$target/site" LATCHKEY_LISTEN=127.0.0.1:0 \
    LATCHKEY_DATABASE_URL="sqlite:$folder/latchkey.db" LATCHKEY_CREDENTIAL_RATE_BURST=0 LATCHKEY_REQUEST_RATE_BURST=0 \
    LATCHKEY_HASH_MEMORY_KIB=7168 LATCHKEY_HASH_ITERATIONS=1 LATCHKEY_HASH_PER_ADDRESS=256 "$binary"
) >"$folder/said" 2>"$folder/log" </dev/null &
server=$!
address=
for _ in $(seq 100); do
  address="$(sed -n 's,.*is ready at \(http.*\),\1,p' "$folder/said")"
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
[ -n "$address" ] || { cat "$folder/log" >&2; give_up "The server did not start; its words are above."; }

say "Asking the API what its description allows and forbids (under a minute)"
# Warnings tell of few requests that were accepted: of
# registrations there can't be many, as the schema can't say which passwords are too easy to guess.
cd tools/schemathesis
SCHEMATHESIS_HOOKS=hooks "$python" -m schemathesis.cli --config-file schemathesis.toml run "$address/api/v1/openapi.json" \
  --checks all --phases examples,coverage,fuzzing,stateful --max-examples 300 --generation-database none --warnings off
