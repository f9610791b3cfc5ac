#!/usr/bin/env bash
# Measures Latchkey beside the bare limits of the machine it runs on, by turns in the same minutes, and prints the ratios. What falls short
# of its aim is marked; it fails nothing. BENCH_SECONDS says how long each turn takes (5 seconds; all in all that makes about fourteen minutes).
# BENCH_USERS says how many users the big base has (a million; 0 leaves out what is measured with it, about half of the time).
# BENCH_ONLY=enumeration measures nothing but whether the time of an answer tells who is known (two minutes).
source "$(dirname "$0")/cache.sh"

seconds="${BENCH_SECONDS:-5}"
turns=3
# The big base, and the small one beside which it is measured.
many="${BENCH_USERS:-1000000}"
few=1000
# What alone is to be measured, if not all is.
only="${BENCH_ONLY:-}"
# Below which Welch's t must stay for times to pass as alike: chance alone takes one pair in a hundred thousand beyond it.
t_at_most=4.5
# Connections, each a browser.
browsers=16
# What the hash pool is made of, by the server's own defaults.
cores="$(nproc)"
hash_mebibytes=19
# Guards the keys of two throwaway databases.
secret="$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
person="username=bench&password=the+weaver+sings+at+noon"
login="/api/v1/auth/login"

[ "$(uname)" = Linux ] || give_up "make bench reads memory from /proc, which is Linux's."
case "$only" in
  "")
    [ "${1:-}" = with-postgres ] || exec tools/postgres.sh tools/bench.sh with-postgres
    have wrk || install_package "wrk, which makes the load" wrk
    ;;
  enumeration) ;;
  *) give_up "BENCH_ONLY may be \`enumeration\`, and not \`$only\`." ;;
esac

tools/node.sh
have curl || install_package "curl" curl

