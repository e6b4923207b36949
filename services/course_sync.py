"""One Moodle course: read both sides, plan, apply, push. ORM.

No transaction is open while Moodle is asked, so that the plan is made from what the
database holds at the moment it is applied.
"""

import hashlib
import logging
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

from odoo.service.model import retrying

from . import moodle_errors as errors
from . import plan as p
from .changes import NEW_SESSION, PUSH, changes
from .course_reader import KnownSessions
from .plan_applier import PlanApplier
from .planner import Rules, plan_course
from .pusher import by_session
from .records import CourseReading, Subject

_logger = logging.getLogger(__name__)


class MovedError(Exception):
    """What was approved is not what would be done now."""


@dataclass(frozen=True)
class Work:
    """What is known of one course when it is planned."""

    reading: CourseReading
    modules: dict
    subject: Subject
    mapping: object
    links: dict
    known: KnownSessions
    rules: Rules


@dataclass
class CourseOutcome:
    """What one course added to the run: numbers, gaps, and each :class:`changes.Change`
    that was really made."""

    done: Counter
    plan: p.CoursePlan
    gaps: tuple
    changes: tuple = ()


class CourseSync:
    """:param connection: ``Connection``
    :param course: ``MoodleCourse``
    :param match: its ``CourseMatch``, with a pair
    :param mapping: its ``moodle.mapping``; empty where none is kept yet
    """

    def __init__(self, connection, course, match, mapping):
        self.connection = connection
        self.env = connection.env
        self.store = connection.store
        self.rules = connection.rules
        self.course = course
        self.match = match
        self.mapping = mapping

    def plan(self):
        """:return: ``(Work, LocalState, People, CoursePlan)``; nothing is written
        :raise MoodleError: the course can't be read
        """
        work = self._read()
        return (work, *self._plan(work))

    def sync(self, run, approved=None):
        """The course in a transaction of its own, its bookkeeping included; where marks
        go to Moodle, one before that and one after.

        :param run: ``moodle.sync.run``
        :param approved: ``plan.fingerprint`` of the plan that a person has approved; no
            other one is applied
        :return: :class:`CourseOutcome`
        :raise MoodleError: Moodle can't be read or written
        :raise MovedError: the plan is not the approved one; nothing was written
        """
        work = self._read()
        if approved is not None:
            # Before a session is made in Moodle for it, and again when it is applied.
            plan = self._plan(work)[2]
            if p.fingerprint(plan) != approved:
                raise MovedError
            approved = p.fingerprint(plan, new_sessions=False)
            self.connection.commit()
        made = frozenset()
        if self.rules.may_create:
            before = {session.id for session in work.reading.sessions}
            work = self._make_sessions(run, work)
            made = frozenset({session.id for session in work.reading.sessions} - before)
        outcome = retrying(lambda: self._apply(run, work, approved, made), self.env)
        if outcome.plan.pushes:
            # What Odoo knows is kept before Moodle is written: a run that dies from
            # here on is understood by the next one.
            self.connection.commit()
            outcome = self._push(run, work, outcome)
        return outcome

    # --- reading and planning ---------------------------------------------------

    def _read(self):
        """Everything Moodle has to say about the course.

        :return: :class:`Work`
        """
        reader, commit = self.connection.course_reader, self.connection.commit
        modules = self.mapping.known_modules
        known = KnownSessions.from_json(self.mapping.known_sessions)
        if not known.starts:
            # The list was lost with the mappings: the sheets know their sessions.
            for activity, session, starts in self.store.linked_sessions(self.course.id):
                known.add(activity, session, starts)
        commit()
        reading = reader.read_course(self.course, known)
        links = self.store.links("op.student", _people_in(reading))
        commit()
        reading = reader.with_absent_users(reading, links)
        subject = self.store.subject(self.match.pair)
        return Work(reading, modules, subject, self.mapping, links, known, self.rules)

    def _plan(self, work):
        """:return: ``(LocalState, People, CoursePlan)``"""
        people = self.store.people(work.reading, work.subject, work.links)
        local = self.store.state(work.reading, work.subject, work.rules)
        return local, people, plan_course(work.reading, local, people, work.rules)

    # --- OpenEduCat -------------------------------------------------------------

    def _apply(self, run, work, approved, made):
        """What concerns OpenEduCat; and the end of the course, if Moodle needs nothing."""
        local, people, plan = self._plan(work)
        # What fills the sessions made just now was approved as those sessions.
        if approved not in (None, p.fingerprint(plan, without=made, new_sessions=False)):
            raise MovedError
        applier = PlanApplier(self.connection.instance, work.subject)
        applier.apply(plan)
        self.store.save_links(work.reading, people, work.links)
        made_here = tuple(
            change
            for change in changes(plan, work.reading, local, people, work.rules)
            if change.kind in (PUSH, NEW_SESSION) or change.session_id not in applier.refused
        )
        outcome = CourseOutcome(applier.done, plan, (*plan.gaps, *applier.gaps), made_here)
        for conflict in plan.conflicts:
            outcome.done[f"conflicts_{conflict.winner}"] += 1
        if not plan.pushes:
            outcome.done.update(self._finish(run, work, outcome.gaps))
        self.env.flush_all()
        return outcome

    def _finish(self, run, work, gaps):
        """:return: Counter of gaps_opened, gaps_closed"""
        work.mapping._succeeded(_sync_hash(work.reading))
        if work.known.changed:
            work.mapping._keep_sessions(work.known.to_json())
        modules = {str(a.id): a.module_id for a in work.reading.activities if a.module_id}
        if not modules.items() <= work.modules.items():
            work.mapping._keep_modules({**work.modules, **modules})
        Gap = self.env["moodle.sync.gap"]
        instance, course = self.connection.instance, self.course
        counts = Gap._record(instance, run, course.id, gaps, course.fullname)
        self.env.flush_all()
        return counts

    # --- Moodle -----------------------------------------------------------------

    def _push(self, run, work, outcome):
        """Session by session: send, read back, keep what Moodle really holds.

        :return: the outcome with what this added
        :raise MoodleError: Moodle can't be written; what got through is kept
        """
        done, gaps, held = Counter(outcome.done), list(outcome.gaps), set()
        for session_id, pushes in by_session(outcome.plan.pushes).items():
            pushed = self.connection.pusher.push(session_id, pushes)
            if pushed.session:
                retrying(partial(self._confirm, work, pushed), self.env)
                self.connection.commit()
            done["marks_pushed"] += len(pushed.held)
            held |= {(session_id, push.student_id) for push in pushed.held}
            gaps += [_refused_push(push, error, self.env) for push, error in pushed.refused]
            if pushed.error:
                run._count(marks_pushed=done["marks_pushed"])
                self.connection.commit()
                raise pushed.error
        done.update(retrying(lambda: self._finish(run, work, gaps), self.env))
        kept = tuple(
            change
            for change in outcome.changes
            if change.kind != PUSH or (change.session_id, change.student_id) in held
        )
        return CourseOutcome(done, outcome.plan, tuple(gaps), kept)

    def _confirm(self, work, pushed):
        applier = PlanApplier(self.connection.instance, work.subject)
        applier.confirm(pushed, self.rules.user_id)

    def _make_sessions(self, run, work):
        """Make the sessions that Moodle lacks, and read the course again, so that this
        run can fill them.

        Not repeated on a lost answer: the next run finds the session by the reference
        in its description, before it would make one.
        """
        plan = self._plan(work)[2]
        self.connection.commit()
        if not plan.new_sessions:
            return work
        made = 0
        for new in plan.new_sessions:
            try:
                self.connection.api.add_session(new)
                made += 1
            except (errors.MoodleNoPermission, errors.MoodleRefusedParameter) as error:
                # The sheet's gap says that it has no session.
                _logger.info(
                    "Moodle instance %s: %s",
                    self.connection.instance.id,
                    error.explain(self.env),
                )
        run._count(moodle_sessions_created=made)
        self.connection.commit()
        reader = self.connection.course_reader
        reading = reader.read_course(self.course, work.known)
        reading = reader.with_absent_users(reading, work.links)
        return replace(work, reading=reading, rules=replace(self.rules, may_create=False))


def _refused_push(push, error, env):
    return p.Gap(
        "refused_push",
        f"mark:{push.session_id}:{push.student_id}",
        "push_refused",
        (push.student_id, error.explain(env)),
        moodle_id=push.session_id,
        marks=1,
    )


def _sync_hash(reading):
    """Of all sessions of a course together."""
    text = ",".join(sorted(f"{s.id}:{s.content_hash}" for s in reading.sessions))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _people_in(reading):
    people = {user.id for user in reading.users}
    return people | {mark.user_id for session in reading.sessions for mark in session.marks}
