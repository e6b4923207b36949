#!/usr/bin/env bash
# All checks of .pre-commit-config.yaml on all files.
. "$(dirname "$0")/env.sh"
list=$CHECKOUT/dev/requirements-lint.txt
venv=$CACHE/lint
missing=()
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
command -v git >/dev/null || missing+=(git)
command -v npm >/dev/null || missing+=(nodejs npm)
command -v phpcs >/dev/null || missing+=(php-cli php-codesniffer)
if [ ${#missing[@]} != 0 ]; then
  say "Debian packages: ${missing[*]}"
  apt_get update
  apt_get install -y --no-install-recommends "${missing[@]}"
fi
own_venv "$venv" "$list"
cd "$CHECKOUT"
# pre-commit asks git for the files: of a checkout of somebody else's, too, and of a plain
# copy, of which a repository is made for as long as this takes.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=*
if [ "$(git rev-parse --show-toplevel 2>/dev/null)" != "$(pwd -P)" ]; then
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  tar -c --exclude=./.cache --exclude=./.git . | tar -x -C "$copy"
  cd "$copy"
  git init -q
  git add -A
fi
export PRE_COMMIT_HOME=$CACHE/pre-commit
export MYPY_CACHE_DIR=$CACHE/mypy
export PATH=$venv/bin:$PATH
"$venv/bin/pre-commit" run --all-files --show-diff-on-failure --color never "$@"
