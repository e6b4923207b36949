#!/usr/bin/env bash
# Forgets our databases and everything that was fetched.
. "$(dirname "$0")/env.sh"
use_postgres
if [ -z "${PGPORT:-}" ] || ! psql -qAt -d postgres -c 'SELECT 1' >/dev/null 2>&1; then
  say "PostgreSQL is not running: no databases dropped"
else
  for name in $(psql -qAt -d postgres -c "SELECT datname FROM pg_database WHERE datname LIKE 'moodle\_attendance\_%'"); do
    case $name in
      *"$DB_SUFFIX" | *"$DB_SUFFIX"-gw* | *"$DB_SUFFIX"-kills | moodle_attendance_bench_"$DB_SUFFIX"-* | moodle_attendance_template_*) dropdb "$name" ;;
    esac
  done
fi
rm -rf "$CACHE"
