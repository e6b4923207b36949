#!/usr/bin/env bash
# Attendance pulled end to end; what is printed explains itself.
. "$(dirname "$0")/env.sh"
use_postgres
[ -z "${MOODLE_URL:-}" ] || [ -n "${MOODLE_TOKEN:-}" ] || die "MOODLE_URL is set: set MOODLE_TOKEN, too"
# A demo may run as root; Odoo's remark on that would be in the middle of the account.
exec 3>&2
exec 2> >(exec grep --line-buffered -vx "Running as user 'root' is a security risk." >&3)
filter=$!
trap 'exec 2>&3; wait $filter || :' EXIT
say "A new database with OpenEduCat and the addon"
"$(dirname "$0")/database.sh" "$DB_DEMO"
export CHECKOUT CACHE
# The shell reads the script from its standard input and prints no prompt then.
odoo shell -d "$DB_DEMO" --no-http --log-level=warn <"$CHECKOUT/dev/demo.py"
