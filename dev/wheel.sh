#!/usr/bin/env bash
# A wheel for each Odoo series, into dist/. What git does not hold, tests and tools are
# not in it; the plug-in for Moodle is, because the set-up hands it out.
. "$(dirname "$0")/env.sh"
python3 -c 'import ensurepip, venv' 2>/dev/null || { apt_get update; apt_get install -y python3-venv; }
venv=$CACHE/wheel
[ -d "$venv" ] || python3 -m venv "$venv"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cd "$CHECKOUT"
for series in 18.0 19.0; do
  rm -rf "${copy:?}/$ADDON"
  mkdir "$copy/$ADDON"
  git ls-files -z -- ':!tests' ':!dev' ':!moodle/phpcs.xml' ':!.*' ':!Makefile' ':!*.cjs' ':!ruff.toml' | tar -c --null -T - | tar -x -C "$copy/$ADDON"
  mkdir "$copy/$ADDON/tests" && : >"$copy/$ADDON/tests/__init__.py"
  # As pip knows addons: the series is in front of the version.
  sed -i "s/\"version\": \"/&$series./" "$copy/$ADDON/__manifest__.py"
  sed -i "/^odoo_version_override/d" "$copy/$ADDON/pyproject.toml"
  "$venv/bin/pip" wheel -q --disable-pip-version-check --no-deps -w "$CHECKOUT/dist" "$copy/$ADDON"
done
ls "$CHECKOUT/dist"
