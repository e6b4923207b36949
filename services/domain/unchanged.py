"""When a course need not be planned: all that a plan is made from is as it was, and the last
plan was to do nothing.

What Moodle said is compared by a fingerprint of its very answers; of this side each change is
noted as it is made (``moodle.touched``), but for what concerns all courses, of which there is a
fingerprint once in a run (``openeducat/common_sign``). What is left is time: sessions begin and
end, and days go by.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from . import brake
from .plan import CoursePlan
from .records import LARGEST, MoodleSession, Subject
from .window import Rules

# Kinds of gaps that depend on more than a course and what is here: on accounts and courses outside
# of it, on time, on what a person has been asked.
ELSEWHERE = frozenset({"ambiguous_student", "clock", "numbers_changed", "refused", "stopped"})


@dataclass(frozen=True)
class Idle:
    """A plan that had nothing to do, as it is kept of a course.

    * ``sign``: of what it was made from, see :func:`sign`;
    * ``until``: see :func:`next_change`, where Moodle tells by a digest whether anything has
      changed, so that the sessions themselves are not read; else 0, and then it met no gap;
    * ``gaps``: whether it met any;
    * the other values: see ``CoursePlan``.
    """

    sign: str
    sessions_seen: int = 0
    marks_seen: int = 0
    sessions_older: int = 0
    sessions_early: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    until: int = 0
    gaps: bool = False

    @classmethod
    def of(cls, sign: str, plan: CoursePlan, until: int = 0) -> "Idle | None":
        """:return: ``None`` where there was something to do, or the sign says nothing"""
        if not sign or not plan.empty:
            return None
        if plan.gaps and (not until or any(gap.kind in ELSEWHERE for gap in plan.gaps)):
            return None
        return cls(
            sign,
            plan.sessions_seen,
            plan.marks_seen,
            plan.sessions_older,
            plan.sessions_early,
            dict(plan.skipped),
            until,
            bool(plan.gaps),
        )

    @property
    def plan(self) -> CoursePlan:
        """:return: a plan that does nothing, with the same numbers"""
        return CoursePlan(
            sessions_seen=self.sessions_seen,
            marks_seen=self.marks_seen,
            sessions_older=self.sessions_older,
            sessions_early=self.sessions_early,
            skipped=Counter(self.skipped),
        )

    def to_json(self) -> dict[str, Any]:
        return dict(self.__dict__)

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> "Idle | None":
        return cls(**data) if data else None


def next_change(sessions: Iterable[MoodleSession], now: int) -> int:
    """Until when the course of time alone changes nothing of a plan.

    :param sessions: all of a course
    :param now: unix seconds
    :return: unix seconds of the next beginning or end of a session; ``now`` itself where
        something is stamped with a time that has not come
    """
    moments = [LARGEST]
    for session in sessions:
        if max(session.taken_at, session.modified_at) > now:
            return now
        ends = session.starts + session.duration
        moments += [moment for moment in (session.starts, ends) if moment > now]
    return min(moments)


def sign(
    answers: str,
    remembered_at: int,
    subject: Subject,
    sessions: Iterable[MoodleSession],
    rules: Rules,
    common: str,
    span: tuple[int, int] = (0, 0),
) -> str:
    """Differs wherever another plan may come out.

    :param answers: fingerprint of what Moodle has answered, or its digest
    :param remembered_at: when what was not asked was asked last, unix seconds
    :param sessions: all of the course; none where there is a digest, see :func:`next_change`
    :param common: fingerprint of what concerns all courses here
    :param span: when the course begins and ends in Moodle, which the list of courses says
    :return: an empty text where nothing can be relied on: a clock that is wrong, a moment that
        has not come yet, something that a person has let through
    """
    now, sessions = rules.now, tuple(sessions)
    if now is None or not rules.clock_sure or rules.allowance != brake.NOTHING:
        return ""
    if any(max(session.taken_at, session.modified_at) > now for session in sessions):
        return ""
    begun = sum(session.starts <= now for session in sessions)
    ended = sum(session.starts + session.duration <= now for session in sessions)
    # To a second the clocks are measured anew in each run; without a change nothing depends on it.
    fixed = replace(rules, now=None, clock_offset=0)
    day = rules.date(now)
    parts = (answers, remembered_at, subject, begun, ended, day, fixed, common, span)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def sign_by_digest(
    digest: str, subject: Subject, rules: Rules, common: str, span: tuple[int, int]
) -> str:
    """The same where Moodle says by a digest whether anything has changed; what time changes, see
    :func:`next_change`."""
    return sign(digest, 0, subject, (), rules, common, span)
