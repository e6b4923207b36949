#!/usr/bin/env bash
# The zip of moodle/local_wsattendance that Moodle's installer takes, in dist/: the same bytes as
# those that the set-up in Odoo hands out.
. "$(dirname "$0")/env.sh"
mkdir -p "$CHECKOUT/dist"
zip=$(PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$CHECKOUT/services/moodle python3 - "$CHECKOUT/dist" <<'P'
import sys
from pathlib import Path

import plugin_zip

path = Path(sys.argv[1]) / plugin_zip.file_name()
path.write_bytes(plugin_zip.content())
print(path)
P
)
say "$zip"