# On the disk that the project is on: what is written must really be written.
mkdir -p "$target"
work="$(mktemp -d "$target/bench.XXXXXX")"
programs=()
stop() {
  [ "${#programs[@]}" -eq 0 ] || kill "${programs[@]}" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# --- Programs -----------------------------------------------------------------------------------------------------------------------------

build() {
  tools/wasm-target.sh
  say "Building the release, the bare limits and what seeds (some minutes the first time)"
  cargo xtask build --release >&2
  cargo bench --no-run --quiet --package auth --features engine --bench bare --bench verify --bench seed --message-format json \
    >"$work/build.json"
  bare="$(built bare)"
  verify="$(built verify)"
  seed="$(built seed)"
}

built() {
  sed -nE 's,.*"executable":"([^"]*/'"$1"'-[^"/]*)".*,\1,p' "$work/build.json"
}

# Starts a server under a name: start NAME DATABASE_URL COMMAND…
start() {
  local name="$1" database="$2"
  shift 2
  env -i LEPTOS_SITE_ROOT="$target/site" LATCHKEY_LISTEN=127.0.0.1:0 LATCHKEY_DATABASE_URL="$database" LATCHKEY_MASTER_SECRET="$secret" \
    LATCHKEY_CREDENTIAL_RATE_BURST=0 LATCHKEY_REQUEST_RATE_BURST=0 LATCHKEY_HASH_PER_ADDRESS=65536 LATCHKEY_ACCESS_TOKEN_SECONDS=3600 \
    "$@" >"$work/$name.log" 2>&1 &
  programs+=("$!")
  printf '%s\n' "$!" >"$work/$name.process"
  for _ in $(seq 100); do
    if grep -q 'ready at' "$work/$name.log"; then
      sed -nE 's,.*ready at http://[^:]*(:[0-9]+).*,http://127.0.0.1\1,p' "$work/$name.log" >"$work/$name.address"
      return
    fi
    sleep 0.1
  done
  cat "$work/$name.log" >&2
  give_up "$name did not start; its words are above."
}

address() {
  cat "$work/$1.address"
}

sign_up() {
  curl -sS --fail -o "$work/person" -H 'Content-Type: application/json' "$(address "$1")/api/v1/auth/register" \
    -d '{"username":"bench","email":"bench@localhost.test","password":"the weaver sings at noon"}'
}

# Prints a resident size of a server in MiB: VmRSS, now, or VmHWM, the most that it ever was.
resident() {
  awk -v line="$2:" '$1 == line { printf "%.1f\n", $2 / 1024 }' "/proc/$(cat "$work/$1.process")/status"
}

# --- Loads: each prints how many a second -------------------------------------------------------------------------------------------------

load() {
  wrk --duration "${seconds}s" --timeout 10s "$@" >"$work/wrk.txt"
  if grep -qE 'Non-2xx|Socket errors' "$work/wrk.txt"; then
    cat "$work/wrk.txt" >&2
    give_up "Some requests of that load failed, so its figure means nothing: wrk $*"
  fi
  awk '/^Requests\/sec:/ { print $2 }' "$work/wrk.txt"
}

hashes() {
  "$bare" hash "$seconds"
}

sign_ins() {
  PERSON="$person" load --threads 1 --connections "$browsers" --script tools/bench/sign-in.lua "$(address "$1")$login"
}

profiles() {
  local token
  token="$(curl -sS --fail "$(address "$1")$login" -d "$person" | sed -nE 's/.*"access_token":"([^"]*)".*/\1/p')"
  load --threads 1 --connections "$browsers" --header "Authorization: Bearer $token" "$(address "$1")/api/v1/user/profile"
}

refreshes() {
  for _ in $(seq "$browsers"); do
    curl -sS --fail -o "$work/answer" -D - "$(address "$1")$login" -d "$person"
  done | sed -nE 's/^set-cookie: __Host-refresh_token=([^;]*).*/\1/ip' | tr -d '\r' >"$work/cookies"
  refreshes_with "$work/cookies" "$1"
}

refreshes_with() {
  COOKIES="$1" THREADS="$browsers" load --threads "$browsers" --connections "$browsers" --script tools/bench/refresh.lua \
    "$(address "$2")/api/v1/auth/refresh"
}

# Of seeded users, another each time. Who has signed in refreshes in the next load, and asks for a profile in that after it.
sign_ins_of_many() {
  USERS="$(cat "$work/$1.users")" COOKIES="$work/$1.cookies" TOKENS="$work/$1.tokens" load --threads 1 --connections "$browsers" \
    --script tools/bench/sign-in-of-many.lua "$(address "$1")$login"
}

refreshes_of_many() {
  refreshes_with "$work/$1.cookies" "$1"
}

profiles_of_many() {
  TOKENS="$work/$1.tokens" load --threads 1 --connections "$browsers" --script tools/bench/profile-of-many.lua \
    "$(address "$1")/api/v1/user/profile"
}

# By criterion, on one core: verifications latchkey, or bare.
verifications() {
  "$verify" --bench --noplot --output-format bencher --warm-up-time 1 --measurement-time "$seconds" "verify/$1" 2>"$work/criterion.err" |
    awk '/ns\/iter/ { gsub(",", "", $5); print 1e9 / $5 }'
}

# --- The table ----------------------------------------------------------------------------------------------------------------------------

# The table that `compared` adds to.
table="$work/compared"

# A line of what is to be near a limit: compared LABEL OURS LIMIT AIM.
compared() {
  awk -v label="$1" -v ours="$2" -v limit="$3" -v aim="$4" 'BEGIN {
    rate = ours < 1000 ? "%10.1f" : "%10.0f"; ratio = ours / limit
    printf "%-58s " rate " " rate " %7.2f %7.2f  %s\n", label, ours, limit, ratio, aim, (ratio + 0.005 >= aim ? "✓" : "✗") }' |
    tee -a "$table" >&2
}

# A line of what is to stay below something: bounded LABEL MEASURED MOST UNIT.
bounded() {
  awk -v label="$1" -v measured="$2" -v most="$3" -v unit="$4" 'BEGIN {
    printf "%-58s %10.1f %10.1f %-7s %7s  %s\n", label, measured, most, unit, "", (measured < most ? "✓" : "✗") }' |
    tee -a "$work/bounded" >&2
}

# A line of what is not to tell known from unknown: alike LABEL MEDIAN DIFFERENCE SHARE T.
alike() {
  awk -v label="$1" -v median="$2" -v difference="$3" -v share="$4" -v t="$5" -v most="$t_at_most" 'BEGIN {
    printf "%-58s %10.1f %+10.1f %+6.2f%% %+7.2f  %s\n", label, median, difference, share, t, ((t < 0 ? -t : t) < most ? "✓" : "✗") }' |
    tee -a "$work/alike" >&2
}

