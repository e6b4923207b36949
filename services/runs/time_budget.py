"""How long a run, or a look at both sides, may take. No database."""

from dataclasses import dataclass, field

from ..moodle.moodle_transport import Clock


@dataclass
class TimeBudget:
    """Time that passes from the moment at which this is made.

    :param clock: what it is measured by
    :param seconds: after which nothing more is begun, ``None`` for no such end
    :param grace: seconds beyond these after which what is under way is given up, ``None``
        for no such end
    """

    clock: Clock = field(default_factory=Clock)
    seconds: float | None = None
    grace: float | None = None
    started: float = field(init=False)

    def __post_init__(self):
        self.started = self.clock.now()

    @property
    def spent(self):
        """:return: seconds"""
        return self.clock.now() - self.started

    @property
    def is_over(self):
        """Whether nothing more may be begun."""
        return self.seconds is not None and self.spent >= self.seconds

    @property
    def deadline(self):
        """:return: moment of the clock after which Moodle is asked nothing more, or ``None``"""
        if self.seconds is None or self.grace is None:
            return None
        return self.started + self.seconds + self.grace
