#!/usr/bin/env bash
# Fills a database with users, and three sessions for each, to try Latchkey at the size of a big service. LATCHKEY_DATABASE_URL names the
# database, SEED_USERS how many users (a million). They are user1, user2 and so on, all with the password "the weaver sings at noon".
source "$(dirname "$0")/cache.sh"

[ -n "${LATCHKEY_DATABASE_URL:-}" ] ||
  give_up "LATCHKEY_DATABASE_URL must name the database to fill." "Try LATCHKEY_DATABASE_URL=sqlite:$target/million.db make seed"

say "Building what seeds (some minutes the first time)"
# The last line that names a program: cargo tells of each that it has built.
seed="$(cargo bench --no-run --quiet --package auth --features engine --bench seed --message-format json |
  sed -nE 's,.*"executable":"([^"]*/seed-[^"/]*)".*,\1,p' | tail -n 1)"
[ -n "$seed" ] || give_up "Cargo tells of no program that seeds."
say "Seeding (about a minute for a million users)"
"$seed" "${SEED_USERS:-1000000}" "$@"
