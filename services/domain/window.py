"""The window and the dates of a run, decided here alone: where *Days back* begins, which
sessions are inside it, which date a moment has, when a day begins and when it is noon. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytz

from . import brake, merge
from .records import MoodleCourse, MoodleSession, Sheet
from .status_meaning import Chosen

# Seconds behind the present after which a time can't be right: whatever is marked while a
# run is under way lies within them.
CLOCK_OFF = 3600
# What is noted of single sessions is kept that long, however short *Days back* is, so that it may
# be made longer, up to a school year and a month, and nothing is missing.
NOTED_DAYS = 400
# At this hour a session is made for a sheet that has no time of day.
NOON = 12


def date_of(seconds: int, zone: str) -> date:
    """:param seconds: unix seconds
    :param zone: name of a time zone
    :return: the calendar date of that moment there
    """
    return datetime.fromtimestamp(seconds, pytz.timezone(zone)).date()


def noon(day: date, zone: str) -> int:
    """:param zone: name of a time zone
    :return: unix seconds at which it is twelve o'clock there
    """
    moment = datetime(day.year, day.month, day.day, NOON)
    return int(pytz.timezone(zone).localize(moment).timestamp())


def window_start(today: date, days: int) -> date | None:
    """:param days: how many days back; 0 for all sessions
    :return: the first day, ``None`` for no such limit
    """
    return today - timedelta(days=days) if days else None


def first_moment(day: date, zone: str) -> int:
    """When a day begins: before all that is of it, also where its midnight is there twice.

    :param zone: name of a time zone
    :return: unix seconds
    """
    midnight = datetime(day.year, day.month, day.day)
    # Of two such moments pytz takes the earlier one for summer time.
    return int(pytz.timezone(zone).localize(midnight, is_dst=True).timestamp())


def noted_since(today: date, days: int) -> date | None:
    """:param days: how many days back; 0 for all sessions
    :return: the first day of which notes are kept, ``None`` for no such limit
    """
    return window_start(today, max(days, NOTED_DAYS) if days else 0)


@dataclass(frozen=True)
class Rules:
    """:param zone: name of the time zone in which a session's date is read
    :param window_start: first date that is looked at; ``None`` is everything
    :param direction: ``moodle``, ``oec`` or ``both``
    :param clock_offset: seconds that Moodle's clock is ahead of Odoo's
    :param user_id: Moodle's id of the account that we write with
    :param may_create: whether sessions that Moodle lacks may be made there
    :param now: unix seconds by Odoo's clock; ``None``: every session has begun
    :param chosen: what people have chosen for letters
    :param limits: ``brake.Limits``
    :param allowance: ``brake.Allowance``, what a person has let through in this course
    :param clock_sure: whether Moodle's clock goes evenly and not in another year
    :param sends_remarks: whether Moodle can be sent remarks, too
    :param reference_key: of this database, see ``references.py``
    """

    zone: str
    window_start: date | None = None
    direction: str = merge.MOODLE
    clock_offset: int = 0
    user_id: int = 0
    may_create: bool = False
    now: int | None = None
    chosen: tuple[Chosen, ...] = ()
    limits: brake.Limits = brake.DEFAULT
    allowance: brake.Allowance = brake.NOTHING
    clock_sure: bool = True
    sends_remarks: bool = False
    reference_key: str = ""

    @property
    def pushes(self) -> bool:
        return self.direction != merge.MOODLE

    @property
    def earliest(self) -> int:
        """Unix seconds at which the window begins, 0 for no limit."""
        return first_moment(self.window_start, self.zone) if self.window_start else 0

    @property
    def noted_since(self) -> int:
        """Unix seconds; what began before is not noted any more. 0 for no limit."""
        if self.window_start is None or self.now is None:
            return 0
        today = self.date(self.now)
        first = noted_since(today, (today - self.window_start).days)
        return first_moment(first, self.zone) if first else 0

    def wants(self, session: MoodleSession) -> bool:
        """Whether a session is inside the window: it was held in it; or, where Moodle's
        marks come over, it was taken or changed in it."""
        if self.in_window(self.date(session.starts)):
            return True
        touched = max(session.taken_at, session.modified_at)
        return self.direction != merge.OEC and self.in_window(self.date(touched))

    def begun(self, session: MoodleSession) -> bool:
        """Students can announce an absence for a session that has not begun."""
        return self.now is None or session.starts <= self.now

    def possible(self, seconds: int) -> bool:
        """Whether something can have happened at a time, by Odoo's clock."""
        return self.now is None or seconds <= self.now + CLOCK_OFF

    def holds(self, course: MoodleCourse, day: date) -> bool:
        """Whether a date lies between the start and the end of a Moodle course; a course
        without one of them is open on that side."""
        return (not course.starts or self.date(course.starts) <= day) and (
            not course.ends or day <= self.date(course.ends)
        )

    def in_window(self, day: date) -> bool:
        return self.window_start is None or day >= self.window_start

    def date(self, seconds: int) -> "date":
        """:param seconds: unix seconds
        :return: the date in ``zone``
        """
        return date_of(seconds, self.zone)


@dataclass(frozen=True)
class Counted:
    """:param sessions: those that are looked at, by time
    :param older: number of sessions with marks that were neither held nor taken nor changed
        inside the window
    :param early: number of sessions with marks before the course's start date
    """

    sessions: tuple[MoodleSession, ...]
    older: int
    early: int


def counted(
    sessions: Iterable[MoodleSession],
    course: MoodleCourse,
    sheets_of_session: Mapping[int, Iterable[Sheet]],
    rules: Rules,
) -> Counted:
    """Which sessions are looked at: those that the window wants; also one that was moved out
    of it, so that its sheet goes with it; never one before the course's start, which Moodle
    hides from its own reports (a course that is used again).

    :param sessions: ``MoodleSession`` of the course
    :param sheets_of_session: ``{session id: [Sheet, …]}``
    """
    found, older, early = [], 0, 0
    for session in sessions:
        dates = (sheet.date for sheet in sheets_of_session.get(session.id, ()))
        if session.starts < course.starts:
            early += bool(session.marks)
        elif rules.wants(session) or any(rules.in_window(day) for day in dates):
            found.append(session)
        else:
            older += bool(session.marks)
    return Counted(tuple(sorted(found, key=lambda s: (s.starts, s.id))), older, early)
