"""What a status of Moodle means: present, absent, late, excused, or nothing that is
carried over. Pure.

mod_attendance stores its four default letters in the language that Moodle was installed
in, and each activity copies them: A is *Anwesend* (present) in German and *Atrasado*
(late) in Portuguese. So a letter is read with its description and its points, within its
set:

1. what a person has chosen for it (:class:`Chosen`);
2. P, A, L, E as they are, where nothing in the set speaks against it;
3. nothing.

A status that is hidden still says what its marks mean. It is judged beside those that are shown,
makes none of them doubtful, and is never sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .records import MoodleSession, MoodleStatus
from .status import normalized
from .status_words import meanings_of

LEAVE_OUT = "-"

# Why a status is not carried over.
CUSTOM = "custom"  # another letter than P A L E
DOUBT = "doubt"  # P A L E, and something in its set speaks against it
LEFT_OUT = "left_out"  # a person has chosen so
# Of these somebody has to say what they mean.
OPEN = (DOUBT, CUSTOM)


@dataclass(frozen=True)
class Chosen:
    """A row of ``moodle.status.meaning``.

    :param status: one of ``P A L E``, or :data:`LEAVE_OUT`
    :param description: of the status in Moodle; empty for any
    :param activity_id: Moodle's id of the one activity it is for, 0 for all
    :param send: whether this one is sent where several statuses of a set mean the same
    """

    acronym: str
    status: str
    description: str = ""
    activity_id: int = 0
    send: bool = False


class Described(Protocol):
    """A letter with what a teacher reads beside it."""

    @property
    def acronym(self) -> str: ...

    @property
    def description(self) -> str: ...


@dataclass(frozen=True)
class Meaning:
    """``status`` is ``None`` where the mark is not carried over, and ``why`` says why."""

    status: str | None
    why: str = ""
    send: bool = False


def meanings(
    statuses: Sequence[MoodleStatus],
    activity_id: int,
    chosen: Sequence[Chosen] = (),
    whole: bool = True,
) -> dict[int, Meaning]:
    """What the statuses of one set mean.

    :param statuses: all ``MoodleStatus`` of a session's own set, with hidden ones that have marks
    :param activity_id: of the session
    :param chosen: tuple of :class:`Chosen` of the instance
    :param whole: whether the list is complete; a set of which a part can't be read can't
        be judged
    :return: ``{status id: Meaning}``
    """
    rows = {status.id: row_for(status, activity_id, chosen) for status in statuses}
    result = {
        number: Meaning(None, LEFT_OUT)
        if row.status == LEAVE_OUT
        else Meaning(row.status, send=row.send)
        for number, row in rows.items()
        if row
    }
    plain = [status for status in statuses if not rows[status.id]]
    sound = {
        status.id
        for status in plain
        if normalized(status.acronym) and _sound_among(status, statuses)
    }
    # A letter that was chosen to mean what it says vouches for the set as well; one that is
    # hidden, where no other has its letter by now.
    vouched = {
        normalized(status.acronym)
        for status in _whole_set(statuses)
        if status.id in sound
        or ((row := rows[status.id]) and row.status == normalized(status.acronym))
    }
    for status in plain:
        letter = normalized(status.acronym)
        if letter is None:
            result[status.id] = Meaning(None, CUSTOM)
        elif not whole or status.id not in sound or (letter in "LE" and not vouched >= {"P", "A"}):
            result[status.id] = Meaning(None, DOUBT)
        else:
            result[status.id] = Meaning(letter)
    return result


def of_session(session: MoodleSession, chosen: Sequence[Chosen] = ()) -> dict[int, Meaning]:
    """The same for the set of a ``MoodleSession``."""
    return meanings(session.statuses, session.activity_id, chosen, session.set_is_whole)


def row_for(status: Described, activity_id: int, chosen: Iterable[Chosen]) -> Chosen | None:
    """What was chosen for a status, by the row that says most about it; or ``None``."""
    description = clean(status.description)
    fitting = [
        row
        for row in chosen
        if row.acronym.strip() == status.acronym.strip()
        and row.activity_id in (0, activity_id)
        and (not row.description or clean(row.description) == description)
    ]
    return max(
        fitting, key=lambda row: (bool(row.activity_id), bool(row.description)), default=None
    )


def clean(description: str | None) -> str:
    """A description for comparing: without differences in white space and in case."""
    return " ".join((description or "").split()).casefold()


def _whole_set(statuses: Iterable[MoodleStatus]) -> list[MoodleStatus]:
    """:return: those that are shown, and hidden ones of letters that none of these has"""
    statuses = list(statuses)
    shown = {status.acronym.strip() for status in statuses if not status.hidden}
    return [one for one in statuses if not one.hidden or one.acronym.strip() not in shown]


def _sound_among(status: MoodleStatus, statuses: Sequence[MoodleStatus]) -> bool:
    """Whether nothing speaks against a letter among those that are shown, or in the set as it was
    before some were hidden. Beside a hidden one, its successor does not count."""
    letter = status.acronym.strip()
    beside = [
        other
        for other in statuses
        if other.id == status.id or not status.hidden or other.acronym.strip() != letter
    ]
    shown = [other for other in beside if not other.hidden or other.id == status.id]
    return _sound(status, shown) or _sound(status, _whole_set(beside))


def _sound(status: MoodleStatus, statuses: Sequence[MoodleStatus]) -> bool:
    """Whether neither the points nor the description speak against the letter."""
    letter = normalized(status.acronym)
    words = meanings_of(status.description)
    if words and letter not in words:
        return False
    grades = [other.grade for other in statuses if other.grade is not None]
    if len(grades) < len(statuses) or len(set(grades)) == 1:
        # The points say nothing, so the description has to.
        return letter in words
    if letter == "P":
        return status.grade == max(grades)
    if letter == "A":
        return status.grade == min(grades)
    return True


def to_send(
    statuses: Iterable[MoodleStatus], found: Mapping[int, Meaning], wanted: str
) -> tuple[MoodleStatus | None, str]:
    """The status of a set to send for a mark.

    :param statuses: ``MoodleStatus`` of the session's set
    :param found: :func:`meanings` of them
    :param wanted: one of ``P A L E``
    :return: ``(MoodleStatus, "")``; or ``(None, why)``: ``none`` or ``several``
    """
    fitting = [one for one in statuses if not one.hidden and found[one.id].status == wanted]
    if len(fitting) > 1:
        fitting = [status for status in fitting if found[status.id].send] or fitting
    if len(fitting) == 1:
        return fitting[0], ""
    return None, "several" if fitting else "none"