median() {
  sort -n "$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

# Measures ours and its limit by turns, so that what disturbs the machine disturbs both: by_turns LABEL AIM OURS LIMIT, the last two commands.
by_turns() {
  local label="$1" aim="$2" ours="$3" limit="$4"
  say "$label ($turns turns of 2 × $seconds s)"
  : >"$work/ours"
  : >"$work/limit"
  for _ in $(seq "$turns"); do
    # shellcheck disable=SC2086 # a command and its argument
    { $limit >>"$work/limit"; $ours >>"$work/ours"; }
  done
  compared "$label" "$(median "$work/ours")" "$(median "$work/limit")" "$aim"
}

# --- What is measured ---------------------------------------------------------------------------------------------------------------------

# How much of the machine others take just now, in percent.
taken_by_others() {
  { head -n 1 /proc/stat; sleep 2; head -n 1 /proc/stat; } |
    awk '{ all = 0; for (i = 2; i <= 9; i++) all += $i; idle = $5 + $6
           if (NR == 2) printf "%d\n", 100 * (1 - (idle - idle_before) / (all - all_before)); all_before = all; idle_before = idle }'
}

# Signs in as fast as can be, and sees how a watchman fares meanwhile.
flood() {
  local patience
  say "A flood of sign-ins (10 s)"
  PERSON="$person" wrk --threads 1 --connections 64 --duration 11s --timeout 20s --script tools/bench/sign-in.lua "$(address "$1")$login" \
    >"$work/flood.txt" &
  sleep 1
  wrk --threads 1 --connections 4 --duration 9s --latency --script tools/bench/probe.lua "$(address "$1")/health/live" >"$work/probe.txt"
  wait "$!"
  if grep -qE 'Non-2xx|Socket errors' "$work/flood.txt" "$work/probe.txt"; then
    cat "$work/flood.txt" "$work/probe.txt" >&2
    give_up "Some requests in the flood failed, so its figures mean nothing."
  fi
  flood_ended=$SECONDS
  patience="$(awk '$1 == "99%" { unit = $2; gsub(/[0-9.]/, "", unit); print $2 * (unit == "us" ? 0.001 : unit == "s" ? 1000 : 1) }' "$work/probe.txt")"
  bounded "GET /health/live in a flood of sign-ins, 99th percentile" "$patience" 50 ms
  bounded "Resident in a flood of sign-ins, at most" "$(resident "$1" VmHWM)" $((cores * hash_mebibytes + 40)) MiB
}

# Prints how many bytes come over the wire for some addresses.
bytes() {
  local sum=0 size address
  [ "$#" -gt 0 ] || give_up "The page names no such file, so there is no size to tell."
  for address in "$@"; do
    size="$(curl -sS --fail -o "$work/answer" -w '%{size_download}' -H 'Accept-Encoding: br' "$address")" ||
      give_up "$address is not served, so there is no size to tell."
    sum=$((sum + size))
  done
  awk -v bytes="$sum" 'BEGIN { print bytes / 1000 }'
}

sizes() {
  local address files app page
  address="$(address "$1")"
  files="$(curl -sS --fail "$address/login" | grep -oE '/pkg/[A-Za-z0-9._-]+' | sort -u)"
  named() { grep -E "\.($1)\$" <<<"$files" | sed "s,^,$address,"; }
  # shellcheck disable=SC2046 # addresses
  app="$(bytes $(named 'wasm|js'))"
  # shellcheck disable=SC2046 # addresses
  page="$(bytes "$address/login" $(named css))"
  bounded "WebAssembly and JavaScript, brotli (aim 170)" "$app" 190 kB
  bounded "/login usable: its HTML and CSS, brotli" "$page" 14 kB
}

# Starts a server on a database that is seeded first: start_seeded NAME DATABASE_URL USERS [SETTING=VALUE]….
start_seeded() {
  local name="$1" database="$2" users="$3"
  shift 3
  say "Seeding $users users (about a minute for a million)"
  LATCHKEY_DATABASE_URL="$database" "$seed" "$users" >&2
  printf '%s\n' "$users" >"$work/$name.users"
  start "$name" "$database" "$@" "$release"
}

# Measures a big base beside a small one: by_size DATABASE NAME_OF_MANY NAME_OF_FEW. Sign-ins come first, since the others go on from them.
by_size() {
  table="$work/by-size"
  by_turns "Sign-ins a second, $1" 0.9 "sign_ins_of_many $2" "sign_ins_of_many $3"
  by_turns "Refreshes a second, $1" 0.9 "refreshes_of_many $2" "refreshes_of_many $3"
  by_turns "GET /user/profile a second, $1" 0.9 "profiles_of_many $2" "profiles_of_many $3"
}

