"""What an entry of the catalogue of gaps (``gaps``) is made of. Pure.

A detail is kept as a value that says no language: a day as ISO text, a student by id. Its
*sort* says how ``texts/messages_gaps`` shows it to a reader.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

# Whether sessions under new numbers are those of sheets that are here: *Follow*, *Other lessons*.
FOLLOW, OTHER = "follow", "other"

# What a gap names, in the order of its reason. Each detail is of another type, which only its
# :class:`Sort` tells.
Details = tuple[Any, ...]


class Sort(Enum):
    """How the value of a detail is shown."""

    TEXT = "text"  # as it is; an empty one as a dash
    WORDS = "words"  # what somebody else has said: a text, or a sentence as ``told`` keeps it
    DAY = "day"  # ISO text, shown as the reader's language writes dates
    NUMBER = "number"  # of something in Moodle; 0 where it is not known
    COUNT = "count"  # how many
    STUDENT = "student"  # id of an ``op.student``, shown by name
    BATCH = "batch"  # id of an ``op.batch``, shown by name
    PAIR = "pair"  # ids of an ``op.subject`` and an ``op.course``, shown by name
    ACCOUNT = "account"  # name or number of a Moodle account; empty: the gap's ``moodle_id``
    ACCOUNTS = "accounts"  # several of them
    MARKED = "marked"  # pairs of account and day, the first of the gap's marks
    ACTIVITY = "activity"  # name of an activity, or its number
    GROUP = "group"  # name of a Moodle group; empty: the gap's ``moodle_id``
    NAMES = "names"  # several texts
    NUMBERS = "numbers"  # several numbers
    STATUS = "status"  # one of ``P A L E``, shown as a word


@dataclass(frozen=True)
class OneOf:
    """The sort of a detail that is one of a few words, each shown as a text of its own.

    :param words: ``{value: text}``; any other value is shown as nothing
    """

    words: dict[str, str]


@dataclass(frozen=True)
class Amounts:
    """The sort of a detail ``{name: number}``: "3 of this, 2 of that".

    :param words: ``{name: text}`` in the order in which they are shown
    """

    words: dict[str, str]


@dataclass(frozen=True)
class Counted:
    """The sort of a number that is shown with what it counts: "1 sheet", "3 sheets".

    :param one: text for one
    :param many: text with one ``%s``, for any other number
    """

    one: str
    many: str


@dataclass(frozen=True)
class IfShown:
    """The sort of a text that Moodle may have kept to itself.

    :param there: text with one ``%s`` for it
    :param missing: text where it is empty
    """

    there: str
    missing: str


# How the value of a detail is shown: by one of these.
AnySort = Sort | OneOf | Amounts | Counted | IfShown


@dataclass(frozen=True)
class Case:
    """Another sentence, said where details have these very values.

    :param when: ``{name of a detail: value}``, a text or a number
    :param sentence: see :class:`Reason`
    """

    when: Mapping[str, str | int]
    sentence: str


class Fix(Enum):
    """What *Fix here* opens."""

    RECORD = "record"  # the record itself
    COURSE_DETAILS = "course details"  # of the student, in the course of the Moodle course
    SHEETS = "sheets"  # of the day, in the registers of the Moodle course


@dataclass(frozen=True)
class Reason:
    """Why there is a gap: what it names, what is said, what is offered.

    :param why: its name, kept with the gap; stays as it is for good
    :param details: ``{name: sort}``, in the order in which they are kept; a new one goes last
    :param sentence: what is wrong and how it is fixed; names details as ``%(name)s``, and
        ``%(moodle_id)s`` of the gap. A tuple: sentences one after the other, of which those
        that come out empty are left out.
    :param cases: of these the first that fits is said instead
    :param what: what the sentence calls ``%(what)s``, made of the same details
    :param also: ``{name: (name of a detail, sort)}``: a detail that is named in two ways
    :param record: model of the record of OpenEduCat that this is about
    :param fix: where it is fixed, if not in that record itself
    :param allows: whether *Apply anyway* can let it through
    :param asks: answers that a person can give: some of :data:`FOLLOW` and :data:`OTHER`
    :param keeps: name of the detail that *Keep* maps manually
    :param takes: name of the detail that *Take the new one* links from now on
    """

    why: str
    details: Mapping[str, AnySort]
    sentence: str | tuple[str, ...]
    cases: tuple[Case, ...] = ()
    what: str = ""
    also: Mapping[str, tuple[str, AnySort]] = field(default_factory=dict)
    record: str = ""
    fix: Fix = Fix.RECORD
    allows: bool = False
    asks: tuple[str, ...] = ()
    keeps: str = ""
    takes: str = ""

    def in_order(self, details: Mapping[str, object]) -> Details:
        """:param details: ``{name: value}`` of all details
        :return: tuple of the values, as a gap keeps them
        :raise ValueError: one is missing, or has a name that the reason does not know
        """
        if details.keys() != self.details.keys():
            raise ValueError(f"{self.why} has the details {list(self.details)}")
        return tuple(details[name] for name in self.details)

    def by_name(self, values: Iterable[object]) -> dict[str, Any]:
        """What :meth:`in_order` gave, or an older version, which may have kept fewer.

        :return: ``{name: value}``; an empty text for what is missing
        """
        values = (*values, *[""] * len(self.details))
        return dict(zip(self.details, values, strict=False))

    def sentences(self, details: Mapping[str, object]) -> tuple[str, ...]:
        """:param details: ``{name: value}``
        :return: tuple of the sentences to say, not translated
        """
        fitting = (
            case.sentence
            for case in self.cases
            if all(details[name] == value for name, value in case.when.items())
        )
        found = next(fitting, self.sentence)
        return found if isinstance(found, tuple) else (found,)


class Page(Enum):
    """What *In Moodle* opens."""

    COURSE = "course"
    ACCOUNT = "account"
    GROUPS = "groups"
    ATTENDANCE = "attendance"


@dataclass(frozen=True)
class Kind:
    """What people group gaps by. Any gap can be ignored.

    :param name: its value in the database
    :param label: its name on screens
    :param maps: model that *Map* gives a record of, where the gap has a ``moodle_id``
    """

    name: str
    label: str
    reasons: tuple[Reason, ...]
    maps: str = ""
    page: Page = Page.COURSE


@dataclass(frozen=True)
class KeptGap:
    """A gap as it was written down, by whatever version: as much as its sentence needs.

    :param details: as of a gap, or a list of the same
    """

    why: str
    details: Sequence[object] = ()
    moodle_id: int = 0
    marks: int = 0
