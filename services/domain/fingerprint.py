"""One short text for all that a plan writes, by which an approved plan is known again. Pure.

Everything is in it that stands in a field, of whatever kind a plan gets in later years. A field
that says nothing of what is written is named as such where it is declared, with the reason::

    gaps: tuple[Gap, ...] = field(default=(), metadata={ASIDE: "told to people alone"})
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache

# Key of a field's metadata: why it is no part of what is written.
ASIDE = "aside"


@cache
def written_fields(kind: type) -> tuple[str, ...]:
    """:return: names of the fields of a dataclass that belong to what is written"""
    return tuple(one.name for one in fields(kind) if ASIDE not in one.metadata)


def fingerprint_of(value: object) -> str:
    """:param value: a dataclass, or what a field of one may hold
    :raise TypeError: it holds something of which it isn't known whether it looks the same in
        another process
    """
    text = json.dumps(_plain(value), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _plain(value: object) -> object:
    """The same in JSON's own kinds, each told from the others."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if is_dataclass(value):
        kind: type = type(value)
        return [kind.__name__, *(_plain(getattr(value, name)) for name in written_fields(kind))]
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Mapping):
        # In whatever order it was filled.
        items = [[_plain(key), _plain(item)] for key, item in value.items()]
        return {"items": sorted(items, key=json.dumps)}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(json.dumps(_plain(item)) for item in value)}
    raise TypeError(f"{type(value).__name__} can't be part of a plan's fingerprint")
