"""Finding what is refused among many that are asked for together. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
A = TypeVar("A")


@dataclass
class Halving(Generic[T, A]):
    """Asks for parts of what was refused as a whole, each half as large as the one before.

    :param ask: function of a part, which gives its answer, or ``None`` where it is refused
    :param most: refusals after which no further part is asked for
    :param sure: whether one that must be it, because the others were accepted, is asked for alone

    Attributes: ``answers`` to the parts that were accepted, in their order; ``found``, what is
    refused alone; ``left``, of which it is not known.
    """

    ask: Callable[[Sequence[T]], A | None]
    most: int
    sure: bool = False
    answers: list[A] = field(default_factory=list)
    found: list[T] = field(default_factory=list)
    left: list[T] = field(default_factory=list)
    _refusals: int = 0

    def search(self, items: Sequence[T]) -> None:
        """:param items: what was refused together, one at least"""
        if len(items) == 1:
            self.found += items
            return
        middle = len(items) // 2
        first, second = items[:middle], items[middle:]
        if not self._accepted(first) or (self.sure and len(second) == 1):
            self._accepted(second)
        else:
            # What was refused must be among these.
            self.search(second)

    def _accepted(self, items: Sequence[T]) -> bool:
        """:return: whether they are; what is not was searched"""
        if self._refusals >= self.most:
            self.left += items
            return False
        answer = self.ask(items)
        if answer is not None:
            self.answers.append(answer)
            return True
        self._refusals += 1
        self.search(items)
        return False
