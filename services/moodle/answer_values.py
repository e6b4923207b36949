"""Single values of Moodle's answers, taken strictly; and lists of which one odd entry does
not spoil the others. Pure.

An answer whose *shape* is not the recorded one is refused as a whole by
``moodle_reader.shaped``; a record in it that holds an impossible value is left out alone.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from ..domain.moodle_text import clean, unusable
from ..domain.records import LARGEST, OddRecord

DATE = "date"
TEXT = "text"
SHAPE = "shape"
NAME = "name"

_NUMBER = re.compile(r"\s*-?\d{1,20}\s*", re.ASCII)
_ANY_NUMBER = re.compile(r"-?\d{1,10}", re.ASCII)

# What JSON has made of an answer, or of a part of one: nothing is known of it before it has been
# taken here.
Json = Any

T = TypeVar("T")


class Numbered(Protocol):
    """What Moodle knows by a number."""

    @property
    def id(self) -> int: ...


N = TypeVar("N", bound=Numbered)


class Part:
    """A record that was built while its answer was still being parsed, in the place of what it
    was built of: an activity with 1,000 sessions of 40 students would take 100 MB else, for a
    moment.

    :param record: that was built
    """

    __slots__ = ("record",)

    def __init__(self, record: Any) -> None:
        self.record = record


@dataclass(frozen=True)
class Parts:
    """What is built of an answer while it is parsed.

    :param mark: a key that such objects have, and no others
    :param build: function of one of them; what it refuses stays as it is
    """

    mark: str
    build: Callable[[Json], Any]

    def put(self, item: Json) -> Json:
        """:return: :class:`Part`, or the item itself"""
        try:
            return Part(self.build(item))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            # Whoever asked for the answer meets it again, and says what is wrong.
            return item


class OddValue(ValueError):
    """:param reason: ``date``, ``text`` or ``shape``, see ``records.OddRecord``"""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def number(value: Json) -> int:
    """A non-negative number that fits the database; 0 for null.

    :raise OddValue: another value
    """
    # What nearly all are: an answer has thousands of them.
    if type(value) is int and 0 <= value <= LARGEST:
        return value
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        raise OddValue(SHAPE)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise OddValue(SHAPE)
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        raise OddValue(SHAPE) from None
    if isinstance(value, float) and value != found:
        raise OddValue(SHAPE)
    if not 0 <= found <= LARGEST:
        raise OddValue(SHAPE)
    return found


def identity(value: Json) -> int:
    """The number by which Moodle knows something: they begin with 1. A 0 stands for nothing, on
    both sides, and a record that has it would be everybody's.

    :raise OddValue: another value
    """
    found = number(value)
    if not found:
        raise OddValue(SHAPE)
    return found


def moment(value: Json) -> int:
    """Unix seconds; 0 for null.

    :raise OddValue: a date before 1970 or after 2038, or no number
    """
    try:
        return number(value)
    except OddValue:
        if isinstance(value, int | float) or re.fullmatch(r"-?\d{1,20}", str(value)):
            raise OddValue(DATE) from None
        raise


def text(value: Json) -> str:
    """A text as it is; empty for null.

    :raise OddValue: characters that no database takes
    """
    if isinstance(value, list | dict):
        raise OddValue(SHAPE)
    found = str(value if value is not None else "")
    if unusable(found):
        raise OddValue(TEXT)
    return found


def plain(value: Json) -> str:
    """A short text that may hold markup, without it, on one line.

    :raise OddValue: see :func:`text`
    """
    return clean(text(value))


def any_number(value: Json) -> int:
    """A number that can stand in a log row for a status: also a negative one.

    :raise OddValue: another value
    """
    # See number.
    if type(value) is int and -LARGEST <= value <= LARGEST:
        return value
    text_value = str(value)
    if isinstance(value, bool) or not _ANY_NUMBER.fullmatch(text_value):
        raise OddValue(SHAPE)
    found = int(text_value)
    if abs(found) > LARGEST:
        raise OddValue(SHAPE)
    return found


@lru_cache(maxsize=4096)
def shared(found: int) -> int:
    """The same number, as one object for all who hold it: of the marks of a course most have the
    numbers of a few students, statuses and teachers."""
    return found


def grade(value: Json) -> float | None:
    """The points of a status; ``None`` where there are none.

    :raise OddValue: no finite number
    """
    if value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        raise OddValue(SHAPE) from None
    if found != found or found in (float("inf"), float("-inf")):
        raise OddValue(SHAPE)
    return found


def each(
    items: Json,
    build: Callable[[Json], T],
    what: str,
    odd: list[OddRecord],
    mark: str,
    key: str = "id",
    shown: str | None = None,
    **where: int,
) -> list[T]:
    """Build a record of each item; what can't be used goes to ``odd``.

    A record whose text ``shown`` holds impossible characters is used without them, and noted.
    An answer in which nothing has the key ``mark`` is one to another question, and refused.

    :param items: list of an answer
    :param build: function of one item
    :param what: of :class:`~..domain.records.OddRecord`
    :param odd: list that is added to
    :param mark: a key that all such items have and others have not
    :param key: where the item's id stands
    :param shown: where a text stands that is only shown
    :param where: further values of ``OddRecord``
    :return: list of what was built
    :raise TypeError: ``items`` is no list of such items
    """
    if not isinstance(items, list) or (items and not any(_is(item, mark) for item in items)):
        raise TypeError(f"{type(items).__name__} instead of a list of {what}")
    found = []
    for item in items:
        try:
            found.append(item.record if isinstance(item, Part) else build(item))
        except OddValue as error:
            odd.append(OddRecord(what, _id(item, key, mark), error.reason, **where))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            odd.append(OddRecord(what, _id(item, key, mark), SHAPE, **where))
        else:
            if shown and not isinstance(item, Part) and unusable(str(item.get(shown) or "")):
                odd.append(OddRecord(what, _id(item, key, mark), NAME, **where))
    return found


def once(found: Iterable[N]) -> tuple[N, ...]:
    """Records of a list without those whose id was there before: a list that holds one thing
    twice says no more than one that holds it once.

    :param found: iterable of records with an ``id``
    :return: tuple
    """
    return tuple({record.id: record for record in reversed(list(found))}.values())[::-1]


def _is(item: Json, mark: str) -> bool:
    return isinstance(item, Part) or (isinstance(item, dict) and mark in item)


def _id(item: Json, key: str, mark: str) -> int:
    if not _is(item, mark):
        return 0
    try:
        return number(item[key])
    except (KeyError, TypeError, ValueError, IndexError):
        return 0
