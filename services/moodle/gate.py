"""Lets as many calls of one Moodle through at once as its pace allows, from any thread."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from ..domain.pace import Pace


class Gate:
    """:param most: calls at once that the instance allows"""

    def __init__(self, most: int = 1) -> None:
        self.most = most
        self._pace = Pace.of(most)
        self._under_way = 0
        self._turn = threading.Condition()

    @property
    def open_for(self) -> int:
        """How many calls are let through at once at present."""
        return self._pace.now

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until there is room. Whoever is inside leaves by the end of its own call, so
        nobody waits for ever."""
        with self._turn:
            self._turn.wait_for(lambda: self._under_way < self._pace.now)
            self._under_way += 1
        try:
            yield
        finally:
            with self._turn:
                self._under_way -= 1
                self._turn.notify_all()

    def learn(
        self, function: str, seconds: float, busy: bool, whose: Hashable | None = None
    ) -> None:
        """See ``Pace.after``."""
        with self._turn:
            self._pace = self._pace.after(function, seconds, busy, whose)
            self._turn.notify_all()
