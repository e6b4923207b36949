# Sourced by the other scripts: where things are, what the caller overrides, and
# the few functions they share. Nothing here changes the machine.
#
#   ODOO_HOME         an existing Odoo 18.0 or 19.0 (an official checkout, or a
#                     folder with the package `odoo` in it); else one is fetched
#   OPENEDUCAT_ADDONS a folder with the real OpenEduCat modules; else stand-ins
#   PGHOST, PGPORT, PGUSER, PGPASSWORD
#                     an existing PostgreSQL and a role that may create databases;
#                     else a cluster of our own is made
#   MOODLE_URL, MOODLE_TOKEN
#                     a real Moodle for `make demo`; else a scripted one is started
#   CACHE             where all that is fetched is kept (default: .cache)

set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ADDON=openeducat_moodle_attendance
CACHE=${CACHE:-$CHECKOUT/.cache}
VENV=$CACHE/venv
CONF=$CACHE/odoo.conf
PG_CLUSTER=openeducat-moodle
# Databases of two checkouts, or of two Odoos of one, must not meet.
DB_SUFFIX=$(printf "%s" "$CHECKOUT $CACHE" | cksum | cut -d" " -f1)
DB_TEST=moodle_attendance_test_$DB_SUFFIX
DB_DEMO=moodle_attendance_demo_$DB_SUFFIX

say() { printf '%s\n' "== $*"; }
die() { printf '%s\n' "error: $*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "'$1' needs root, and there is no sudo; CONTRIBUTING.md, 'Overrides', names the variables that do without"
  fi
}

# A new Debian upgrades itself in its first minutes, and nobody else may install meanwhile.
apt_get() {
  local waiting='' trouble
  until trouble=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" 2>&1 >/dev/null); do
    case $trouble in
      *"Could not get lock"* | *"Unable to lock"*) ;;
      *) printf '%s\n' "$trouble" >&2; return 1 ;;
    esac
    [ -n "$waiting" ] || say "Another apt is at work; waiting for it to finish"
    waiting=1
    sleep 5
  done
}

# pip_install VENV LIST: what LIST names, and nothing else. LIST is whole, so pip looks for no dependencies:
# one that asks for a package's extra (coverage[toml]) would make it try the newest release, which has no
# checksum here. What pip says of folders in this machine's own configuration is of no use to anybody.
pip_install() {
  "$1/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r "$2" \
    2> >(grep -v '^WARNING: Location .* is ignored' >&2)
}

# own_venv VENV LIST: an environment with exactly what LIST names, made once for each LIST.
own_venv() {
  if [ -f "$1/.stamp" ] && cmp -s "$2" "$1/.stamp"; then return; fi
  mkdir -p "$(dirname "$1")"
  [ -d "$1" ] || python3 -m venv "$1"
  pip_install "$1" "$2"
  cp "$2" "$1/.stamp"
}

as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@")
  else (cd / && sudo -u postgres "$@")
  fi
}

own_cluster_port() { pg_lsclusters --no-header | awk -v name="$PG_CLUSTER" '$2 == name {print $3; exit}'; }

use_postgres() {
  if [ -z "${PGHOST:-}" ]; then
    PGHOST=127.0.0.1 PGUSER=odoo PGPASSWORD=odoo
    PGPORT=$(own_cluster_port)
  fi
  export PGHOST PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-$(id -un)} PGPASSWORD=${PGPASSWORD:-}
  export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"
}

# Where `import odoo` finds Odoo, and the folders of addons that lie beside it.
odoo_path() { printf '%s' "${ODOO_HOME:-$CACHE/odoo/usr/lib/python3/dist-packages}"; }

# odoo [shell] OPTIONS: a sub-command has to come before the configuration.
odoo() {
  local command=server
  case ${1:-} in [a-z]*) command=$1; shift ;; esac
  "$VENV/bin/python" -m odoo "$command" --config "$CONF" "$@"
}

database_exists() { psql -qAt -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'" | grep -q 1; }
