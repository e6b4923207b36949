"""Whether the site is there, asked when a course looks as if it were not.

PHP that dies of one large activity, a firewall that refuses one word, a proxy that loses its
patience with one course: each looks as if the whole of Moodle were down. Only Moodle can say, by
the one call that every token may make. Courses that fail at the same moment share its answer.
"""

import threading
from collections.abc import Callable

# Seconds for which an answer holds: of thirty courses that fail one after another, each would
# ask again.
FRESH = 5.0


class SiteWitness:
    """:param ask: asks Moodle, in whatever thread
    :param now: the clock's
    """

    def __init__(self, ask: Callable[[], bool], now: Callable[[], float]) -> None:
        self._ask = ask
        self._now = now
        # Whoever comes while one asks waits for that answer.
        self._asking = threading.Lock()
        self._asked_at: float | None = None
        self._saw = False
        self._spared = False

    def saw_the_site(self, known: bool = False) -> bool:
        """:param known: whether the course that has failed did so in the last run as well: one
            such course is no news, and needs no look
        :raise MoodleOutOfTime: there is no time to look
        """
        failed_at = self._now()
        with self._asking:
            if known and not self._spared:
                self._spared = True
                return True
            if self._asked_at is None or self._asked_at < failed_at - FRESH:
                asked_at = self._now()
                self._saw = self._ask()
                self._asked_at = asked_at
            return self._saw
