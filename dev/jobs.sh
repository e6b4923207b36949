#!/usr/bin/env bash
# jobs.sh: a run shared out as jobs of OCA's queue_job, by a real Odoo with its job runner: by one
# worker, by two, and by two of which one is killed in the middle. All have to end with the same
# rows, and with Moodle's marks; prints the seconds, and judges no time. And jobs of which nothing
# comes: the schedule takes up the run.
#
#   SIZE     of S M L (dev/bench/world.py); default M
#   LATENCY  milliseconds that a call of Moodle takes beside its work; default 45
#   REPEAT   how often one and two workers are measured; default 1
#   PROFILE  of Moodle: 2024, 2026, or companion and companion-2024 with our plug-in; default 2026
. "$(dirname "$0")/env.sh"
use_postgres
series=$("$VENV/bin/python" -m odoo --version | grep -oE '1[0-9]\.[0-9]' | head -1)
list=$CHECKOUT/dev/requirements-jobs-$series.txt
home=$CACHE/jobs-$series

# In a folder of its own, which nothing but this looks into: to the tests, queue_job is not there.
if ! cmp -s "$list" "$home/.stamp"; then
  rm -rf "$home"
  "$VENV/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes --target "$home" -r "$list" \
    2> >(grep -v '^WARNING: Location .* is ignored' >&2)
  cp "$list" "$home/.stamp"
fi
sed "s|^addons_path = .*|&,$home/odoo/addons|" "$CONF" >"$CACHE/odoo-jobs.conf"
CONF=$CACHE/odoo-jobs.conf
export PYTHONPATH=$home

DB_BENCH=moodle_attendance_jobs_$DB_SUFFIX
export CHECKOUT CACHE CONF DB_BENCH
"$CHECKOUT/dev/database.sh" "$DB_BENCH"
trap 'dropdb --if-exists "$DB_BENCH"' EXIT
odoo -d "$DB_BENCH" -i queue_job --without-demo=all --stop-after-init --log-level=warn
"$VENV/bin/python" "$CHECKOUT/dev/jobs/run.py"
