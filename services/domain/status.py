"""P A L E <-> present, absent, late, excused: the fixed mapping, both ways."""

from collections.abc import Iterable, Mapping
from itertools import product

FIELDS = {"P": "present", "A": "absent", "L": "late", "E": "excused"}
STATUSES = tuple(FIELDS)


def normalized(acronym: str | None) -> str | None:
    """A Moodle acronym as one of ``P A L E``, or ``None`` for any other.

    Only spaces around it are forgiven: ``p`` is another acronym than ``P``.
    """
    acronym = (acronym or "").strip()
    return acronym if acronym in FIELDS else None


def booleans(status: str | None) -> dict[str, bool]:
    """The four fields of op.attendance.line, exactly one of them True."""
    return {field: key == status for key, field in FIELDS.items()}


def from_booleans(values: Mapping[str, object]) -> str | None:
    """The status that four booleans say; ``None`` if none or several are set.

    :param values: a mapping with the keys present, absent, late, excused
    """
    return _status([values[field] for field in FIELDS.values()])


def _status(flags: Iterable[object]) -> str | None:
    """:param flags: in the order of :data:`FIELDS`"""
    found = [key for key, flag in zip(FIELDS, flags, strict=True) if flag]
    return found[0] if len(found) == 1 else None


# The same by four values in the order of FIELDS, as a database gives them: a course has
# thousands.
STATUS_OF = {flags: _status(flags) for flags in product((True, False, None), repeat=len(FIELDS))}
