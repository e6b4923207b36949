"""One run for one Moodle instance: prerequisites, then course by course.

ORM. Data flows one way: ``course_reader`` (Moodle) and ``local_store`` (OpenEduCat)
-> ``planner`` -> ``plan_applier``. This file wires them and owns the transactions:

* a lock in a transaction of its own (``run_lock``), held as long as the run;
* a second cursor for the work, committed after each course together with its
  bookkeeping, so that an interrupted run resumes and repeats nothing;
* no transaction is open while Moodle is asked, so that the plan is made from what the
  database holds at the moment it is applied.
"""

import hashlib
import logging
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import pytz

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying

from . import matching
from . import moodle_errors as errors
from . import plan as p
from .attendance_api import AttendanceApi
from .course_reader import CourseReader, KnownSessions
from .local_store import QUIET, LocalStore
from .module_detector import detect_installed_modules
from .moodle_reader import MoodleReader
from .plan_applier import PlanApplier
from .planner import Rules, plan_course
from .pusher import Pusher, by_session
from .records import CourseReading, Subject
from .results import CourseReport, PlanReport, RunResult
from .run_lock import instance_lock

_logger = logging.getLogger(__name__)

REQUIRED_MODEL = "op.attendance.sheet"


class SkippedError(Exception):
    """A prerequisite is missing; the argument is the sentence that says which."""


@dataclass(frozen=True)
class _Work:
    """What is known of one course when it is planned."""

    reading: CourseReading
    subject: Subject
    mapping: object
    links: dict
    known: KnownSessions
    rules: Rules


@dataclass
class _CourseOutcome:
    """What one course added to the run's counters."""

    done: Counter
    plan: p.CoursePlan
    gaps: tuple


