"""When a course at which Moodle breaks is tried again. Pure.

Nobody knows when somebody has looked after it, and each try costs a time-out, or annoys a
firewall. So the schedule waits longer each time; a person who presses *Sync now* does not wait.
"""

from dataclasses import dataclass

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
