#!/usr/bin/env bash
# docs/access.md again from the table that the tests hold against the real rights.
. "$(dirname "$0")/env.sh"
python3 "$CHECKOUT/tests/access_matrix.py" >"$CHECKOUT/docs/access.md"
