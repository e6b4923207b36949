#!/usr/bin/env bash
# ruff (style, format, likely bugs) and pylint-odoo (Odoo's conventions).
. "$(dirname "$0")/env.sh"
list=$CHECKOUT/dev/requirements-lint.txt
venv=$CACHE/lint
if [ ! -f "$venv/.stamp" ] || ! cmp -s "$list" "$venv/.stamp"; then
  python3 -c 'import ensurepip, venv' 2>/dev/null || { as_root apt-get -qq update; as_root apt-get -qq install -y python3-venv >/dev/null; }
  mkdir -p "$CACHE"
  [ -d "$venv" ] || python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check --require-hashes -r "$list"
  cp "$list" "$venv/.stamp"
fi
cd "$CHECKOUT"
"$venv/bin/ruff" check .
"$venv/bin/ruff" format --check .
# pylint-odoo knows an addon by the folder of its technical name.
mkdir -p "$CACHE/addons"
ln -sfn "$CHECKOUT" "$CACHE/addons/$ADDON"
cd "$CACHE/addons"
# The README is in Markdown, the authors are not OCA, and a version of three numbers
# gets the series in front by itself, so that one tree serves both.
"$venv/bin/pylint" --rcfile="$CHECKOUT/.pylintrc" --disable=all --enable=odoolint \
  --disable=missing-readme,manifest-required-author,manifest-version-format "$ADDON"
