#!/usr/bin/env bash
# long_life.sh: two years of a school on a frozen clock; the table says, for each
# quarter, how many rows the addon has and how long a run takes. dev/long_life.py says what happens.
#
# DAYS (728), COURSES (30) and RUNS (2) one after another, twice a week, make it shorter or longer.
# PROFILE is of Moodle: 2024 (the default), 2026, companion or companion-2024.
. "$(dirname "$0")/env.sh"
use_postgres
db=moodle_attendance_long_life_$DB_SUFFIX
trap 'dropdb --if-exists "$db"' EXIT
"$(dirname "$0")/database.sh" "$db"
export CHECKOUT
odoo shell -d "$db" --no-http --log-level=error <"$CHECKOUT/dev/long_life.py"
