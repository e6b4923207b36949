"""Looks at both sides and writes no attendance: preview, verification, what matches
whom, and past sessions by their ids. ORM."""

import json
import logging
import time
from collections import Counter

from ..domain import plan as p
from ..domain.changes import changes
from ..domain.letters_seen import LettersSeen
from ..domain.moodle_text import clean_name
from ..moodle import moodle_errors as errors
from ..moodle.module_detector import CONTENTS
from ..texts import messages_run as words
from ..texts.told import keep, say
from .course_reader import KnownSessions
from .results import CourseReport, PlanReport
from .sync_attendance import SkippedError, SyncAttendance

_logger = logging.getLogger(__name__)

# Names that are kept of those who match nothing.
NAMES = 8
# Sessions of a course that are read one by one for their letters.
KNOWN_READ = 10
# Session ids that are tried between two looks at whether to stop.
BACKFILL_STEP = 100


class Survey(SyncAttendance):
    """See :class:`SyncAttendance` for the parameters."""

    def preview(self, seconds=None):
        """The plan of every course; nothing is applied on either side.

        :param seconds: after which it is given up
        :return: ``(PlanReport, problem)``; the second says why it is empty, see ``told``
        """
        reports = []
        self._set_deadline(time.monotonic(), seconds, 0)
        with self.registry.cursor() as cr:
            self._open(cr)
            problem = ""
            try:
                for course, match in self._courses_done():
                    reports.append(self._course_report(course, match)[0])
            except SkippedError as reason:
                problem = reason.told
            except errors.MoodleError as error:
                problem = error.told()
            finally:
                cr.rollback()
            return PlanReport(reports), problem

    def report(self, report_id, seconds=None, grace=None, in_background=False):
        """The same, course by course onto a ``moodle.sync.report``, as far as the time
        goes; nothing is raised for a dead or refusing Moodle, nor for anything else that
        can be written down.

        :param report_id: id of the report, committed
        :param seconds: time budget; what is left stays queued on the report
        :param grace: see :meth:`run`
        :param in_background: whether nobody takes up what this leaves for want of time
        :return: its state: ``running``, ``done`` or ``failed``
        """
        started = time.monotonic()
        self._set_deadline(started, seconds, grace)
        try:
            return self._look(report_id, started, seconds, in_background)
        except Exception:
            # As in a run: not even what is written down about a failure may be raised.
            _logger.exception("Report on Moodle instance %s", self.instance_id)
            return self._give_up_report(report_id)

    def _look(self, report_id, started, seconds, in_background):
        with self.registry.cursor() as cr:
            self._open(cr)
            report = self.env["moodle.sync.report"].browse(report_id)
            try:
                self._look_at_courses(report, started, seconds, in_background)
            except SkippedError as reason:
                report._fail(reason.told)
            except errors.MoodleError as error:
                cr.rollback()
                if in_background or not isinstance(error, errors.MoodleOutOfTime):
                    report._fail(error.told())
            except Exception:
                # As in a run: Odoo would switch the cron off, for all instances.
                cr.rollback()
                _logger.exception("Report on Moodle instance %s", self.instance_id)
                report._fail(words.UNEXPECTED)
            if in_background and report.state != "running":
                report._tell_end()
            self.connection.commit()
            return report.state

    def _look_at_courses(self, report, started, seconds, in_background):
        courses = self._courses_done()
        if report.course_id:
            courses = [item for item in courses if item[0].id == report.course_id]
        # What matches nothing is looked at by a verification, which is once a week.
        unmeant = self._unmeant() if report.kind == "verify" and not report.course_id else []
        queue = report._enqueue([course.id for course, _ in courses], [c.id for c in unmeant])
        self.connection.commit()
        done = 0
        for course, match in courses:
            if course.id not in queue:
                continue
            if seconds is not None and time.monotonic() - started >= seconds:
                return
            try:
                found, lines, fingerprint = self._course_report(course, match)
            except errors.MoodleOutOfTime as error:
                self.env.cr.rollback()
                if not in_background or done:
                    return
                # It had the whole time: left queued, it would be the first again.
                found, lines, fingerprint = self._unread(course, error), (), ""
            report._add_course(course, found, lines, fingerprint)
            self.connection.commit()
            done += 1
        left = set(report.pending.get("unmeant", ()))
        for course in unmeant:
            if course.id not in left:
                continue
            if seconds is not None and time.monotonic() - started >= seconds:
                return
            try:
                has = self._has_attendance(course)
            except errors.MoodleOutOfTime:
                return
            report._add_unmeant(course, has)
            self.connection.commit()
        report._complete()

    def _give_up_report(self, report_id):
        """End it by SQL: whatever refused to be written by the ORM refuses again."""
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE moodle_sync_report SET state = 'failed', pending = NULL, problem = %s, "
                "told = coalesce(told, '{}') || %s::jsonb, "
                "ended_at = now() AT TIME ZONE 'UTC' WHERE id = %s",
                (
                    say(self._plain_env(cr), words.UNEXPECTED),
                    json.dumps({"problem": [keep(words.UNEXPECTED)]}),
                    report_id,
                ),
            )
        return "failed"

    def discover(self, seconds, grace=None):
        """Which courses, groups and students match what, and how; and what letters the
        sessions of these courses use. The mappings of the courses are kept, nothing else.

        :param seconds: time budget; the courses that are left are counted
        :param grace: see :meth:`run`
        :return: plain data, see ``models/moodle_instance_setup.py``
        :raise SkippedError, MoodleError: Moodle can't be asked
        """
        started = time.monotonic()
        self._set_deadline(started, seconds, grace)
        with self.registry.cursor() as cr:
            self._open(cr)
            mapped = self._courses()
            found, letters = [], LettersSeen(self.connection.rules.chosen)
            for course, match in mapped:
                if found and time.monotonic() - started >= seconds:
                    break
                try:
                    sessions = self._sessions(course)
                    matches = self._matches(course, match, sessions)
                    letters.add(course.id, sessions)
                    found.append(matches)
                except errors.MoodleOutOfTime:
                    break
            looked, asked = {}, self._unmeant()
            for course in asked:
                if time.monotonic() - started >= seconds:
                    break
                try:
                    looked[course.id] = self._has_attendance(course)
                except errors.MoodleOutOfTime:
                    break
            cr.rollback()
            # So that their settings can be chosen before a first run.
            self.store.course_mappings(mapped)
            self.connection.commit()
            return {
                "courses": len(self.matches),
                "matched": found,
                "left": len(mapped) - len(found),
                "unmatched": [
                    [course.id, course.fullname, match.why, list(match.details)]
                    for course, match in self.matches
                    if match.why
                ]
                + [
                    [course.id, course.fullname, p.UNMEANT, []]
                    for course in asked
                    if looked.get(course.id)
                ],
                "without": [number for number, found_any in looked.items() if not found_any],
                "not_asked": len(asked) - len(looked),
                "letters": letters.to_json(),
            }

    def backfill(self, first_id, last_id, seconds=None, grace=None):
        """Probe a range of session ids and keep those of mapped courses, so that the
        next run reads them: the legacy family can't list past sessions.

        :param seconds: time budget
        :param grace: see :meth:`run`
        :return: ``(number of sessions found, next id to be probed or None)``
        :raise MoodleError: Moodle can't be asked
        :raise SkippedError: a prerequisite is missing
        """
        started = time.monotonic()
        self._set_deadline(started, seconds, grace)
        with self.registry.cursor() as cr:
            self._open(cr)
            courses = self._courses_by_id()
            found, following = self._probe_all(first_id, last_id, started, seconds)
            number = self._keep_found(found, courses)
            self.connection.commit()
            return number, following

    def go_on_with_backfill(self, seconds, grace=None):
        """The one that the instance has begun, step by step: after each what was found is
        kept, and whether a person has pressed *Stop* is looked at.

        :raise MoodleError, SkippedError: as :meth:`backfill`
        """
        started = time.monotonic()
        self._set_deadline(started, seconds, grace)
        with self.registry.cursor() as cr:
            self._open(cr)
            instance = self.instance
            following, last_id = instance.backfill_next, instance.backfill_last
            courses = self._courses_by_id()
            while following and time.monotonic() - started < seconds:
                begun = following
                end = min(begun + BACKFILL_STEP - 1, last_id)
                found, left = self._probe_all(begun, end, started, seconds)
                following = left or (end + 1 if end < last_id else 0)
                number = self._keep_found(found, courses)
                moved = instance._move_backfill(begun, following, number)
                self.connection.commit()
                if not moved or following == begun:
                    return

    def _courses_by_id(self):
        courses = {course.id: (course, match) for course, match in self._courses()}
        self.connection.commit()
        return courses

    def _probe_all(self, first_id, last_id, started, seconds):
        """:return: ``({course id: sessions}, next id or None)``"""
        found = {}
        for session_id in range(first_id, last_id + 1):
            if seconds is not None and time.monotonic() - started >= seconds:
                return found, session_id
            try:
                session = self._probe(session_id)
            except errors.MoodleOutOfTime:
                return found, session_id
            if session:
                found.setdefault(session.course_id, []).append(session)
        return found, None

    def _keep_found(self, found, courses):
        """:return: number of sessions of mapped courses"""
        number = 0
        for course_id, sessions in found.items():
            if course_id not in courses:
                continue
            number += len(sessions)
            mapping = self.store.course_mappings([courses[course_id]])[course_id]
            known = KnownSessions.from_json(mapping.known_sessions)
            for session in sessions:
                known.add(session.activity_id, session.id, session.starts)
            if known.changed:
                mapping._keep_sessions(known.to_json())
        return number

    # --- one course -------------------------------------------------------------

    def _courses(self):
        """:return: list of ``(MoodleCourse, CourseMatch)`` that have a pair"""
        self._connect()
        return self._mapped_courses(self._list_courses())

    def _courses_done(self):
        """Those of :meth:`_courses` that a run started now by a person would do."""
        mapped = self._courses()
        mappings = self.store.known_course_mappings()
        none = self.env["moodle.mapping"]
        settings_of = self.connection.settings_of
        return [
            (course, match)
            for course, match in mapped
            if not settings_of(mappings.get(course.id, none)).rests(scheduled=False)
        ]

    def _unmeant(self):
        """Unmatched courses that may have attendance for OpenEduCat, the newest first: what
        another company's instance takes, and what ended before *Days back*, is none."""
        if not self.detection.has(CONTENTS):
            return []
        elsewhere = self.env["moodle.mapping"]._taken_elsewhere(self.instance)
        rules = self.connection.rules
        start = rules.window_start
        courses = [
            course
            for course, match in self.matches
            if match.unmeant
            and course.id not in elsewhere
            and not (start and course.ends and rules.date(course.ends) < start)
        ]
        return sorted(courses, key=lambda course: (-course.starts, -course.id))

    def _has_attendance(self, course):
        """Whether a course has an attendance activity; one that can't be entered is taken for
        one without.

        :raise MoodleError: Moodle can't be asked at all
        """
        try:
            return bool(self.connection.reader.activities(course.id))
        except errors.MoodleError as error:
            if error.scope == errors.SITE:
                raise
            return False

    def _course_report(self, course, match):
        """:return: ``(CourseReport, tuple of Change, fingerprint of the plan)``"""
        mapping = self.store.course_mapping(course.id)
        try:
            planned = self._course_sync(course, match, mapping).plan()
        except errors.MoodleError as error:
            if error.scope == errors.SITE:
                raise
            return self._unread(course, error), (), ""
        work, local, people, plan, held = planned
        lines = changes(plan, work.reading, local, people, work.rules)
        return CourseReport(course.fullname, plan, held=held), lines, p.fingerprint(plan)

    def _unread(self, course, error):
        return CourseReport(course.fullname, error=error.explain(self.env), told=error.told())

    def _matches(self, course, match, sessions):
        users = self.connection.reader.enrolled_users(course.id, with_roles=True)
        groups = self.connection.reader.groups(course.id)
        students = [user for user in users if not user.teacher]
        subject = self.store.subject(match.pair)
        people = self.store.people_of(users, groups, subject)
        matches = [people.student(user.id) for user in students]
        batches = [people.batch(group.id) for group in groups]
        marked = {mark.user_id for session in sessions for mark in session.marks}
        strangers = [u for u, m in zip(students, matches, strict=True) if not m.record_id]
        # Those whose marks wait for it first.
        strangers.sort(key=lambda user: user.id not in marked)
        return {
            "id": course.id,
            "name": clean_name(course.fullname),
            "found_by": match.found_by,
            "pair": match.pair,
            "students": Counter(m.found_by for m in matches if m.record_id),
            "people": _some(user.fullname for user in strangers),
            "with_marks": sum(user.id in marked for user in strangers),
            "batches": sorted({m.record_id for m in batches if m.record_id}),
            "groups": _some(
                g.name for g, m in zip(groups, batches, strict=True) if not m.record_id
            ),
        }

    def _sessions(self, course):
        """Sessions of a course for the sake of their status sets: all that can be listed, or
        those that are known."""
        api, reader = self.connection.api, self.connection.reader
        if not api.lists_sessions:
            known = KnownSessions.from_json(self.store.course_mapping(course.id).known_sessions)
            probed = (self._probe(number) for _activity, number in known.in_window(0)[:KNOWN_READ])
            return [session for session in probed if session]
        sessions = []
        for activity in reader.activities(course.id):
            try:
                sessions += api.sessions(activity.id)[0]
            except (errors.MoodlePoisonedAnswer, errors.MoodleNotFound):
                # The preview and the runs say so.
                continue
        return sessions

    def _probe(self, session_id):
        try:
            return self.connection.api.session(session_id)
        except (
            errors.MoodleNotFound,
            errors.MoodlePoisonedAnswer,
            errors.MoodleOddRecord,
            errors.MoodleNoPermission,
        ):
            # None, unreadable, or of a course that the account may not enter.
            return None


def _some(names):
    """Enough of them to see who is meant."""
    names = [clean_name(name) for name in names]
    return {"count": len(names), "names": names[:NAMES]}
