#!/usr/bin/env bash
# setup.sh [browser]: everything `make demo` and `make test` stand on: system packages, PostgreSQL, a
# real Odoo, a virtual environment, a configuration. Each step looks first whether
# its work is done already, so a second run takes seconds. The tests need a browser, too.
. "$(dirname "$0")/env.sh"
mkdir -p "$CACHE"

system_packages() {
  local missing=()
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  [ -n "${PGHOST:-}" ] || command -v pg_createcluster >/dev/null || missing+=(postgresql)
  command -v psql >/dev/null || missing+=(postgresql-client)
  [ "${1:-}" != browser ] || command -v chromium google-chrome >/dev/null || missing+=(chromium)
  [ ${#missing[@]} = 0 ] && return
  say "Debian packages: ${missing[*]}"
  apt_get update
  apt_get install -y --no-install-recommends "${missing[@]}"
}

own_cluster() {
  [ -n "${PGHOST:-}" ] && return
  local version
  version=$(ls /usr/lib/postgresql | sort -n | tail -1)
  if [ -z "$(own_cluster_port)" ]; then
    say "PostgreSQL $version: a cluster named $PG_CLUSTER"
    # A test database need not survive a power cut: fsync off halves the run.
    as_root pg_createcluster "$version" "$PG_CLUSTER" -o fsync=off -o synchronous_commit=off >/dev/null
  fi
  pg_lsclusters --no-header | awk -v name="$PG_CLUSTER" '$2 == name {print $4}' | grep -q online ||
    as_root pg_ctlcluster "$version" "$PG_CLUSTER" start
  as_postgres psql -qAt -p "$(own_cluster_port)" -c "SELECT 1 FROM pg_roles WHERE rolname = 'odoo'" | grep -q 1 ||
    as_postgres psql -q -p "$(own_cluster_port)" -c "CREATE ROLE odoo LOGIN CREATEDB PASSWORD 'odoo'"
}

# One Debian suite only, its state in the cache; signatures and checksums are
# verified by apt as ever.
apt_at() {
  local suite=$1 dir=$CACHE/apt/$1 site
  shift
  site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sort -u | grep -m1 debian || true)
  [ -n "$site" ] || { apt_get update; site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sort -u | grep -m1 debian); }
  mkdir -p "$dir/lists/partial" "$dir/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" >"$dir/sources.list"
  apt-get -qq -oDir::Etc::sourcelist="$dir/sources.list" -oDir::Etc::sourceparts=/dev/null \
    -oDir::Etc::preferencesparts=/dev/null -oDir::State::Lists="$dir/lists" -oDir::Cache::archives="$dir/archives" \
    -oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache= -oAcquire::Languages=none -oAcquire::Retries=3 \
    -oAPT::Sandbox::User=root -oDebug::NoLocking=1 "$@"
}

fetch_odoo() {
  [ -n "${ODOO_HOME:-}" ] && return
  [ -d "$CACHE/odoo" ] && return
  say "Odoo 19 from the Debian archive (122 MB, once)"
  mkdir -p "$CACHE/deb"
  apt_at sid update
  apt_at bookworm update
  (
    cd "$CACHE/deb"
    apt_at sid download odoo-19 fonts-montserrat ||
      die "Debian's archive no longer has the package odoo-19; set ODOO_HOME to an Odoo 19.0 or 18.0 of your own"
    # sid's fonts-font-awesome and fonts-inconsolata have other file names than
    # those Odoo's links point at, so the icons would be gone.
    apt_at bookworm download fonts-font-awesome fonts-inconsolata fonts-ocr-b fonts-roboto-unhinted \
      libjs-jquery libjs-jquery-form libjs-underscore
  )
  local part=$CACHE/odoo.part packages=./usr/lib/python3/dist-packages deb
  rm -rf "$part"
  mkdir -p "$part"
  for deb in "$CACHE"/deb/*.deb; do
    # dist-packages/addons is a second, Python-only copy of the addons, which
    # Odoo 19 would put on its path by itself.
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$part" --exclude="$packages/addons" --exclude="$packages/doc" \
      --exclude="$packages/setup" --exclude="$packages/odoo/addons/l10n_*" --exclude='*.po' --exclude=./usr/share/doc
  done
  # Debian leaves this file out, and every page that loads Discuss then logs an
  # error; it only blurs the background of video calls.
  local blur=$part/$packages/odoo/addons/mail/static/lib/selfie_segmentation
  mkdir -p "$blur"
  : >"$blur/selfie_segmentation.js"
  mv "$part" "$CACHE/odoo"
  [ -z "$(find "$CACHE/odoo" -xtype l)" ] || die "links in the unpacked Odoo lead nowhere: $(find "$CACHE/odoo" -xtype l | head -3)"
}

virtual_environment() {
  local list=$CHECKOUT/dev/requirements.txt stamp=$VENV/.stamp want
  want=$( (sha256sum <"$list"; odoo_path; python3 --version) | sha256sum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
  say "Python packages (checksums from dev/requirements.txt)"
  [ -d "$VENV" ] || python3 -m venv "$VENV"
  pip_install "$VENV" "$list"
  odoo_path >"$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/odoo-home.pth"
  echo "$want" >"$stamp"
}

configuration() {
  use_postgres
  # The addon is the checkout itself; Odoo wants a folder of its technical name.
  mkdir -p "$CACHE/addons"
  ln -sfn "$CHECKOUT" "$CACHE/addons/$ADDON"
  local path=$CACHE/addons,${OPENEDUCAT_ADDONS:-$CHECKOUT/tests/openeducat}
  # 18.0 does not find the addons of an official checkout by itself.
  [ -d "$(odoo_path)/addons" ] && path=$(odoo_path)/addons,$path
  # No limit of memory: each thread of the tests' many servers reserves some that it never uses.
  cat >"$CONF" <<C
[options]
limit_memory_hard = 0
addons_path = $path
data_dir = $CACHE/data
db_host = $PGHOST
db_port = $PGPORT
db_user = $PGUSER
db_password = $PGPASSWORD
http_interface = 127.0.0.1
http_port = ${ODOO_PORT:-8069}
gevent_port = $((${ODOO_PORT:-8069} + 3))
max_cron_threads = 0
list_db = False
C
}

system_packages "$@"
own_cluster
fetch_odoo
virtual_environment
configuration