# What is measured beside a limit of the machine, or below a bound.
limits() {
  local idle waited
  start sqlite "sqlite:$work/latchkey.db" "$release"
  say "Letting the server idle (15 s)"
  sleep 15
  idle="$(resident sqlite VmRSS)"
  sign_up sqlite
  start bare-sqlite "sqlite:$work/bare.db" "$bare" serve

  by_turns "GET /user/profile a second; one Ed25519 verification" 0.8 "profiles sqlite" "profiles bare-sqlite"
  by_turns "Refreshes a second, SQLite; swap and two signatures" 0.7 "refreshes sqlite" "refreshes bare-sqlite"
  by_turns "Sign-ins a second; argon2id m=19456 t=2 p=1 on each core" 0.95 "sign_ins sqlite" hashes
  bounded "Resident when idle, 15 s after the start" "$idle" 40 MiB
  flood sqlite

  start postgres "$LATCHKEY_TEST_POSTGRES_URL" "$release"
  sign_up postgres
  start bare-postgres "$LATCHKEY_TEST_POSTGRES_URL" "$bare" serve
  by_turns "Refreshes a second, PostgreSQL; swap and two signatures" 0.7 "refreshes postgres" "refreshes bare-postgres"
  by_turns "Bearer tokens verified a second, one core; the signature" 0.9 "verifications latchkey" "verifications bare"
  sizes sqlite
  waited=$((SECONDS - flood_ended))
  if [ "$waited" -lt 60 ]; then
    say "Waiting until a minute has passed since the flood"
    sleep $((60 - waited))
  fi
  bounded "Resident a minute after the flood" "$(resident sqlite VmRSS)" 40 MiB
}

# A big base beside a small one.
big_and_small() {
  start_seeded sqlite-few "sqlite:$work/few.db" "$few"
  start_seeded sqlite-many "sqlite:$work/many.db" "$many"
  by_size SQLite sqlite-many sqlite-few
  start_seeded postgres-few "${LATCHKEY_TEST_POSTGRES_URL%/*}/few" "$few"
  start_seeded postgres-many "${LATCHKEY_TEST_POSTGRES_URL%/*}/many" "$many"
  by_size PostgreSQL postgres-many postgres-few
}

# Asks for each user once an operation, as letters to one address are limited, and sees whether the time of the answer tells them from nobody.
enumeration() {
  local label median difference share t
  start_seeded enumeration "sqlite:$work/enumeration.db" "$few" LATCHKEY_MAIL_URL="file:$work/letters" LATCHKEY_VERIFICATION=required \
    LATCHKEY_SIGN_IN_LINKS=true LATCHKEY_ADDRESS_FREE_TRIES=1000000
  say "Whether the time of an answer tells who is known ($few pairs an operation; two minutes)"
  node tools/bench/enumeration.mjs "$(address enumeration)" "$few" >"$work/enumeration.tsv" ||
    give_up "The times could not be taken; why stands above."
  while IFS=$'\t' read -r label median difference share t; do
    alike "$label" "$median" "$difference" "$share" "$t"
  done <"$work/enumeration.tsv"
}

build
others="$(taken_by_others)"
[ "$others" -lt 20 ] || say "Others take $others % of this machine just now: these figures will be worth little."

release="$target/release/latchkey"
touch "$work/compared" "$work/by-size" "$work/bounded" "$work/alike"
if [ -z "$only" ]; then
  limits
  [ "$many" -eq 0 ] || big_and_small
fi
enumeration

tables=("$work/compared" "$work/by-size" "$work/bounded" "$work/alike")
short="$(cat "${tables[@]}" | grep -c '✗' || true)"
{
  printf '\n%s, %s cores' "$(sed -nE 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$cores"
  if [ -z "$only" ]; then
    printf '; medians of %s turns of %s s\n\n' "$turns" "$seconds"
    printf '%-58s %10s %10s %7s %7s\n' "Beside the bare limit" "Latchkey" "Limit" "Ratio" "Aim"
    cat "$work/compared"
    if [ "$many" -gt 0 ]; then
      printf '\n%-58s %10s %10s %7s %7s\n' "Users, with three sessions each" "$many" "$few" "Ratio" "Aim"
      cat "$work/by-size"
    fi
    printf '\n%-58s %10s %10s\n' "Below a bound" "Latchkey" "Bound"
    cat "$work/bounded"
  else
    printf '\n'
  fi
  printf '\n%-58s %10s %10s %7s %7s\n' "Microseconds until the answer; |t| below $t_at_most" "Unknown" "Differs" "Share" "t"
  cat "$work/alike"
  if [ "$short" -eq 0 ]; then
    printf '\nNothing falls short.\n'
  else
    printf '\n%s of %s fall short (✗).\n' "$short" "$(cat "${tables[@]}" | wc -l)"
  fi
}
