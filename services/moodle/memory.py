"""One budget for all that the calls of one run hold at once.

A Moodle decides how large its answers are. Each course that is read is counted here, from its
first answer until it is planned and what it needs is sent. Courses of an ordinary size share a
part of the budget; the rest is for a large one, and there is one turn: another that is large
waits for it, with its answer at hand. Whoever has the turn waits for nothing but Moodle and the
run itself, so it comes round.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

MB = 1024 * 1024
# Bytes that are reckoned: of one course, of the others together, and of answers that have come
# and are not read yet.
LARGEST = 160 * MB
SHARED = 70 * MB
RECEIVED = 32 * MB
# What an answer takes while it is read, and what is made of it afterwards, as many times its own
# length.
READING, READ = 4, 2
# Bytes that come of one course, with all that is cut out of them.
MOST_OF_A_COURSE = 200 * MB
# Courses that wait to be planned or are sent, beside those that are read.
BESIDE = 5
# Seconds after which a course gives up waiting for its turn; the next run tries it again.
PATIENCE = 300.0

ONE_COURSE, AT_ONCE = "one course", "at once"


class TooMuchError(Exception):
    """:param why: :data:`ONE_COURSE`: there is no room for this one; :data:`AT_ONCE`: there is
    none beside the others"""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Holding:
    """What one course holds; used by one thread at a time.

    * ``bytes``: that are reckoned;
    * ``received``: bytes that came;
    * ``waits``: whether its thread may wait for a turn.
    """

    def __init__(self, waits: bool = False) -> None:
        self.bytes = 0
        self.received = 0
        self.waits = waits


class Memory:
    """:param threads: courses that are read at once"""

    def __init__(self, threads: int = 1) -> None:
        self.small = SHARED // (threads + BESIDE)
        self._courses: dict[Hashable, Holding] = {}
        self._here = threading.local()
        self._changed = threading.Condition()
        self._closed = False
        # Whose turn it is: to be large, and to receive what there is no room for.
        self._large: Holding | None = None
        self._receives: Received | None = None
        self._received = 0

    def close(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @contextmanager
    def of(self, course: Hashable, waits: bool = False) -> Iterator[None]:
        """What this thread asks is about this course, which holds it until :meth:`release`.

        :param waits: whether it may wait for a turn. Who goes through the courses must not: the
            turn may be that of a course which waits for just this.
        """
        with self._changed:
            holding = self._courses.setdefault(course, Holding())
            holding.waits = waits
        before, self._here.holding = self._holding, holding
        try:
            with self.about(course):
                yield
        finally:
            self._here.holding = before

    @contextmanager
    def about(self, course: Hashable) -> Iterator[None]:
        """What this thread asks is about this course, and held by nobody."""
        of_whom, self._here.whose = self.whose, course
        try:
            yield
        finally:
            self._here.whose = of_whom

    @contextmanager
    def last_of(self, course: Hashable) -> Iterator[None]:
        """The same, and at the end nothing of the course is needed any more."""
        try:
            with self.of(course):
                yield
        finally:
            self.release(course)

    def begin(self, course: Hashable) -> None:
        """The course is read from the start: what was read before is given up."""
        with self._changed:
            holding = self._courses.setdefault(course, Holding())
            holding.bytes = holding.received = 0

    def release(self, course: Hashable) -> None:
        """Nothing of the course is needed any more."""
        with self._changed:
            self._leave(self._courses.pop(course, None))

    @property
    def whose(self) -> Hashable | None:
        """The course that this thread asks about, or ``None``."""
        course: Hashable | None = getattr(self._here, "whose", None)
        return course

    @property
    def _holding(self) -> Holding | None:
        holding: Holding | None = getattr(self._here, "holding", None)
        return holding

    def _leave(self, holding: Holding | None) -> None:
        if holding is not None and holding is self._large:
            self._large = None
            self._changed.notify_all()

    @contextmanager
    def reading(self, size: int, came: int = 0) -> Iterator[None]:
        """Read an answer, once there is room for that. Of no course, it is held only as long.

        :param size: its bytes
        :param came: bytes of it before long texts were cut
        :raise TooMuchError: there is none
        """
        holding = self._holding or Holding()
        holding.received += came
        if holding.received > MOST_OF_A_COURSE:
            raise TooMuchError(ONE_COURSE)
        self._make_room(holding, READING * size)
        try:
            yield
        finally:
            holding.bytes += READ * size
            if holding is not self._holding:
                with self._changed:
                    self._leave(holding)

    def _make_room(self, holding: Holding, more: int) -> None:
        if holding.bytes + more > LARGEST:
            raise TooMuchError(ONE_COURSE)
        if holding.bytes + more <= self.small:
            return
        with self._changed:
            seconds = PATIENCE if holding.waits else 0
            self._changed.wait_for(lambda: self._closed or self._is_free(holding), seconds)
            if not self._is_free(holding):
                raise TooMuchError(AT_ONCE)
            self._large = holding

    def _is_free(self, holding: Holding) -> bool:
        return self._large is None or self._large is holding

    def received(self) -> "Received":
        """:return: of one answer, to be ended when it was read"""
        return Received(self)

    def _take(self, received: "Received", more: int, seconds: float) -> bool:
        with self._changed:
            fits = self._fits(received, more)
            if not self._changed.wait_for(fits, seconds):
                return False
            if self._received + more > RECEIVED and self._receives is None:
                self._receives = received
            self._received += more
            return True

    def _fits(self, received: "Received", more: int) -> Callable[[], bool]:
        holding = self._holding
        return lambda: (
            self._received + more <= RECEIVED
            or self._receives in (None, received)
            # It waits for nobody, so that others need not wait for ever.
            or (holding is not None and holding is self._large)
        )

    def _give_back(self, received: "Received", size: int) -> None:
        with self._changed:
            self._received -= size
            if self._receives is received:
                self._receives = None
            self._changed.notify_all()


class Received:
    """What has come of an answer, and is not read yet."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._bytes = 0

    def grow(self, size: int, seconds: float) -> bool:
        """:param size: bytes that have come by now
        :param seconds: for which it may wait for room
        :return: whether there is room
        """
        # Small ones do not matter, nor does the rest of a megabyte.
        if size - self._bytes <= MB:
            return True
        if not self._memory._take(self, size - self._bytes, seconds):
            return False
        self._bytes = size
        return True

    def end(self) -> None:
        if self._bytes:
            self._memory._give_back(self, self._bytes)
            self._bytes = 0
