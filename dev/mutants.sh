#!/usr/bin/env bash
# Small changes of the rules, one at a time: how many do the tests of plain values find?
# Without Odoo and without a database; arguments go to dev/mutants.py.
. "$(dirname "$0")/env.sh"
list=$CHECKOUT/dev/requirements-mutants.txt
venv=$CACHE/mutants/venv
python3 -c 'import ensurepip, venv' 2>/dev/null || { apt_get update; apt_get install -y python3-venv; }
own_venv "$venv" "$list"
"$venv/bin/python" "$CHECKOUT/dev/mutants.py" "$CACHE/mutants/work" "$@"
