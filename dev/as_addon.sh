#!/usr/bin/env bash
# as_addon.sh COMMAND...: runs it beside a folder of the addon's technical name, by which
# the linters know an addon. It holds what git holds, so nothing that was fetched.
. "$(dirname "$0")/env.sh"
beside=$(mktemp -d)
trap 'rm -rf "$beside"' EXIT
mkdir "$beside/$ADDON"
cd "$CHECKOUT"
git ls-files -z --cached --others --exclude-standard |
  while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done |
  tar -c --null -T - | tar -x -C "$beside/$ADDON"
cd "$beside"
"$@"
