"""Looks at both sides and writes no attendance: preview, verification, what matches
whom, and past sessions by their ids. ORM."""

import json
import logging
from collections import Counter
from contextlib import closing

from ..domain import plan as p
from ..domain.changes import changes
from ..domain.letters_seen import LettersSeen
from ..domain.moodle_text import clean_name
from ..moodle import moodle_errors as errors
from ..moodle.module_detector import CONTENTS
from ..texts import messages_run as words
from ..texts.told import keep, say
from .course_reader import KnownSessions
from .course_sync import CourseSync
from .reading import read_ahead
from .results import CourseReport
from .sync_attendance import SkippedError, SyncAttendance

_logger = logging.getLogger(__name__)

# Names that are kept of those who match nothing.
NAMES = 8
# Sessions of a course that are read one by one for their letters.
KNOWN_READ = 10
# Session ids that are tried between two looks at whether to stop.
BACKFILL_STEP = 100


class Survey:
    """What a run would do and who is who. How both sides are opened, and what may be asked
    there, is the run's own: it is the ``sync`` of a survey.

    See :class:`SyncAttendance` for the parameters.
    """

    def __init__(self, registry, instance_id, user_id, clock=None):
        self.registry = registry
        self.instance_id = instance_id
        self.sync = SyncAttendance(registry, instance_id, user_id, clock=clock)

    def preview(self, seconds=None):
        """The plan of every course; nothing is applied on either side.

        :param seconds: after which it is given up
        :return: ``(list of CourseReport, problem)``; the second says why it is empty, see
            ``told``
        """
        reports = []
        self.sync.begin(seconds, 0)
        with self.registry.cursor() as cr:
            odoo, problem = self.sync.open(cr), ""
            try:
                sides, courses = self._both_sides(odoo)
                syncs = self._syncs(sides, courses, self._courses_done(sides, courses))
                with closing(sides.client.memory), read_ahead(sides, syncs) as readings:
                    reports += [self._course_report(read)[0] for read in readings]
            except SkippedError as reason:
                problem = reason.told
            except errors.MoodleError as error:
                problem = error.told()
            finally:
                cr.rollback()
            return reports, problem

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
        self.sync.begin(seconds, grace)
        try:
            return self._look(report_id, in_background)
        except Exception:
            # As in a run: not even what is written down about a failure may be raised.
            _logger.exception("Report on Moodle instance %s", self.instance_id)
            return self._give_up_report(report_id)

    def _look(self, report_id, in_background):
        with self.registry.cursor() as cr:
            odoo = self.sync.open(cr)
            report = odoo.env["moodle.sync.report"].browse(report_id)
            try:
                sides, courses = self._both_sides(odoo)
                self._look_at_courses(report, sides, courses, in_background)
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
            odoo.commit()
            return report.state

    def _look_at_courses(self, report, sides, courses, in_background):
        wanted = self._courses_done(sides, courses)
        if report.course_id:
            wanted = [course for course in wanted if course.id == report.course_id]
        # What matches nothing is looked at by a verification, which is once a week.
        whole = report.kind == "verify" and not report.course_id
        unmeant = self._unmeant(sides, courses) if whole else []
        queue = report._enqueue([course.id for course in wanted], [c.id for c in unmeant])
        sides.odoo.commit()
        wanted = [course for course in wanted if course.id in queue]
        done = 0
        syncs = self._syncs(sides, courses, wanted)
        with closing(sides.client.memory), read_ahead(sides, syncs) as readings:
            while readings.more:
                if self.sync.budget.is_over:
                    return
                read = next(readings)
                course = read.key.course
                try:
                    found, lines, fingerprint = self._course_report(read)
                except errors.MoodleOutOfTime as error:
                    sides.env.cr.rollback()
                    if not in_background or done:
                        return
                    # It had the whole time: left queued, it would be the first again.
                    found, lines, fingerprint = _unread(course, error), (), ""
                report._add_course(course, found, lines, fingerprint)
                sides.odoo.commit()
                done += 1
        left = set(report._left("unmeant"))
        for course in unmeant:
            if course.id not in left:
                continue
            if self.sync.budget.is_over:
                return
            try:
                has = _has_attendance(sides, course)
            except errors.MoodleOutOfTime:
                return
            report._add_unmeant(course, has)
            sides.odoo.commit()
        report._complete()

    def _give_up_report(self, report_id):
        """End it by SQL: whatever refused to be written by the ORM refuses again."""
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE moodle_sync_report SET state = 'failed', queued = false, problem = %s, "
                "told = coalesce(told, '{}') || %s::jsonb, "
                "ended_at = now() AT TIME ZONE 'UTC' WHERE id = %s",
                (
                    say(self.sync.plain_env(cr), words.UNEXPECTED),
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
        self.sync.begin(seconds, grace)
        with self.registry.cursor() as cr:
            sides, courses = self._both_sides(self.sync.open(cr))
            mapped = courses.mapped
            found, letters = [], LettersSeen(sides.rules.chosen)
            for course, match in mapped:
                if found and self.sync.budget.is_over:
                    break
                try:
                    sessions, users, groups = self._of_course(sides, course)
                    people = sides.people.people_of(
                        course.id, users, groups, courses.subject(course)
                    )
                    letters.add(course.id, sessions)
                    found.append(_matches(course, match, sessions, users, groups, people))
                except errors.MoodleOutOfTime:
                    break
            looked, asked = {}, self._unmeant(sides, courses)
            for course in asked:
                if self.sync.budget.is_over:
                    break
                try:
                    looked[course.id] = _has_attendance(sides, course)
                except errors.MoodleOutOfTime:
                    break
            cr.rollback()
            # So that their settings can be chosen before a first run.
            sides.store.course_mappings(mapped, courses.listed)
            sides.odoo.commit()
            return {
                "courses": len(courses.matches),
                "matched": found,
                "left": len(mapped) - len(found),
                "unmatched": [
                    [course.id, course.fullname, match.why, list(match.details)]
                    for course, match in courses.matches
                    if match.why and not match.pair
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
        self.sync.begin(seconds, grace)
        with self.registry.cursor() as cr:
            sides, courses = self._both_sides(self.sync.open(cr))
            sides.odoo.commit()
            found, following = self._probe_all(sides, first_id, last_id)
            number = self._keep_found(sides, courses, found)
            sides.odoo.commit()
            return number, following

    def go_on_with_backfill(self, seconds, grace=None):
        """The one that the instance has begun, step by step: after each what was found is
        kept, and whether a person has pressed *Stop* is looked at.

        :raise MoodleError, SkippedError: as :meth:`backfill`
        """
        self.sync.begin(seconds, grace)
        with self.registry.cursor() as cr:
            odoo = self.sync.open(cr)
            instance = odoo.instance
            following, last_id = instance.backfill_next, instance.backfill_last
            sides, courses = self._both_sides(odoo)
            odoo.commit()
            while following and not self.sync.budget.is_over:
                begun = following
                end = min(begun + BACKFILL_STEP - 1, last_id)
                found, left = self._probe_all(sides, begun, end)
                following = left or (end + 1 if end < last_id else 0)
                number = self._keep_found(sides, courses, found)
                moved = instance._move_backfill(begun, following, number)
                odoo.commit()
                if not moved or following == begun:
                    return

    def _probe_all(self, sides, first_id, last_id):
        """:return: ``({course id: sessions}, next id or None)``"""
        found = {}
        for session_id in range(first_id, last_id + 1):
            if self.sync.budget.is_over:
                return found, session_id
            try:
                session = self._probe(sides, session_id)
            except errors.MoodleOutOfTime:
                return found, session_id
            if session:
                found.setdefault(session.course_id, []).append(session)
        return found, None

    @staticmethod
    def _keep_found(sides, courses, found):
        """:return: number of sessions of mapped courses"""
        number = 0
        mapped = {course.id: (course, match) for course, match in courses.mapped}
        for course_id, sessions in found.items():
            if course_id not in mapped:
                continue
            number += len(sessions)
            one = [mapped[course_id]]
            mapping = sides.store.course_mappings(one, courses.listed)[course_id]
            known = KnownSessions.from_json(mapping.known_sessions)
            for session in sessions:
                known.add(session.activity_id, session.id, session.starts)
            if known.changed:
                mapping._keep_sessions(known.to_json())
        return number

    # --- one course -------------------------------------------------------------

    def _both_sides(self, odoo):
        """:param odoo: ``Connection``
        :return: ``Connected`` and ``MatchedCourses``
        """
        sides = self.sync.connect(odoo)
        return sides, self.sync.matched_courses(sides)

    def _courses_done(self, sides, courses):
        """:return: list of ``MoodleCourse`` that a run started now by a person would do"""
        mappings = sides.store.known_course_mappings()
        none = sides.env["moodle.mapping"]
        return [
            course
            for course, _match in courses.mapped
            if not sides.settings_of(mappings.get(course.id, none)).rests(scheduled=False)
        ]

    @staticmethod
    def _unmeant(sides, courses):
        """Unmatched courses that may have attendance for OpenEduCat, the newest first: what
        another company's instance takes, and what ended before *Days back*, is none."""
        asked = sides.detection.has(CONTENTS)
        elsewhere = sides.env["moodle.mapping"]._taken_elsewhere(sides.instance)
        rules = sides.rules
        start = rules.window_start
        found = [
            course
            for course, match in courses.matches
            if match.unmeant
            and (asked or course.has_attendance is not None)
            and course.id not in elsewhere
            and not (start and course.ends and rules.date(course.ends) < start)
        ]
        return sorted(found, key=lambda course: (-course.starts, -course.id))

    @staticmethod
    def _syncs(sides, courses, wanted):
        """:param wanted: iterable of ``MoodleCourse``
        :return: iterates over ``CourseSync`` of each
        """
        for course in wanted:
            mapping = sides.store.course_mapping(course.id)
            yield CourseSync(sides, courses, course, mapping)

    @staticmethod
    def _course_report(read):
        """:param read: ``read_ahead.Read`` of a ``CourseSync``
        :return: ``(CourseReport, tuple of Change, fingerprint of the plan)``
        """
        sync = read.key
        course = sync.course
        try:
            with sync.sides.client.memory.last_of(course.id):
                sync.take(read.value())
                planned = sync.plan()
        except errors.MoodleError as error:
            if error.scope == errors.SITE:
                raise
            return _unread(course, error), (), ""
        work, local, people, plan, held = planned
        lines = changes(plan, work.reading, local, people, work.rules)
        return CourseReport(course.fullname, plan, held=held), lines, p.fingerprint(plan)

    def _of_course(self, sides, course):
        """:return: sessions of a course, the people in it, and its groups"""
        if sides.api.companion:
            # One call brings them all.
            whole = sides.api.companion.course(course.id)
            return whole.sessions, whole.users, whole.groups
        sessions = self._sessions(sides, course)
        users = sides.reader.enrolled_users(course.id, with_roles=True)
        return sessions, users, sides.reader.groups(course.id)

    def _sessions(self, sides, course):
        """Sessions of a course for the sake of their status sets: all that can be listed, or
        those that are known."""
        api, reader = sides.api, sides.reader
        if not api.lists_sessions:
            known = KnownSessions.from_json(sides.store.course_mapping(course.id).known_sessions)
            numbers = [number for _activity, number in known.in_window(0)[:KNOWN_READ]]
            probed = [self._probe(sides, number) for number in numbers]
            return [session for session in probed if session]
        sessions = []
        for activity in reader.activities(course.id):
            try:
                sessions += api.sessions(activity.id)[0]
            except (errors.MoodlePoisonedAnswer, errors.MoodleNotFound):
                # The preview and the runs say so.
                continue
        return sessions

    def _probe(self, sides, session_id):
        try:
            return sides.api.session(session_id)
        except (
            errors.MoodleNotFound,
            errors.MoodlePoisonedAnswer,
            errors.MoodleOddRecord,
            errors.MoodleNoPermission,
        ):
            # None, unreadable, or of a course that the account may not enter.
            return None


def _matches(course, match, sessions, users, groups, people):
    """:param people: ``People`` of the course
    :return: who of a course was found, as a dictionary
    """
    students = [user for user in users if not user.teacher]
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
        "groups": _some(g.name for g, m in zip(groups, batches, strict=True) if not m.record_id),
    }


def _unread(course, error):
    return CourseReport(course.fullname, told=error.told())


def _has_attendance(sides, course):
    """Whether a course has an attendance activity; one that can't be entered is taken for one
    without.

    :raise MoodleError: Moodle can't be asked at all
    """
    if course.has_attendance is not None:
        return course.has_attendance
    try:
        return bool(sides.reader.activities(course.id))
    except errors.MoodleError as error:
        if error.scope == errors.SITE:
            raise
        return False


def _some(names):
    """Enough of them to see who is meant."""
    names = [clean_name(name) for name in names]
    return {"count": len(names), "names": names[:NAMES]}
