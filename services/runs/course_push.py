"""The marks of one course for Moodle: sent, and kept here as far as Moodle really holds them. ORM."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from ..domain import plan as p
from ..domain.changes import PUSH
from ..domain.push import not_held, remark_key, unsaid_remark
from ..openeducat.plan_applier import PlanApplier
from .course_work import CourseOutcome
from .retried import retried


@dataclass(frozen=True)
class Pushed:
    """What came of marks that were sent.

    * ``outcome``: of the course until now;
    * ``lost``, ``sent``: see ``moodle.mapping._keep_not_held``;
    * ``changed``: how many were not written, because Moodle holds something else than was expected;
    * ``sessions``: all of the course, as they are now;
    * ``failed``: ``{session id: why}`` of those that are tried again after a pause, see ``told``.
    """

    outcome: CourseOutcome
    lost: dict
    sent: frozenset
    changed: int
    sessions: tuple
    failed: dict


def not_sent(course_id, session_id, day, count, why):
    """The gap of marks of one session that could not be sent.

    :param why: see ``told``
    """
    return p.gap(
        "push_failed",
        course_id,
        f"push_failed:{session_id}",
        {"day": day.isoformat(), "count": count, "words": why},
        moodle_id=session_id,
        marks=count,
    )


class CoursePush:
    """:param sides: ``Connected``, of one course
    :param course: ``MoodleCourse``
    :param subject: ``Subject`` that it stands for
    """

    def __init__(self, sides, course, subject):
        self.sides = sides
        self.course = course
        self.subject = subject

    def portions(self, run, work, outcome):
        """Send the marks of a plan, portion by portion, and keep what Moodle really holds.

        :param run: ``moodle.sync.run``
        :param work: ``Work`` that was planned
        :param outcome: ``CourseOutcome`` of the course until now, with the plan
        :return: iterates over the futures that each portion waits for, and gives :class:`Pushed`
        :raise MoodleError: Moodle can't be written; what got through is kept
        """
        done, gaps, held = Counter(outcome.done), list(outcome.gaps), set()
        lost, sent, error, changed = {}, set(), None, 0
        unsaid, tried, failed = {}, set(), {}
        now = {session.id: session for session in work.reading.sessions}
        sending = self.sides.pusher.begin(outcome.plan.pushes, work.reading.sessions)
        while not sending.ended:
            yield sending.waits_for
            portion = sending.take()
            read_back = [pushed for pushed in portion if pushed.session]
            if read_back:
                confirm = partial(self._confirm, read_back, outcome.plan.misplaced)
                retried(confirm, self.sides.env)
                self.sides.odoo.commit()
            for pushed in portion:
                session_id = pushed.session_id
                done["marks_pushed"] += len(pushed.held)
                held |= {(session_id, push.student_id) for push in pushed.held}
                gaps += [self._refused_push(push, why) for push, why in pushed.refused]
                if pushed.failed:
                    gaps += self._not_sent(pushed, now[session_id])
                    if pushed.failed.persists:
                        failed[session_id] = pushed.failed.told()
                tried |= {(session_id, p.student_id) for p in pushed.pushes if p.remark is not None}
                for push, _why in pushed.unsaid:
                    unsaid[session_id, push.student_id] = remark_key(push.remark)
                    gaps.append(self._unsaid(push, now[session_id]))
                changed += len(pushed.changed)
                if pushed.session:
                    now[session_id] = pushed.session
                    sent |= {(session_id, push.student_id) for push in pushed.pushes}
                for push, status_id in pushed.lost:
                    lost[session_id, push.student_id] = (push.status, status_id, push.marked_at)
                    day = self.sides.rules.date(pushed.session.starts)
                    gaps.append(self._not_held(pushed.session, push.student_id, day))
                error = error or pushed.error
        if tried:
            work.mapping._keep_unsaid(unsaid, tried)
        if error:
            work.mapping._keep_not_held(lost, sent)
            run._count(marks_pushed=done["marks_pushed"])
            self.sides.odoo.commit()
            raise error
        kept = tuple(
            change
            for change in outcome.changes
            if change.kind != PUSH or (change.session_id, change.student_id) in held
        )
        ended = CourseOutcome(done, outcome.plan, tuple(gaps), kept, outcome.untaken)
        return Pushed(ended, lost, frozenset(sent), changed, tuple(now.values()), failed)

    def _not_held(self, session, student, day):
        return p.gap(unit=self.course.id, **not_held(session, student, day))

    def _not_sent(self, pushed, session):
        """:return: list of the gap of marks that could not be sent; none where all are there"""
        done = {push.student_id for push in pushed.held}
        done |= {push.student_id for push, _why in (*pushed.refused, *pushed.lost)}
        left = sum(push.student_id not in done for push in pushed.pushes)
        if not left:
            return []
        day = self.sides.rules.date(session.starts)
        return [not_sent(self.course.id, session.id, day, left, pushed.failed.told())]

    def _unsaid(self, push, session):
        day = self.sides.rules.date(session.starts)
        return p.gap(
            unit=self.course.id, **unsaid_remark(session, push.student_id, day, push.remark)
        )

    def _refused_push(self, push, error):
        return p.gap(
            "push_refused",
            self.course.id,
            f"mark:{push.session_id}:{push.student_id}",
            {"student": push.student_id, "words": error.told()},
            moodle_id=push.session_id,
            marks=1,
        )

    def _confirm(self, read_back, misplaced):
        applier = PlanApplier(self.sides.instance, self.course.id, self.subject)
        applier.confirm(read_back, self.sides.rules.user_id, misplaced)
