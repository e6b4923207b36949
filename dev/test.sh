#!/usr/bin/env bash
# All tests under pytest-odoo; arguments go to pytest (-k, -x, a node id ...).
#
#   JOBS  processes at once, each with a copy of the database; without it one for each core
#         where all tests run, and one where arguments narrow them
. "$(dirname "$0")/env.sh"
use_postgres
[ -n "${KEEP_DB:-}" ] && database_exists "$DB_TEST" || "$(dirname "$0")/database.sh" "$DB_TEST"
cd "$CHECKOUT"
jobs=${JOBS:-$([ $# = 0 ] && nproc || echo 1)}
# Whoever has nothing left takes over from the others: some tests take a minute.
[ "$jobs" = 1 ] || set -- -n "$jobs" --dist worksteal "$@"
PYTHONPATH= exec "$VENV/bin/pytest" --odoo-config="$CONF" --odoo-database="$DB_TEST" --odoo-http -p no:cacheprovider \
  --pyargs "odoo.addons.$ADDON" "$@"
