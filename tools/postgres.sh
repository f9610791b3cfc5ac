#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own, thrown away afterwards: tools/postgres.sh COMMAND…
# The command finds it by LATCHKEY_TEST_POSTGRES_URL. Nothing that is stored there outlives the command.
source "$(dirname "$0")/cache.sh"

[ "$#" -gt 0 ] || give_up "Usage: tools/postgres.sh COMMAND…"

binaries() {
  if have initdb && have pg_ctl; then
    dirname "$(command -v initdb)"
  else
    compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 | sed 's,/initdb$,,'
  fi
}

bin="$(binaries || true)"
if [ -z "$bin" ]; then
  install_package "PostgreSQL" postgresql
  bin="$(binaries || true)"
  [ -n "$bin" ] || give_up "PostgreSQL was installed, but its initdb is not found." "Put the folder of initdb and pg_ctl on PATH and try again."
fi

folder="$(mktemp -d "${TMPDIR:-/tmp}/latchkey-postgres.XXXXXX")"
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  # PostgreSQL refuses to run as root.
  id postgres >/dev/null 2>&1 || give_up "There is no user \`postgres\` to run PostgreSQL as." "Run this as an ordinary user, or make that user, and try again."
  chown postgres "$folder"
  as_owner=(runuser -u postgres --)
fi

owner() {
  (cd "$folder" && ${as_owner[@]+"${as_owner[@]}"} "$@") </dev/null
}

stop() {
  owner "$bin/pg_ctl" stop -D "$folder/data" -m immediate >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

say "Starting a throwaway PostgreSQL in $folder (some seconds)"
password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf '%s\n' "$password" >"$folder/password"
chmod 644 "$folder/password"
owner "$bin/initdb" -D "$folder/data" -U latchkey --auth=scram-sha-256 --pwfile="$folder/password" --encoding=UTF8 --locale=C --no-sync \
  >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; give_up "PostgreSQL's initdb failed; its words are above."; }
rm "$folder/password"

# Durability is off: what is stored here is thrown away. No socket file, only loopback.
options="-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=1000"
options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
started=
for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 12000))
  if owner "$bin/pg_ctl" start -w -t 30 -D "$folder/data" -l "$folder/data/log" -o "$options -c port=$port" >/dev/null 2>&1; then
    started=yes
    break
  fi
done
[ -n "$started" ] || { tail -n 20 "$folder/data/log" >&2; give_up "PostgreSQL did not start; its words are above."; }

# So that the command finds pg_dump and pg_restore of the same version.
export PATH="$bin:$PATH"
export LATCHKEY_TEST_POSTGRES_URL="postgres://latchkey:$password@127.0.0.1:$port/postgres"
"$@"
