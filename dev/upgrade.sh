#!/usr/bin/env bash
# upgrade.sh [COMMIT]: an older state of the addon is installed and filled by its own demo, then
# updated to this checkout; dev/check_upgrade.py says whether all is there and still works.
. "$(dirname "$0")/env.sh"
from=${1:-4791d2a} # 1.0.0
use_postgres
ODOO_HOME=$(odoo_path)
export ODOO_HOME
work=$CACHE/upgrade
rm -rf "$work"
mkdir -p "$work/from"
git -C "$CHECKOUT" archive "$from" | tar -x -C "$work/from"
ln -s "$(readlink -f "$VENV")" "$work/venv"

old() { CACHE=$work OPENEDUCAT_ADDONS=${OPENEDUCAT_ADDONS:-$work/from/tests/openeducat} "$@"; }
say "Install $from and fill it"
old "$work/from/dev/setup.sh" 2>&1 | grep -v '^<string>' || true
old "$work/from/dev/demo.sh" >"$work/demo.log" || { cat "$work/demo.log"; die "the demo of $from fails"; }
db=$(old bash -c '. "$0/dev/env.sh"; echo "$DB_DEMO"' "$work/from")
trap 'dropdb --if-exists "$db"' EXIT

shell() { # CONFIGURATION SCRIPT
  "$VENV/bin/python" -m odoo shell --config "$1" -d "$db" --data-dir "$work/data" --no-http --log-level=warn <"$2"
}
export UPGRADE_NOTES=$work/before.json
UPGRADE_PART=before shell "$work/odoo.conf" "$CHECKOUT/dev/check_upgrade.py"

say "Update to $(git -C "$CHECKOUT" rev-parse --short HEAD)"
odoo -d "$db" --data-dir "$work/data" -u "$ADDON" --stop-after-init --log-level=warn

coproc MOODLE { exec "$VENV/bin/python" "$CHECKOUT/dev/demo_moodle.py" "$work/demo.moodle"; }
trap 'kill $MOODLE_PID 2>/dev/null; dropdb --if-exists "$db"' EXIT
read -r -u "${MOODLE[0]}" url || die "the scripted Moodle does not start"
UPGRADE_PART=after UPGRADE_MOODLE=$url shell "$CONF" "$CHECKOUT/dev/check_upgrade.py"
