#!/usr/bin/env bash
# test_moodle.sh [phpunit | record | restores | volume | cost | OPTIONS OF unittest]: the Moodle plug-in in a real Moodle. MOODLE_HOME is
# an installed one to play with, with the Attendance activity, whose address is on this machine
# (such as http://127.0.0.1:8443). Courses and accounts are left in it. `phpunit` runs the plug-in's own tests alone
# (PHPUNIT: its options); without arguments they follow those from outside, if that Moodle has PHPUnit: `composer install`
# in its folder, $CFG->phpunit_prefix and $CFG->phpunit_dataroot in its config.php. `record` writes
# tests/recordings/companion instead of testing, `restores` tests/recordings/restores, `volume` measures 500 courses,
# `cost` what runs of the addon cost with it, by PHP's own times too (REPEAT, SIZE, OUT: cost.py).
# INTERLEAVINGS, READS, TRIES, CALLS: how many of each.
. "$(dirname "$0")/env.sh"
[ -n "${MOODLE_HOME:-}" ] || die "MOODLE_HOME is not set: the folder of a Moodle that may be changed"
[ -f "$MOODLE_HOME/config.php" ] || die "there is no config.php in $MOODLE_HOME: install that Moodle first"
command -v php >/dev/null || die "there is no php; Debian: php-cli php-pgsql php-mysql php-xml php-intl php-mbstring php-curl php-zip php-gd php-soap"
# Since 5.1 the code lies in a folder of its own.
MOODLE_CODE=$MOODLE_HOME
[ -f "$MOODLE_HOME/public/version.php" ] && MOODLE_CODE=$MOODLE_HOME/public
[ -f "$MOODLE_CODE/mod/attendance/version.php" ] || die "the Attendance activity is not installed in $MOODLE_CODE"
php=(php -d max_input_vars=5000)

say "The plug-in into Moodle"
"$CHECKOUT/dev/moodle_plugin.sh"
rm -rf "$MOODLE_CODE/local/wsattendance"
python3 -m zipfile -e "$(ls -t "$CHECKOUT"/dist/local_wsattendance-*.zip | head -1)" "$MOODLE_CODE/local"
"${php[@]}" "$MOODLE_HOME/admin/cli/upgrade.php" --non-interactive | tail -1

MOODLE_URL=$("${php[@]}" -r 'define("CLI_SCRIPT", true); require($argv[1] . "/config.php"); echo $CFG->wwwroot;' "$MOODLE_CODE")
server=${MOODLE_URL#http://}
case $server in
  127.0.0.1:* | localhost:*) ;;
  *) die "the address of that Moodle, $MOODLE_URL, is not on this machine" ;;
esac
# The plug-in's own tests, and those of Moodle that look at the privacy provider of each plug-in.
phpunit() {
  local tool=$MOODLE_CODE/admin/tool/phpunit/cli options=()
  read -ra options <<<"${PHPUNIT:-}"
  say "PHPUnit in $MOODLE_HOME"
  # After each change of a version Moodle wants its tables for tests made again, which takes minutes.
  "${php[@]}" "$tool/util.php" --diag >/dev/null 2>&1 || "${php[@]}" "$tool/init.php" --disable-composer >"$CACHE/phpunit-init.log" 2>&1 ||
    die "the tables for tests could not be made: $CACHE/phpunit-init.log"
  "${php[@]}" "$tool/util.php" --buildconfig >/dev/null
  cd "$MOODLE_HOME"
  "${php[@]}" vendor/bin/phpunit --testsuite local_wsattendance_testsuite "${options[@]}"
  "${php[@]}" vendor/bin/phpunit --filter '/provider_test::.*local_wsattendance/' --test-suffix provider_test.php "$MOODLE_CODE/privacy/tests"
}
if [ "${1:-}" = phpunit ]; then
  [ -f "$MOODLE_HOME/vendor/bin/phpunit" ] || die "there is no PHPUnit in $MOODLE_HOME; run there: composer install"
  phpunit
  exit
fi

# `cost` starts a server of its own, which notes PHP's times.
if [ "${1:-}" != cost ] && ! curl -so /dev/null "$MOODLE_URL"; then
  say "PHP's own server at $MOODLE_URL"
  mkdir -p "$CACHE"
  # Its workers outlive it: they are one group, to be ended as one.
  set -m
  PHP_CLI_SERVER_WORKERS=8 "${php[@]}" -S "$server" -t "$MOODLE_CODE" >"$CACHE/moodle-server.log" 2>&1 &
  pid=$!
  set +m
  trap 'kill -- "-$pid"' EXIT
  until curl -so /dev/null "$MOODLE_URL"; do
    kill -0 "$pid" || die "it did not start: $CACHE/moodle-server.log"
    sleep 0.2
  done
fi
export MOODLE_CODE MOODLE_URL MOODLE_PLUGIN=$MOODLE_CODE/local/wsattendance PYTHONDONTWRITEBYTECODE=1
cd "$CHECKOUT/dev/moodle"
case ${1:-} in
  record | volume) "$VENV/bin/python" "$1.py" ;;
  restores) "$VENV/bin/python" record_restores.py ;;
  cost)
    use_postgres
    export CHECKOUT CACHE CONF DB_BENCH=moodle_attendance_cost_$DB_SUFFIX
    "$CHECKOUT/dev/database.sh" "$DB_BENCH"
    trap 'dropdb --if-exists "$DB_BENCH"' EXIT
    "$VENV/bin/python" cost.py
    ;;
  "") "$VENV/bin/python" -m unittest -v black_box rights documented setting_up first_grades odd_values ;;
  *) "$VENV/bin/python" -m unittest -v "$@" ;;
esac
if [ $# = 0 ]; then
  if [ -f "$MOODLE_HOME/vendor/bin/phpunit" ]; then
    phpunit
  else
    say "There is no PHPUnit in $MOODLE_HOME: the plug-in's own tests are left out"
  fi
fi
