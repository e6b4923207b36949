"""Trouble at the n-th call: what a test wants a Moodle, or the line to it, to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CUT_BEFORE = "cut_before"
CUT_AFTER = "cut_after"
DELAY = "delay"
HTTP = "http"
GARBAGE = "garbage"
TRUNCATED = "truncated"
ERROR = "error"
LIE = "lie"
HUGE = "huge"
SPOILED = "spoiled"


@dataclass
class Fault:
    """:param n: the call at which it begins, from 1, counted since the server's start
        or the last ``reset_calls()``; with ``function``, calls of that function only
    :param times: how many calls in a row it strikes
    :param at: function of a ``Call``; it strikes each call of which that is true, and stays
    :param body: of an answer of a server in front of Moodle
    """

    kind: str
    n: int = 1
    value: Any = None
    function: str | None = None
    times: int = 1
    retry_after: int | None = None
    at: Callable[[Any], bool] | None = None
    body: str = "<html></html>"

    @classmethod
    def cut_before(cls, n=1, **values):
        """The connection breaks before Moodle acts."""
        return cls(CUT_BEFORE, n, **values)

    @classmethod
    def cut_after(cls, n=1, **values):
        """Moodle acts, and the answer is lost."""
        return cls(CUT_AFTER, n, **values)

    @classmethod
    def delay(cls, n, seconds, **values):
        return cls(DELAY, n, seconds, **values)

    @classmethod
    def http(cls, n, status, retry_after=None, **values):
        """An answer of a server in front of Moodle; Moodle does not act."""
        return cls(HTTP, n, status, retry_after=retry_after, **values)

    @classmethod
    def garbage(cls, n=1, **values):
        return cls(GARBAGE, n, **values)

    @classmethod
    def truncated(cls, n=1, **values):
        """Half of the body under the whole one's length."""
        return cls(TRUNCATED, n, **values)

    @classmethod
    def error(cls, n, errorcode, **values):
        """One of Moodle's errors; Moodle does not act."""
        return cls(ERROR, n, errorcode, **values)

    @classmethod
    def lie(cls, n, change, **values):
        """:param change: function from the right answer to the one that is sent"""
        return cls(LIE, n, change, **values)

    @classmethod
    def huge(cls, n, size, **values):
        """:param size: bytes"""
        return cls(HUGE, n, size, **values)

    @classmethod
    def spoiled(cls, n, change, **values):
        """Moodle acts, and something does this to its answer.

        :param change: function from its bytes to those that are sent
        """
        return cls(SPOILED, n, change, **values)

    def strikes(self, call, number_of_function):
        if self.at:
            return self.at(call)
        number = call.n
        if self.function:
            if call.function != self.function:
                return False
            number = number_of_function
        return self.n <= number < self.n + self.times
