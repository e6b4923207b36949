"""When a course at which Moodle breaks, or a part of one, is tried again. Pure.

Nobody knows when somebody has looked after it, and each try costs a time-out, or annoys a
firewall. So the schedule waits longer each time; a person who presses *Sync now* does not wait.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

# Seconds; the next run of the schedule is 15 minutes away.
FIRST = 30 * 60
DAY = 24 * 3600
# After so many failures the pause grows no more.
_ENOUGH = 10


@dataclass(frozen=True)
class Trouble:
    """What is kept of a course: how often in a row it has failed, and when it is tried again
    (unix seconds, 0 for at once)."""

    failures: int = 0
    next_try: int = 0

    def rests(self, now: int) -> bool:
        """Whether a scheduled run leaves the course alone.

        :param now: unix seconds
        """
        # A clock that was ahead and was set right holds nothing up.
        return now < self.next_try <= now + DAY

    def again(self, now: int) -> "Trouble":
        """After one failure more, in a run that began now."""
        failures = self.failures + 1
        pause = min(FIRST * 2 ** (min(failures, _ENOUGH) - 1), DAY)
        return Trouble(failures, now + pause)


NONE = Trouble()

# Parts of a course: an activity that can't be read, a session whose marks can't be sent, a sheet
# for which no session can be made; of the last one 0 stands for all.
ACTIVITY, SESSION, SHEET = "activity", "session", "sheet"
ALL = 0

Part = tuple[str, int]
# A sentence as JSON holds it, see ``texts.told``.
Told = str | dict[str, Any]


@dataclass(frozen=True)
class Troubles:
    """Of the parts of one course.

    :param kept: of each of them the trouble, and why it failed the last time
    """

    kept: Mapping[Part, tuple[Trouble, Told]] = field(default_factory=dict)

    def resting(self, now: int) -> dict[Part, Told]:
        """What a scheduled run leaves alone, and why that failed.

        :param now: unix seconds
        """
        return {part: why for part, (one, why) in self.kept.items() if one.rests(now)}

    def after(self, failed: Mapping[Part, Told], left: Collection[Part], now: int) -> "Troubles":
        """After a run that began now. What neither failed nor was left alone is well again, or
        there was nothing to do for it.

        :param failed: why it did
        :param left: what would have been done if it did not rest
        """
        kept = {part: found for part, found in self.kept.items() if part in left}
        for part, why in failed.items():
            before, _why = self.kept.get(part, (NONE, ""))
            kept[part] = before.again(now), why
        return Troubles(kept)

    def to_json(self) -> list[list[Any]]:
        return [
            [*part, one.failures, one.next_try, why]
            for part, (one, why) in sorted(self.kept.items(), key=lambda item: item[0])
        ]

    @classmethod
    def from_json(cls, data: Collection[list[Any]] | None) -> "Troubles":
        return cls(
            {(what, id_): (Trouble(*numbers), why) for what, id_, *numbers, why in data or ()}
        )
