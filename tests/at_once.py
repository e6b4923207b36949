"""How many are at something at once, counted from any thread."""

import threading
from contextlib import contextmanager


class AtOnce:
    """``seen``: how many were inside at each entry, in their order, the one that enters among
    them."""

    def __init__(self):
        self.seen = []
        self._inside = 0
        self._lock = threading.Lock()

    @contextmanager
    def inside(self):
        with self._lock:
            self._inside += 1
            self.seen.append(self._inside)
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    @property
    def most(self):
        return max(self.seen, default=0)
