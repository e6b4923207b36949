#!/usr/bin/env bash
# The addon is installed, filled by its demo and uninstalled; dev/check_uninstall.py says what of
# it is left in the database.
. "$(dirname "$0")/env.sh"
use_postgres
ODOO_HOME=$(odoo_path)
export ODOO_HOME
work=$CACHE/uninstall
rm -rf "$work"
mkdir -p "$work"
ln -s "$(readlink -f "$VENV")" "$work/venv"
export CACHE=$work
say "Install and fill"
"$CHECKOUT/dev/setup.sh" 2>&1 | grep -v '^<string>' || true
"$CHECKOUT/dev/demo.sh" >"$work/demo.log" || { cat "$work/demo.log"; die "the demo fails"; }
# The names again: they hang on the cache.
. "$CHECKOUT/dev/env.sh"
trap 'dropdb --if-exists "$DB_DEMO"' EXIT
say "Uninstall"
odoo shell -d "$DB_DEMO" --no-http --log-level=warn <<'PYTHON'
instance = env["moodle.instance"].search([], limit=1)
instance.message_post(body="Something to be left behind")
instance.error_message = "It fails"
env["ir.attachment"].create({"name": "x", "raw": b"x", "res_model": "moodle.instance", "res_id": instance.id})
env["ir.filters"].create({"name": "x", "model_id": "moodle.sync.gap", "domain": "[]"})
env["ir.default"].set("moodle.mapping", "found_by", "manual")
env.cr.commit()
env["ir.module.module"].search([("name", "=", "openeducat_moodle_attendance")]).button_immediate_uninstall()
PYTHON
odoo shell -d "$DB_DEMO" --no-http --log-level=warn <"$CHECKOUT/dev/check_uninstall.py"
