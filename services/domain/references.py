"""What is written into a Moodle session that is made for a sheet, to find it again. Pure.

Every Odoo numbers its sheets from 1, and two of them can share a Moodle: so a reference carries a
random of this database, its key. Only a reference with our own key says anything of a sheet. Any
other one (without a key, as version 1.1 wrote it, or with another's) is text: such a session is
one like all others, for which its day and its group speak.
"""

from dataclasses import replace

from .plan import NewSession
from .records import MoodleSession, Sheet

# Of each reference, whoever has given it.
BEGIN = "oec_sheet_"


def _reference(sheet_id: int, key: str) -> str:
    """Letters, digits and underscores: the plug-in takes nothing else, and adds the brackets if
    they are missing."""
    return f"{BEGIN}{sheet_id}_{key}"


def is_made_for(session: MoodleSession, sheet: Sheet, key: str) -> bool:
    """Whether a session says that it was made for a sheet of this database.

    :param key: of this database; empty before it has made a session
    """
    return bool(key) and f"[{_reference(sheet.id, key)}]" in session.description


def referring(new: NewSession, key: str) -> NewSession:
    """A session to be made, with its reference.

    :param key: of this database
    """
    reference = _reference(new.sheet_id, key)
    description = f"{new.description} [{reference}]".strip()
    return replace(new, reference=reference, description=description)
