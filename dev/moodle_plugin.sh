#!/usr/bin/env bash
# The zip of moodle/local_wsattendance that Moodle's installer takes, in dist/.
. "$(dirname "$0")/env.sh"
plugin=$CHECKOUT/moodle/local_wsattendance
release=$(sed -n "s/^\$plugin->release = '\(.*\)';/\1/p" "$plugin/version.php")
zip=$CHECKOUT/dist/local_wsattendance-$release.zip
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Moodle wants a single folder in it, named like the plug-in without its kind.
cp -r "$plugin" "$folder/wsattendance"
mkdir -p "$CHECKOUT/dist"
rm -f "$zip"
python3 - "$folder" "${zip%.zip}" <<'P'
import shutil, sys
shutil.make_archive(sys.argv[2], "zip", sys.argv[1], "wsattendance")
P
say "$zip"
