#!/usr/bin/env bash
# Looks over the files in deploy/ with whatever checks them is at hand, and says what is not. Nothing is brought, started or changed.
# With `--if-there` it only tells, by how it ends, whether anything is at hand.
source "$(dirname "$0")/cache.sh"

missing=()
failed=0

if [ "${1:-}" = --if-there ]; then
  have caddy || have nginx || have systemd-analyze || have hadolint || have dclint || have promtool || have python3
  exit
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Runs a check, whose words are shown where it fails.
check() {
  local what="$1"
  shift
  if "$@" >"$work/words" 2>&1; then
    say "$what: well"
  else
    say "$what: not well"
    cat "$work/words" >&2
    failed=1
  fi
}

# shellcheck disable=SC2317 # called by the name that is handed to `check`
# As it stands, but for what only the machine has that it is meant for: the certificate, the low ports, the user and the places to write.
check_nginx() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=latchkey.example \
    -keyout "$work/privkey.pem" -out "$work/fullchain.pem" || return 1
  sed -E -e "s,/etc/ssl/latchkey\.example,$work,; s,/run/nginx\.pid,$work/nginx.pid,; s,/var/log/nginx/,$work/," \
    -e 's/^user .*//; s/^( *listen (\[::\]:)?)(80|443) /\158\3 /' deploy/nginx.conf >"$work/nginx.conf"
  nginx -t -q -e stderr -c "$work/nginx.conf"
}

# shellcheck disable=SC2317 # called by the name that is handed to `check`
# As it stands, but for the program, which need not be installed here.
check_unit() {
  sed 's,^ExecStart=.*,ExecStart=/bin/true,' deploy/latchkey.service >"$work/latchkey.service"
  # It says what is wrong, and succeeds all the same.
  systemd-analyze verify --man=no "$work/latchkey.service" && [ ! -s "$work/words" ] &&
    systemd-analyze security --no-pager --offline=true --threshold=15 "$work/latchkey.service"
}

if have caddy; then
  check "deploy/Caddyfile" env XDG_DATA_HOME="$work" XDG_CONFIG_HOME="$work" caddy validate --config deploy/Caddyfile --adapter caddyfile
else
  missing+=(caddy)
fi
if have nginx && have openssl; then check "deploy/nginx.conf" check_nginx; else missing+=(nginx); fi
# Older ones can't look at a unit that is not installed.
if have systemd-analyze && systemd-analyze --version | awk 'NR == 1 { exit !($2 >= 250) }'; then
  check "deploy/latchkey.service" check_unit
else
  missing+=("systemd-analyze 250")
fi
if have hadolint; then check "deploy/Containerfile" hadolint deploy/Containerfile; else missing+=(hadolint); fi
if have docker && docker compose version >/dev/null 2>&1; then
  check "deploy/compose.yaml, as docker reads it" env SITE_HOST=latchkey.example docker compose --file deploy/compose.yaml --profile mail config --quiet
else
  missing+=("docker compose")
fi
# A proxy is there for the world, on every interface. The order of keys is a matter of taste, and of warnings.
if have dclint; then
  check "deploy/compose.yaml" dclint deploy/compose.yaml --quiet --disable-rule no-unbound-port-interfaces
else
  missing+=(dclint)
fi

# The settings name the rules, and both are looked over.
if have promtool; then check "deploy/prometheus" promtool check config deploy/prometheus/prometheus.yml; else missing+=(promtool); fi
if have python3; then
  check "deploy/grafana/latchkey.json" python3 -m json.tool deploy/grafana/latchkey.json /dev/null
else
  missing+=(python3)
fi

[ "${#missing[@]}" -eq 0 ] || say "Not here, so what they check is not checked: $(printf '%s, ' "${missing[@]}" | sed 's/, $//')"
exit "$failed"
