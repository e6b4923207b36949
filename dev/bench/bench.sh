#!/usr/bin/env bash
# bench.sh: what a run costs, beside what can't be had for less; prints a table, and writes all
# numbers as JSON. It measures and judges nothing; `make test` holds counts, never times.
#
#   SIZES    of S M L XL, C200 C800 C2000, one, cold (dev/bench/world.py); default "S M"
#   CASES    names or patterns, such as "pull-* fetch-4" (dev/bench/cases.py); default all
#   LATENCY  milliseconds that a call of Moodle takes beside its work; default "45 0"
#   PROFILE  of Moodle: 2024, 2026, or companion and companion-2024 with local_wsattendance;
#            default 2026
#   REPEAT   how often each is measured; the median counts; default 3
#   OUT      the JSON file; default bench.json in the cache
#   COMPARE  such a file of an earlier time, of which ratios are shown
. "$(dirname "$0")/../env.sh"
use_postgres
DB_BENCH=moodle_attendance_bench_$DB_SUFFIX
OUT=${OUT:-$CACHE/bench.json}
export CHECKOUT CACHE CONF DB_BENCH OUT
"$CHECKOUT/dev/database.sh" "$DB_BENCH"
trap 'dropdb --if-exists "$DB_BENCH"' EXIT
"$VENV/bin/python" "$CHECKOUT/dev/bench/run.py"
