#!/usr/bin/env bash
# i18n/*.pot again from the source, and the translations brought up to date with it.
. "$(dirname "$0")/env.sh"
use_postgres
# Odoo follows links when it looks for terms, and the cache has one to the checkout: so a
# copy of the addon without cache, tests and tools.
copy=$CACHE/terms
rm -rf "$copy"
mkdir -p "$copy/$ADDON"
(cd "$CHECKOUT" && git ls-files --cached --others --exclude-standard -- ':!tests' ':!dev' | grep -v '^\.' |
  while read -r file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done | tar -c --null -T -) | tar -x -C "$copy/$ADDON"
mkdir "$copy/$ADDON/tests" && : >"$copy/$ADDON/tests/__init__.py"
"$(dirname "$0")/database.sh" "$DB_TEST"
sed "s|$CACHE/addons,|$copy,|" "$CONF" >"$copy/odoo.conf"
export CHECKOUT
CONF=$copy/odoo.conf odoo shell -d "$DB_TEST" --no-http --log-level=warn <"$CHECKOUT/dev/export_terms.py"
rm -rf "$copy"
