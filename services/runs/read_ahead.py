"""Reads the next courses in threads of their own while one is planned and written.

All decisions, cursors and environments stay with the thread that iterates; only what needs
neither is handed out. What is begun is bounded: by the number of threads, and by the bytes
that wait for their turn, so that a run takes no more memory the more courses there are. A
course that is slow or fails keeps nobody waiting but itself: whichever was begun first of
those that are there comes next.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

# What is read ahead of the one that is done just now, beside those under way.
SPARE = 2
# Together, of what waits and of what is expected of those under way. A course with 25 sessions
# of 40 students is 250 kB.
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Job:
    """* ``key``: whatever is told with what was read;
    * ``read``: function without arguments, called in a thread, that returns
      ``(what was read, its bytes)``;
    * ``bytes``: that are expected.
    """

    key: Hashable
    read: Callable[[], tuple[Any, int]]
    bytes: int = 0


@dataclass(frozen=True)
class Read:
    """What a thread has brought: a value, or what was raised instead."""

    key: Any
    future: Future

    def value(self):
        """:return: what was read
        :raise Exception: what reading it raised
        """
        return self.future.result()[0]


class ReadAhead:
    """Iterates over :class:`Read`; a context manager, at whose end nothing more is begun.

    :param jobs: iterable of :class:`Job`; each is made by the iterating thread, when there is
        room for it
    :param threads: jobs that are under way at once
    :param most_bytes: see :data:`MOST_BYTES`; one job is under way however large it is
    """

    def __init__(self, jobs: Iterable[Job], threads: int, most_bytes: int = MOST_BYTES):
        self._jobs = iter(jobs)
        self._threads = threads
        self._most_bytes = most_bytes
        self._next: Job | None = None
        self._begun: deque[tuple[Job, Future]] = deque()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="moodle-read-ahead")

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        # Nobody waits for an answer of Moodle that is not wanted any more: its thread ends
        # with the call, which has an end of its own.
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __iter__(self) -> Iterator[Read]:
        return self

    def __next__(self) -> Read:
        self._fill()
        if not self._begun:
            raise StopIteration
        wait([future for _job, future in self._begun], return_when=FIRST_COMPLETED)
        found = next(pair for pair in self._begun if pair[1].done())
        self._begun.remove(found)
        job, future = found
        return Read(job.key, future)

    @property
    def ready(self) -> bool:
        """Whether the next one is there, so that nobody waits for it."""
        return any(future.done() for future in self.under_way)

    @property
    def under_way(self) -> list[Future]:
        """Those of which one is done when the next one is there."""
        self._fill()
        return [future for _job, future in self._begun]

    @property
    def more(self) -> bool:
        """Whether anything is left; nothing is begun by looking."""
        if self._next is None:
            self._next = next(self._jobs, None)
        return bool(self._begun or self._next)

    def _fill(self):
        while len(self._begun) < self._threads + SPARE:
            if self._next is None:
                self._next = next(self._jobs, None)
            if self._next is None or not self._room(self._next.bytes):
                return
            self._begun.append((self._next, self._pool.submit(self._next.read)))
            self._next = None

    def _room(self, expected: int) -> bool:
        if not self._begun:
            return True
        held = sum(_size(job, future) for job, future in self._begun)
        return held + expected <= self._most_bytes


def _size(job: Job, future: Future) -> int:
    """Bytes of what waits, or that are expected of what is under way."""
    if not future.done():
        return job.bytes
    return 0 if future.exception() else future.result()[1]
