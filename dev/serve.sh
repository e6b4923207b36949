#!/usr/bin/env bash
# Leaves Odoo running with the demo's data, and the scripted Moodle beside it.
. "$(dirname "$0")/env.sh"
use_postgres
port=${ODOO_PORT:-8069}
listens() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
! listens "$port" || die "port $port is in use; set ODOO_PORT"
# Unless a demo has got as far as a pull.
psql -qAt -d "$DB_DEMO" -c "SELECT 1 FROM moodle_sync_run LIMIT 1" 2>/dev/null | grep -q 1 ||
  "$(dirname "$0")/demo.sh"

# Both in process groups of their own, so that Ctrl-C is for this script alone, and
# whatever ends it ends both: Odoo first, which may be asking Moodle.
set -m
stop() {
  set +e
  exec 2>/dev/null
  [ -z "${odoo:-}" ] || { kill "$odoo"; wait "$odoo"; }
  kill $(jobs -p)
  wait
}
trap stop EXIT
trap 'exit 0' INT TERM

# The last demo left it, unless that was one with a real Moodle.
if [ -f "$CACHE/demo.moodle" ]; then
  coproc MOODLE { exec "$VENV/bin/python" "$CHECKOUT/dev/demo_moodle.py" "$CACHE/demo.moodle"; }
  read -r -u "${MOODLE[0]}" url || die "the scripted Moodle does not start; set MOODLE_PORT if its port is in use"
  # With another MOODLE_PORT than the demo had.
  psql -q -d "$DB_DEMO" -c "UPDATE moodle_instance SET url = '$url' WHERE name = 'Demo Moodle'"
  say "Moodle: $url  (scripted; it answers web services only)"
fi
# Not by the function: a signal would end the shell around Odoo, and not Odoo.
"$VENV/bin/python" -m odoo server --config "$CONF" -d "$DB_DEMO" --http-port="$port" \
  --gevent-port=$((port + 3)) --max-cron-threads=1 --log-level=warn &
odoo=$!
until listens "$port"; do
  kill -0 $odoo 2>/dev/null || die "Odoo did not start"
  sleep 0.2
done
# The first page takes a while; from then on it is ready.
"$VENV/bin/python" -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:$port/web/login')" ||
  die "Odoo does not answer"
say "Odoo: http://127.0.0.1:$port/odoo  (log in as admin, password admin; Ctrl-C stops it)"
wait $odoo
