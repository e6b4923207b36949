"""Finding what is refused among many that are asked for together. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
A = TypeVar("A")


@dataclass
class Halving(Generic[T, A]):
    """Asks for parts of what was refused as a whole, each half as large as the one before. The
    halves beside them are asked for at the end, all at once: mostly only one thing is refused.

    :param ask: function of a part, which gives its answer, or ``None`` where it is refused
    :param most: refusals after which no further part is asked for
    :param sure: whether one that must be it, because the others were accepted, is asked for alone
    :param enough: so many among which it must be are not told apart

    Attributes: ``answers`` to the parts that were accepted, in their order; ``found``, what is
    refused alone; ``left``, of which it is not known.
    """

    ask: Callable[[Sequence[T]], A | None]
    most: int
    sure: bool = False
    enough: int = 1
    answers: list[A] = field(default_factory=list)
    found: list[T] = field(default_factory=list)
    left: list[T] = field(default_factory=list)
    _refusals: int = 0

    def search(self, items: Sequence[T]) -> None:
        """:param items: what was refused together, one at least"""
        beside: list[T] = []
        refused = True
        while len(items) > self.enough and self._may_ask:
            middle = len(items) // 2
            first, second = items[:middle], items[middle:]
            refused = not self._accepted(first)
            if refused:
                beside += second
            items = first if refused else second
        if len(items) == 1 and not refused and self.sure and self._may_ask:
            refused = not self._accepted(items)
            items = items if refused else ()
        alone = len(items) == 1 and (refused or not self.sure)
        (self.found if alone else self.left).extend(items)
        if not beside:
            return
        if not self._may_ask:
            self.left += beside
        elif not self._accepted(beside):
            self.search(beside)

    @property
    def _may_ask(self) -> bool:
        return self._refusals < self.most

    def _accepted(self, items: Sequence[T]) -> bool:
        answer = self.ask(items)
        if answer is None:
            self._refusals += 1
            return False
        self.answers.append(answer)
        return True
