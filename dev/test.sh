#!/usr/bin/env bash
# All tests under pytest-odoo; arguments go to pytest (-k, -x, a node id ...).
#
#   EVERYTHING  1: also each test that a class inherits, for another direction or family of
#         functions, of which else one in three is run (dev/pytest_many_cases.py)
#   JOBS  processes at once, each with a copy of the database; without it one for each core
#         where all tests run, and one where arguments narrow them
#
# With COVERAGE=1 the branches that they reach are measured, which takes half as long again, and
# those files are shown of which they reach least; pyproject.toml says how much it has to be.
. "$(dirname "$0")/env.sh"
use_postgres
all=$([ $# != 0 ] || echo yes)
[ "$all" ] || export EVERYTHING=1
if [ -z "${KEEP_DB:-}" ] || ! database_exists "$DB_TEST"; then
  "$(dirname "$0")/database.sh" "$DB_TEST"
  # Made here once, and not again by each test in a browser: a test takes back what it has made.
  [ -z "$all" ] || odoo shell -d "$DB_TEST" --no-http --log-level=warn <"$(dirname "$0")/assets.py"
fi
cd "$CHECKOUT"
jobs=${JOBS:-$([ "$all" ] && nproc || echo 1)}
export COVERAGE_FILE=$CACHE/coverage/data
if [ -n "${COVERAGE:-}" ]; then
  rm -rf "$CACHE/coverage"
  mkdir "$CACHE/coverage"
  set -- --cov --cov-config=pyproject.toml --cov-report=
fi
# Whoever has nothing left takes over from the others: some tests take a minute.
[ "$jobs" = 1 ] || set -- -n "$jobs" --dist worksteal "$@"
status=0
PYTHONPATH=$CHECKOUT/dev "$VENV/bin/pytest" --odoo-config="$CONF" --odoo-database="$DB_TEST" --odoo-http \
  -p no:cacheprovider -p pytest_many_cases \
  --pyargs "odoo.addons.$ADDON" "$@" || status=$?
if [ -n "${COVERAGE:-}" ] && [ -f "$COVERAGE_FILE" ]; then
  "$VENV/bin/coverage" report --rcfile=pyproject.toml --sort=cover --skip-covered >"$CACHE/coverage/report" || true
  say "Reached of each file, the least first (all: $CACHE/coverage/report)"
  sed -n '1,12p' "$CACHE/coverage/report"
  grep '^TOTAL' "$CACHE/coverage/report"
fi
exit "$status"
