#!/usr/bin/env bash
# copies.sh: a database that is synchronised, copied in each way that people do: none of the copies asks Moodle for
# anything, and each says so; what is the same database after all goes on. The calls are counted by the scripted Moodle.
#
#   ONLY  readable, unreadable: whether the role may read PostgreSQL's system identifier; both without it. It is kept from
#         it by the superuser of our own cluster; in a PostgreSQL that the caller names (PGHOST) that is left out
. "$(dirname "$0")/env.sh"
own=$([ -n "${PGHOST:-}" ] || echo yes)
use_postgres
export CHECKOUT CACHE CONF VENV
export DB_COPIES=moodle_attendance_copies_$DB_SUFFIX
trap 'for name in "$DB_COPIES" "$DB_COPIES-other"; do dropdb --if-exists --force "$name"; done' EXIT
"$CHECKOUT/dev/database.sh" "$DB_COPIES"
dropdb --if-exists "$DB_COPIES-other"
if [ "$own" ]; then
  as_owner=$([ "$(id -u)" = 0 ] && echo "runuser -u postgres --" || echo "sudo -u postgres")
  query="REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC"
  export COPIES_REVOKE="cd / && env -u PGHOST -u PGUSER -u PGPASSWORD $as_owner psql -q -p $PGPORT -d $DB_COPIES -c '$query'"
fi
"$VENV/bin/python" "$CHECKOUT/dev/copies/run.py"
