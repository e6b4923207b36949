"""Writes i18n/openeducat_moodle_attendance.pot; in an Odoo 19 shell (`make terms`)."""

import io
import os
from pathlib import Path

import polib

from odoo.tools.translate import trans_export

ADDON = "openeducat_moodle_attendance"

buffer = io.BytesIO()
trans_export(None, [ADDON], buffer, "po", env)  # noqa: F821 (Odoo's shell provides it)
template = polib.pofile(buffer.getvalue().decode())
folder = Path(os.environ["CHECKOUT"]) / "i18n"
folder.mkdir(exist_ok=True)
# No dates: two exports of the same terms are the same file.
template.metadata = {
    "Project-Id-Version": "Odoo Server 19.0",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
template.save(folder / f"{ADDON}.pot")
for path in sorted(folder.glob("*.po")):
    translation = polib.pofile(path)
    translation.merge(template)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.save(path)
    left = [e for e in translation if not e.translated()]
    print(f"{path.name}: {len(left)} of {len(translation)} terms are not translated")
