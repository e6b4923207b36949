"""The attendance of a course as a table: which sheets are one session, and in what order
sessions and names stand. Pure."""

import re
import unicodedata

from .records import Seen

_DIGITS = re.compile(r"(\d+)")


def session_key(sheet_id: int, instance_id: int, session_id: int, seen: str | None) -> str:
    """Sheets of the same key are one column: those of several batches in one Moodle session.

    :param sheet_id: of a sheet that is of no session in Moodle
    :param session_id: Moodle's, 0 for none
    :param seen: text of ``records.Seen``; the same number can be of another activity
    """
    if not (instance_id and session_id):
        return f"sheet:{sheet_id}"
    found = Seen.parse(seen)
    place = f"{found.course_id}:{found.activity_id}" if found else ""
    return f"session:{instance_id}:{session_id}:{place}"


def natural_key(name: str | None) -> list[int | str]:
    """For sorting as people do: *Student 2* before *Student 10*, *Émile* beside *Emil*."""
    plain = unicodedata.normalize("NFKD", (name or "").casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return [int(part) if part.isdecimal() else part for part in _DIGITS.split(plain)]
