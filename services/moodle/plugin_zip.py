"""Our own plug-in for Moodle as the zip that Moodle's installer takes, made of the folder that comes
with the addon. ``make moodle-plugin`` makes it by this file alone, without Odoo.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "moodle" / "local_wsattendance"
# Moodle's installer wants a single folder, named like the plug-in without its kind.
ROOT = "wsattendance"
_VALUE = r"^\$plugin->%s = '?([\w.]+)'?;"


@dataclass(frozen=True)
class Version:
    """What ``version.php`` says.

    :param number: Moodle's way of counting versions, such as ``2026112600``
    :param release: for people, such as ``1.0.0``
    """

    number: int
    release: str


def version(folder: Path = FOLDER) -> Version:
    """:raise OSError: the folder is not there"""
    source = (folder / "version.php").read_text(encoding="utf-8")

    def value(name: str) -> str:
        found = re.search(_VALUE % name, source, re.MULTILINE)
        assert found, f"version.php says no {name}"
        return found[1]

    return Version(int(value("version")), value("release"))


def newer_than(found: str) -> bool:
    """Whether what comes with the addon is newer than what a Moodle has.

    :param found: version number as Moodle tells it
    """
    try:
        return found.isdecimal() and version().number > int(found)
    except OSError:
        # Somebody has taken the folder away; then there is nothing to offer.
        return False


def file_name(folder: Path = FOLDER) -> str:
    """:raise OSError: the folder is not there"""
    return f"local_wsattendance-{version(folder).release}.zip"


def content(folder: Path = FOLDER) -> bytes:
    """:return: the zip; the same bytes for the same files, whenever and wherever it is made
    :raise OSError: the folder is not there
    """
    number = version(folder).number
    # Files get the day of the version: that of a checkout or an installation says nothing.
    made = (number // 1_000_000, number // 10_000 % 100, number // 100 % 100, 0, 0, 0)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in [folder, *_inside(folder)]:
            name = (Path(ROOT) / path.relative_to(folder)).as_posix()
            entry = zipfile.ZipInfo(name + "/" * path.is_dir(), made)
            # Unix, whatever it is made on, because of what follows: the kind of file and its mode.
            entry.create_system = 3
            entry.external_attr = (0o40755 if path.is_dir() else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, b"" if path.is_dir() else path.read_bytes())
    return packed.getvalue()


def _inside(folder: Path) -> list[Path]:
    """:return: all in a folder and its folders, but for what an editor or a system has left"""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
