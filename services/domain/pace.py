"""How many calls of one Moodle may be under way at once.

A Moodle that answers well is asked as much as its instance allows. One that says that it is
busy (429, 502, 503, 504), or that takes much longer than it did a moment ago, is asked less,
down to one call at a time; as it recovers, more again. Additive increase, multiplicative
decrease, as TCP does it.

One course that is slow, or at which Moodle breaks, says nothing of Moodle as long as others are
answered well meanwhile.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

# A Moodle is slower than it was once calls of one function take this many times as long as
# those that were quickest, and this many seconds longer.
SLOWER = 3.0
LONGER = 0.5
# How much the newest call counts in the average of its function.
NEWEST = 0.3
# Calls of a function before its average says anything.
LEAST = 3
# Good answers in a row after which one call more is tried.
PATIENCE = 12


@dataclass(frozen=True)
class Average:
    """Of the calls of one function: how many, how long they take now, and at their quickest;
    seconds."""

    calls: int
    now: float
    best: float

    def after(self, seconds: float) -> "Average":
        now = self.now + NEWEST * (seconds - self.now)
        calls = self.calls + 1
        best = now if calls <= LEAST else min(self.best, now)
        return Average(calls, now, best)

    @property
    def slow(self) -> bool:
        return self.now > SLOWER * self.best and self.now > self.best + LONGER


@dataclass(frozen=True)
class Pace:
    """* ``most``: calls at once that the instance allows;
    * ``now``: those that are allowed at present, from 1 to ``most``;
    * ``good``: good answers since that last changed;
    * ``times``: :class:`Average` of each function;
    * ``well``: the last two courses that were answered well since Moodle was slow or busy.
    """

    most: int
    now: int
    good: int = 0
    times: dict[str, Average] = field(default_factory=dict)
    well: tuple[Hashable, ...] = ()

    @classmethod
    def of(cls, most: int) -> "Pace":
        return cls(most, most)

    def after(
        self, function: str, seconds: float, busy: bool, whose: Hashable | None = None
    ) -> "Pace":
        """:param function: whose call has ended
        :param seconds: that it took
        :param busy: whether Moodle said that it has too much to do
        :param whose: the course that it was about, ``None`` for none
        """
        before = self.times.get(function)
        average = before.after(seconds) if before else Average(1, seconds, seconds)
        if not (busy or average.slow):
            return self._better({**self.times, function: average}, whose)
        if whose is not None and any(other != whose for other in self.well):
            # Once for each good answer: a Moodle that has too much to do gives none.
            return replace(self, well=())
        if busy:
            return replace(self, now=max(self.now // 2, 1), good=0, well=())
        times = {**self.times, function: average}
        # Those that were under way together tell of one trouble: it counts once.
        if self.good < self.now:
            return replace(self, good=self.good + 1, times=times, well=())
        return replace(self, now=max(self.now - 1, 1), good=0, times=times, well=())

    def _better(self, times: dict[str, Average], whose: Hashable | None) -> "Pace":
        """A good answer."""
        well = self.well
        if whose is not None:
            well = (whose, *(other for other in well if other != whose))[:2]
        if self.good + 1 >= PATIENCE and self.now < self.most:
            return replace(self, now=self.now + 1, good=0, times=times, well=well)
        return replace(self, good=self.good + 1, times=times, well=well)
