#!/usr/bin/env bash
# Leaves Odoo running with the demo's data, and the scripted Moodle beside it.
. "$(dirname "$0")/env.sh"
use_postgres
database_exists "$DB_DEMO" || "$(dirname "$0")/demo.sh"
port=${ODOO_PORT:-8069}
# The last demo left it, unless that was one with a real Moodle.
if [ -f "$CACHE/demo.moodle" ]; then
  "$VENV/bin/python" "$CHECKOUT/dev/demo_moodle.py" "$CACHE/demo.moodle" &
  moodle=$!
  trap 'kill $moodle 2>/dev/null' EXIT
fi
say "Odoo: http://127.0.0.1:$port/odoo  (log in as admin, password admin; Ctrl-C stops it)"
odoo -d "$DB_DEMO" --max-cron-threads=1 --log-level=warn
