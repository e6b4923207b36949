#!/usr/bin/env bash
# database.sh NAME: a new database with the addon and OpenEduCat installed, copied
# from a template that is made once per Odoo, OpenEduCat and list of dependencies.
. "$(dirname "$0")/env.sh"
use_postgres
name=$1
openeducat=${OPENEDUCAT_ADDONS:-$CHECKOUT/tests/openeducat}
series=$("$VENV/bin/python" -m odoo --version | grep -oE '1[0-9]\.[0-9]' | head -1)
fingerprint=$( (odoo_path; echo "$series $openeducat"; grep -A9 '"depends"' "$CHECKOUT/__manifest__.py"
  find "$openeducat" -type f -not -name '*.pyc' -print0 | sort -z | xargs -0 cat | cksum) | cksum | cut -d' ' -f1)
template=moodle_attendance_template_$fingerprint

case $series in
  18.*) install=(--without-demo=all) ;;
  *) install=(--skip-auto-install) ;;
esac

if ! database_exists "$template"; then
  say "OpenEduCat ${OPENEDUCAT_ADDONS:+(real) }on Odoo $series: a template database, once"
  dropdb --if-exists "$template-part"
  rm -rf "$CACHE/data/filestore/$template-part" "$CACHE/data/filestore/$template"
  odoo -d "$template-part" -i openeducat_attendance "${install[@]}" --stop-after-init --log-level=warn
  psql -q -d postgres -c "ALTER DATABASE \"$template-part\" RENAME TO \"$template\""
  [ ! -d "$CACHE/data/filestore/$template-part" ] ||
    mv "$CACHE/data/filestore/$template-part" "$CACHE/data/filestore/$template"
fi

dropdb --if-exists "$name"
createdb -T "$template" "$name"
rm -rf "$CACHE/data/filestore/$name"
[ ! -d "$CACHE/data/filestore/$template" ] || cp -a "$CACHE/data/filestore/$template" "$CACHE/data/filestore/$name"
odoo -d "$name" -i "$ADDON" "${install[@]}" --stop-after-init --log-level=warn