class SyncAttendance:
    """Synchronises the attendance of one instance.

    :param registry: the database's registry; cursors are taken from it
    :param instance_id: id of the ``moodle.instance``, committed
    :param user_id: who started it, for the record; the work is done as superuser,
        the caller has checked the right to sync
    """

    def __init__(self, registry, instance_id, user_id):
        self.registry = registry
        self.instance_id = instance_id
        self.user_id = user_id

    # --- entry points ---------------------------------------------------------

    def run(self, trigger, seconds=None):
        """One run, or the rest of one that was interrupted or ran out of time.

        :param trigger: ``cron``, ``button`` or ``shell``
        :param seconds: time budget; courses that are left when it ends stay queued on
            the run, which then stays ``running``
        :return: ``RunResult``; nothing is raised for a dead or refusing Moodle
        """
        started = time.monotonic()
        with instance_lock(self.registry, self.instance_id) as held:
            if not held:
                return self._busy()
            with self.registry.cursor() as cr:
                self._open(cr)
                run = self.instance._start_run(trigger, self.user_id)
                self._commit()
                try:
                    self._check_direction(run)
                    self._run(run, started, seconds)
                except SkippedError as reason:
                    run._finish("skipped", str(reason))
                except errors.MoodleError as error:
                    self.env.cr.rollback()
                    self._stop(run, error.explain(self.env))
                except Exception:
                    # The cron must survive whatever happens here: Odoo switches it off
                    # after five failures, and all other instances with it.
                    self.env.cr.rollback()
                    _logger.exception("Attendance sync of Moodle instance %s", self.instance_id)
                    self._stop(run, self._unexpected())
                run._count(seconds=time.monotonic() - started)
                self._commit()
                return run._result()

    def preview(self):
        """The plan of every course; nothing is applied on either side.

        :return: ``(PlanReport, problem)``; the second says why it is empty
        """
        reports = []
        with self.registry.cursor() as cr:
            self._open(cr)
            problem = ""
            try:
                self._connect()
                for course, match in self._mapped_courses(self.reader.courses()):
                    reports.append(self._report(course, match))
            except SkippedError as reason:
                problem = str(reason)
            except errors.MoodleError as error:
                problem = error.explain(self.env)
            finally:
                cr.rollback()
            return PlanReport(reports), problem

    def backfill(self, first_id, last_id):
        """Probe a range of session ids and keep those of mapped courses, so that the
        next run reads them: the legacy family can't list past sessions.

        :return: number of sessions found
        :raise MoodleError: Moodle can't be asked
        :raise SkippedError: a prerequisite is missing
        """
        with self.registry.cursor() as cr:
            self._open(cr)
            self._connect()
            courses = {
                course.id: (course, match)
                for course, match in self._mapped_courses(self.reader.courses())
            }
            self._commit()
            found = {}
            for session_id in range(first_id, last_id + 1):
                try:
                    session = self.api.session(session_id)
                except (errors.MoodleNotFound, errors.MoodlePoisonedAnswer):
                    continue
                except errors.MoodleNoPermission:
                    # A session of a course that the account may not enter.
                    continue
                if session.course_id in courses:
                    found.setdefault(session.course_id, []).append(session)
            for course_id, sessions in found.items():
                mapping = self.store.course_mappings([courses[course_id]])[course_id]
                known = KnownSessions.from_json(mapping.known_sessions)
                for session in sessions:
                    known.add(session.activity_id, session.id, session.starts)
                if known.changed:
                    mapping._keep_sessions(known.to_json())
            self._commit()
            return sum(map(len, found.values()))

    # --- setting up -----------------------------------------------------------

    def _open(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, dict(QUIET))
        instance = env["moodle.instance"].browse(self.instance_id)
        company = instance.company_id or env.company
        context = {"allowed_company_ids": company.ids, "lang": instance._message_lang()}
        self.instance = instance.with_context(**context)
        self.env = self.instance.env

    def _connect(self):
        """Client, reader and rules of this run.

        :raise SkippedError, MoodleError: attendance can't be synchronised
        """
        instance = self.instance
        try:
            self.client = instance._moodle_client()
        except ValueError:
            raise SkippedError(
                self.env._("The Moodle URL is no web address, or the token is empty.")
            ) from None
        self._commit()
        detection = self._check_prerequisites()
        self.reader = MoodleReader(self.client)
        self.api = AttendanceApi(self.client, detection)
        zone = pytz.timezone(instance.tz)
        start, earliest = None, 0
        if instance.sync_window_days:
            today = datetime.now(zone).date()
            start = today - timedelta(days=instance.sync_window_days)
            midnight = zone.localize(datetime(start.year, start.month, start.day))
            earliest = int(midnight.timestamp())
        self.rules = Rules(
            zone=instance.tz,
            window_start=start,
            direction=instance.sync_attendance_from,
            clock_offset=round(self.client.clock_offset or 0),
            user_id=detection.user_id,
            may_create=instance.create_moodle_sessions and self.api.creates_sessions,
        )
        self.course_reader = CourseReader(self.reader, self.api, earliest, self.rules.pushes)
        self.pusher = Pusher(self.api, detection.user_id)
        self.store = LocalStore(instance)

    def _check_direction(self, run):
        """:raise SkippedError: the direction was changed, and no person has started a run
        since: nothing is overwritten by surprise"""
        if run.trigger == "cron" and self.instance.direction_changed:
            raise SkippedError(
                self.env._(
                    "Attendance comes from was changed. Look at what a run would do now "
                    "(Preview), then press Sync now on the instance; the schedule goes on from "
                    "there."
                )
            )

    def _check_prerequisites(self):
        """Moodle's plug-ins and functions, and OpenEduCat's models.

        :return: ``Detection``
        :raise SkippedError: something is missing, in words for an administrator
        :raise MoodleError: Moodle can't be asked
        """
        if REQUIRED_MODEL not in self.env:
            raise SkippedError(
                self.env._("OpenEduCat's attendance module (openeducat_attendance) is missing.")
            )
        instance = self.instance
        detection = detect_installed_modules(
            self.client, instance.sync_attendance_from, instance.attendance_api
        )
        if not detection.ready:
            raise SkippedError(self.env._(detection.problem))
        return detection

    def _mapped_courses(self, courses):
        """:return: list of ``(MoodleCourse, CourseMatch)`` of those that have a pair"""
        table = self.store.course_table()
        self.matches = [(course, matching.match_course(course, table)) for course in courses]
        return [(course, match) for course, match in self.matches if match.pair]

    # --- one run --------------------------------------------------------------

    def _run(self, run, started, seconds):
        self._connect()
        courses = self.reader.courses()
        mapped = self._mapped_courses(courses)
        self._note_unmatched(run)
        mappings = self.store.course_mappings(mapped)
        mapped.sort(key=lambda item: mappings[item[0].id]._taken_in_order())
        queue = run._enqueue([course.id for course, _ in mapped], len(courses))
        self._commit()
        calls = self._count_calls(run, 0)
        for course, match in mapped:
            if course.id not in queue:
                continue
            if seconds is not None and time.monotonic() - started >= seconds:
                # The rest stays queued; the cron takes it up.
                return
            self._course(run, course, match, mappings[course.id])
            calls = self._count_calls(run, calls)
            self._commit()
        run._complete(self.client.clock_offset)

    def _course(self, run, course, match, mapping):
        """One course in a transaction of its own, its trouble included; where marks go
        to Moodle, one before that and one after."""
        try:
            work = self._read(course, match, mapping)
            if self.rules.may_create:
                work = self._make_sessions(run, work)
            outcome = retrying(lambda: self._apply(run, work), self.env)
            if outcome.plan.pushes:
                # What Odoo knows is kept before Moodle is written: a run that dies from
                # here on is understood by the next one.
                self._commit()
                outcome = self._push(run, work, outcome)
        except errors.MoodleError as error:
            self.env.cr.rollback()
            if error.scope == errors.SITE:
                raise
            mapping._failed(error.explain(self.env))
            run._course_failed(course.id, course.fullname, error.explain(self.env))
        except Exception:
            # One course that breaks (a fault of ours, of another module) must not keep
            # the others from being read; it is logged whole and named on the run.
            self.env.cr.rollback()
            _logger.exception(
                "Attendance sync of Moodle instance %s, course %s", self.instance_id, course.id
            )
            mapping._failed(self._unexpected())
            run._course_failed(course.id, course.fullname, self._unexpected())
        else:
            run._course_done(course.id, outcome.done, outcome.plan)

    def _read(self, course, match, mapping):
        """Everything Moodle has to say about a course.

        :return: :class:`_Work`
        """
        known = KnownSessions.from_json(mapping.known_sessions)
        if not known.starts:
            # The list was lost with the mappings: the sheets know their sessions.
            for activity, session, starts in self.store.linked_sessions(course.id):
                known.add(activity, session, starts)
        self._commit()
        reading = self.course_reader.read_course(course, known)
        links = self.store.links("op.student", _people_in(reading))
        self._commit()
        reading = self.course_reader.with_absent_users(reading, links)
        return _Work(reading, self.store.subject(match.pair), mapping, links, known, self.rules)

    def _plan(self, work):
        people = self.store.people(work.reading, work.subject, work.links)
        local = self.store.state(work.reading, work.subject, work.rules)
        return people, plan_course(work.reading, local, people, work.rules)

    def _apply(self, run, work):
        """What concerns OpenEduCat; and the end of the course, if Moodle needs nothing."""
        people, plan = self._plan(work)
        applier = PlanApplier(self.instance, work.subject)
        applier.apply(plan)
        self.store.save_links(work.reading, people, work.links)
        outcome = _CourseOutcome(applier.done, plan, (*plan.gaps, *applier.gaps))
        for conflict in plan.conflicts:
            outcome.done[f"conflicts_{conflict.winner}"] += 1
        if not plan.pushes:
            outcome.done.update(self._finish(run, work, outcome.gaps))
        self.env.flush_all()
        return outcome

    def _finish(self, run, work, gaps):
        """:return: Counter of gaps_opened, gaps_closed"""
        work.mapping._succeeded(_fingerprint(work.reading))
        if work.known.changed:
            work.mapping._keep_sessions(work.known.to_json())
        course = work.reading.course
        Gap = self.env["moodle.sync.gap"]
        counts = Gap._record(self.instance, run, course.id, gaps, course.fullname)
        self.env.flush_all()
        return counts

    # --- to Moodle ------------------------------------------------------------

    def _push(self, run, work, outcome):
        """Session by session: send, read back, keep what Moodle really holds.

        :return: the outcome with what this added
        :raise MoodleError: Moodle can't be written; what got through is kept
        """
        done, gaps = Counter(outcome.done), list(outcome.gaps)
        for session_id, pushes in by_session(outcome.plan.pushes).items():
            pushed = self.pusher.push(session_id, pushes)
            if pushed.session:
                retrying(partial(self._confirm, work, pushed), self.env)
                self._commit()
            done["marks_pushed"] += len(pushed.held)
            gaps += [_refused_push(push, error, self.env) for push, error in pushed.refused]
            if pushed.error:
                run._count(marks_pushed=done["marks_pushed"])
                self._commit()
                raise pushed.error
        done.update(retrying(lambda: self._finish(run, work, gaps), self.env))
        return _CourseOutcome(done, outcome.plan, tuple(gaps))

    def _confirm(self, work, pushed):
        PlanApplier(self.instance, work.subject).confirm(pushed, self.rules.user_id)

    def _make_sessions(self, run, work):
        """Make the sessions that Moodle lacks, and read the course again, so that this
        run can fill them.

        Not repeated on a lost answer: the next run finds the session by the reference
        in its description, before it would make one.
        """
        _people, plan = self._plan(work)
        self._commit()
        if not plan.new_sessions:
            return work
        made = 0
        for new in plan.new_sessions:
            try:
                self.api.add_session(new)
                made += 1
            except (errors.MoodleNoPermission, errors.MoodleRefusedParameter) as error:
                # The sheet's gap says that it has no session.
                _logger.info("Moodle instance %s: %s", self.instance_id, error.explain(self.env))
        run._count(moodle_sessions_created=made)
        self._commit()
        reading = self.course_reader.read_course(work.reading.course, work.known)
        reading = self.course_reader.with_absent_users(reading, work.links)
        return replace(work, reading=reading, rules=replace(self.rules, may_create=False))

    def _note_unmatched(self, run):
        """Courses that look as if they were meant and match nothing, as gaps; and an
        end to the gaps of courses that are matched no longer."""
        gaps = [
            p.Gap(
                "unmatched_course",
                f"course:{course.id}",
                match.why,
                match.details,
                moodle_id=course.id,
                course_name=course.fullname,
            )
            for course, match in self.matches
            if match.why
        ]
        if any(course.idnumber is None for course, _match in self.matches):
            gaps.append(p.Gap("unmatched_course", "idnumbers", "idnumbers_hidden"))
        Gap = self.env["moodle.sync.gap"]
        run._count(**Gap._record(self.instance, run, 0, gaps))
        mapped = [course.id for course, match in self.matches if match.pair]
        run._count(**Gap._close_units_except(self.instance, mapped))

    def _report(self, course, match):
        try:
            work = self._read(course, match, self.store.course_mapping(course.id))
            _people, plan = self._plan(work)
        except errors.MoodleError as error:
            if error.scope == errors.SITE:
                raise
            return CourseReport(course.fullname, error=error.explain(self.env))
        return CourseReport(course.fullname, plan)

    def _commit(self):
        """This is the run loop, on cursors of its own: what is done stays done, and no
        transaction stays open while Moodle is asked. Flushed in the quiet environment
        first: tracking follows whoever flushes."""
        self.env.flush_all()
        self.env.cr.commit()  # pylint: disable=invalid-commit

    # --- bookkeeping ----------------------------------------------------------

    def _count_calls(self, run, before):
        run._count(moodle_calls=self.client.calls - before)
        return self.client.calls

    def _stop(self, run, message):
        run._finish("partial" if run.courses_done else "failed", message)

    def _unexpected(self):
        return self.env._(
            "An unexpected error, written down whole in the log of the Odoo server. Please "
            "show it to your Odoo administrator."
        )

    def _busy(self):
        with self.registry.cursor() as cr:
            self._open(cr)
            return RunResult(
                self.instance.name,
                "busy",
                self.env._("Another run of this instance is under way; this one steps aside."),
            )


def _refused_push(push, error, env):
    return p.Gap(
        "refused_push",
        f"mark:{push.session_id}:{push.student_id}",
        "push_refused",
        (push.student_id, error.explain(env)),
        moodle_id=push.session_id,
        marks=1,
    )


def _fingerprint(reading):
    """Of all sessions of a course together."""
    text = ",".join(sorted(f"{s.id}:{s.content_hash}" for s in reading.sessions))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _people_in(reading):
    people = {user.id for user in reading.users}
    return people | {mark.user_id for session in reading.sessions for mark in session.marks}
