"""What holds for one course: its own settings, else those of its instance. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from .merge import MOODLE

ON, OFF = "on", "off"
PAUSED, WAITS = "paused", "waits"
# Of a course whose key is another Moodle course's now; it is not even matched, so no setting of
# its own counts.
ENDED = "ended"


@dataclass(frozen=True)
class Common:
    """Of the instance: ``on`` is whether courses are synchronised that say nothing."""

    on: bool = True
    direction: str = MOODLE
    days: int = 0


@dataclass(frozen=True)
class Own:
    """Of the course; ``None`` is as the instance.

    * ``switch``: :data:`ON` or :data:`OFF`;
    * ``paused_until``: the first day on which it is synchronised again;
    * ``waits_since``: when its direction was changed; no person has started a run since.
    """

    switch: str | None = None
    direction: str | None = None
    days: int | None = None
    paused_until: date | None = None
    waits_since: datetime | None = None


@dataclass(frozen=True)
class Effective:
    """``state``: :data:`ON`, :data:`OFF`, :data:`PAUSED` or :data:`WAITS`; ``days``: 0 is all
    sessions."""

    state: str
    direction: str
    days: int
    waits_since: datetime | None = None

    def rests(self, scheduled: bool, started: datetime | None = None) -> bool:
        """Whether a run leaves the course alone.

        :param scheduled: whether the schedule has begun the run, and no person
        :param started: when it began; ``None`` for now
        """
        if self.state != WAITS:
            return self.state != ON
        since = self.waits_since
        return scheduled or bool(started and since and started < since)


def effective(own: Own, common: Common, today: date) -> Effective:
    """:param today: the date in the instance's time zone"""
    on = own.switch == ON if own.switch else common.on
    if not on:
        state = OFF
    elif own.paused_until and today < own.paused_until:
        state = PAUSED
    else:
        state = WAITS if own.waits_since else ON
    return Effective(
        state,
        own.direction or common.direction,
        common.days if own.days is None else own.days,
        own.waits_since,
    )
