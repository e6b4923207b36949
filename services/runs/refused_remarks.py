"""Finds the remarks of a session that something in front of Moodle refuses, and sends the others.
No database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..domain.halving import Halving
from ..moodle import moodle_errors as errors

# Of one session in one run: whoever is refused again and again is banned. One remark among 120 is
# found by so many; others are found by the next runs.
MOST_REFUSALS = 8
# So few are sent one by one: then nothing is refused but the remarks that have to be found.
FEW = 12


@dataclass
class RefusedRemarks:
    """:param send: function of a list of ``PushPlan``, which gives ``(push, MarkResult)`` of each
    :param is_answered: function that says whether Moodle answers at this moment
    :param refusal: the ``MoodleError`` that they met together

    Attributes: ``sent``, a list of ``(push, MarkResult)``; ``found``, a list of ``(push, error)`` of
    what is refused; ``ended``, the error after which nothing more can be sent, or ``None``.
    """

    send: Callable
    is_answered: Callable
    refusal: errors.MoodleError
    sent: list = field(default_factory=list)
    found: list = field(default_factory=list)
    ended: errors.MoodleError | None = None

    def search(self, pushes):
        """:param pushes: of a session, each with the remark that it may be refused for
        :raise MoodleError: the session can't be written
        """
        try:
            if len(pushes) > FEW:
                self._search_halves(pushes)
            elif len(pushes) == 1 and self._is_sure:
                self._note(pushes[0])
            else:
                self._search_each(pushes)
        except errors.MoodleError as error:
            if error.scope != errors.SITE:
                raise
            self.ended = error

    def _search_halves(self, pushes):
        halving = Halving(self._ask, MOST_REFUSALS, sure=True)
        try:
            halving.search(pushes)
        finally:
            for push in halving.found:
                self._note(push)

    def _search_each(self, pushes):
        for push in pushes:
            if len(self.found) >= MOST_REFUSALS:
                return
            if self._ask([push]) is None:
                self._note(push)

    @property
    def _is_sure(self):
        """Whether it was refused; a connection may have broken for any reason."""
        return not isinstance(self.refusal, errors.MoodleUnreachable)

    def _note(self, push):
        self.found.append((push, self.refusal))

    def _ask(self, part):
        """:return: ``None`` where it is refused
        :raise MoodleError: for another reason; ``SITE``: all is refused now
        """
        try:
            answer = self.send(part)
        except errors.MoodleError as error:
            if not error.of_words or error.scope == errors.SITE:
                raise
            self.refusal = error
        else:
            self.sent += answer
            return answer
        if self.is_answered():
            return None
        # A firewall has had enough of us. What it refused just before is its reason.
        if len(part) == 1 and self._is_sure:
            self._note(part[0])
        self.refusal.scope = errors.SITE
        raise self.refusal
