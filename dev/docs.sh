#!/usr/bin/env bash
# static/doc again from the pages of docs/ that Help shows in Odoo.
. "$(dirname "$0")/env.sh"
list=$CHECKOUT/dev/requirements-docs.txt
venv=$CACHE/docs
python3 -c 'import ensurepip, venv' 2>/dev/null || { apt_get update; apt_get install -y python3-venv; }
own_venv "$venv" "$list"
"$venv/bin/python" "$CHECKOUT/dev/docs.py"
