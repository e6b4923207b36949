#!/usr/bin/env bash
# kills.sh: fifty runs killed at random moments; the table says what the next ones made of it.
# KILLS is their number, KILL_SEED repeats one.
#
# PostgreSQL is restarted without a farewell in between, so it is one of its own, made for this
# and thrown away. A PostgreSQL that the caller names (PGHOST) is not ours to restart: there, the
# database's connections are cut, and the table says so.
. "$(dirname "$0")/env.sh"
ODOO_HOME=$(odoo_path)
export ODOO_HOME
work=$CACHE/kills
rm -rf "$work"
mkdir -p "$work"
ln -s "$(readlink -f "$VENV")" "$work/venv"

as_server() {
  if [ "$(id -u)" = 0 ]; then as_postgres "$@"; else "$@"; fi
}

if [ -z "${PGHOST:-}" ]; then
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
  PGPORT=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
  export PGHOST=127.0.0.1 PGUSER=odoo PGPASSWORD=odoo PGPORT
  home=$(mktemp -d)
  [ "$(id -u)" != 0 ] || chown postgres "$home"
  trap 'as_server "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null; rm -rf "$home"' EXIT
  as_server "$bin/initdb" -D "$home/data" -U odoo -A trust -E UTF8 --no-locale >/dev/null
  # What is committed has left PostgreSQL when it dies; the machine goes on.
  echo "
    port = $PGPORT
    unix_socket_directories = '$home'
    fsync = off" | as_server tee -a "$home/data/postgresql.conf" >/dev/null
  as_server "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w start >/dev/null
  KILLS_RESTART="'$bin/pg_ctl' -D '$home/data' -l '$home/log' -m immediate -w restart"
  [ "$(id -u)" != 0 ] || KILLS_RESTART="cd / && runuser -u postgres -- $KILLS_RESTART"
  export KILLS_RESTART
fi
export CACHE=$work
"$CHECKOUT/dev/setup.sh"
KILLS=${KILLS:-50} "$CHECKOUT/dev/test.sh" -q -s -k test_kills
