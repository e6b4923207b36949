"""The one state of an instance: what the badge shows, and the one thing to do next. Pure."""

from dataclasses import dataclass
from datetime import datetime

SETUP = "setup"
WORKING = "working"
PARTLY = "partly"
FAILING = "failing"
WAITING = "waiting"
OFF = "off"

# Why it is so. For whom it waits, the first of these goes first.
DATABASE = "database"
SITE = "site"
SITE_WAITS = "site_waits"
DIRECTION = "direction"
MEANING = "meaning"
STOPPED = "stopped"
COURSE = "course"
WAITS = (DATABASE, SITE, SITE_WAITS, DIRECTION, MEANING, STOPPED, COURSE)
# While one of these holds, the schedule does nothing at all.
HALTS = (DATABASE, SITE, SITE_WAITS, DIRECTION, MEANING)
STEPS = "steps"
UNTESTED = "untested"
TOKEN = "token"
ERROR = "error"
MENDED = "mended"
ARCHIVED = "archived"
SCHEDULE = "schedule"
COURSES = "courses"
FIRST = "first"
GAPS = "gaps"
TOKEN_ENDS = "token_ends"
NOTHING = ""


@dataclass(frozen=True)
class Facts:
    """:param in_setup: whether its set-up was begun and not finished
    :param scheduled: whether the schedule is switched on
    :param tested_at: last connection test
    :param failing_since: first run that could not work, since the last one that could
    :param tried_at: last run, whatever came of it
    :param ended_at: end of the last run that has come as far as the courses, or failed
    :param whole: whether that one did all courses
    :param waits: those of :data:`WAITS` that hold
    :param gaps: number of open gaps
    :param token_ends_soon: whether Moodle says that the token ends within a month
    """

    active: bool = True
    in_setup: bool = False
    has_token: bool = True
    scheduled: bool = True
    tested_at: datetime | None = None
    test_ok: bool = False
    failing_since: datetime | None = None
    tried_at: datetime | None = None
    ended_at: datetime | None = None
    whole: bool = True
    waits: tuple[str, ...] = ()
    gaps: int = 0
    token_ends_soon: bool = False

    @property
    def test_failed(self) -> bool:
        """Whether the last test failed, and no run has told better since."""
        return _after(self.tested_at, self.ended_at) and not self.test_ok

    @property
    def mended(self) -> bool:
        """Whether a test was passed after the last run, which had failed."""
        return self.test_ok and not self.stale

    @property
    def stale(self) -> bool:
        """Whether a run has failed since the last test."""
        since = self.failing_since
        if not since:
            return False
        return not _after(self.tested_at, max(since, self.tried_at or since))


@dataclass(frozen=True)
class State:
    """:param name: one of the six states
    :param why: which of its reasons; what is to be done next depends on it alone
    :param since: of :data:`FAILING`, if it is known
    """

    name: str
    why: str = NOTHING
    since: datetime | None = None


def state_of(facts: Facts) -> State:
    """What was found out last counts, and good news only from a run."""
    if not facts.active:
        return State(OFF, ARCHIVED)
    if DATABASE in facts.waits:
        # Of a copy nothing else is true, and nothing else can be done.
        return State(WAITING, DATABASE)
    if facts.in_setup:
        return State(SETUP, STEPS)
    unknown = not (facts.tested_at or facts.tried_at)
    if not facts.has_token:
        return State(SETUP if unknown else FAILING, TOKEN, facts.failing_since)
    if unknown:
        return State(SETUP, UNTESTED)
    if facts.failing_since or facts.test_failed:
        since = facts.failing_since or facts.tested_at
        return State(FAILING, MENDED if facts.mended else ERROR, since)
    if not facts.scheduled:
        return State(OFF, SCHEDULE)
    for why in WAITS:
        if why in facts.waits:
            return State(WAITING, why)
    if facts.token_ends_soon:
        # Nothing is more urgent as long as it works, and afterwards nothing works.
        partly = facts.ended_at and not facts.whole
        return State(PARTLY if partly else WORKING, TOKEN_ENDS)
    if not facts.ended_at:
        return State(WORKING, FIRST)
    if not facts.whole:
        return State(PARTLY, COURSES)
    return State(WORKING, GAPS if facts.gaps else NOTHING)


def _after(moment: datetime | None, other: datetime | None) -> bool:
    return moment > other if moment and other else bool(moment)
