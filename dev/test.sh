#!/usr/bin/env bash
# All tests under pytest-odoo; arguments go to pytest (-k, -x, a node id ...).
. "$(dirname "$0")/env.sh"
use_postgres
[ -n "${KEEP_DB:-}" ] && database_exists "$DB_TEST" || "$(dirname "$0")/database.sh" "$DB_TEST"
cd "$CHECKOUT"
PYTHONPATH= exec "$VENV/bin/pytest" --odoo-config="$CONF" --odoo-database="$DB_TEST" --odoo-http -p no:cacheprovider \
  --pyargs "odoo.addons.$ADDON" "$@"
