"""Some courses of a run that several processes share.

ORM. One process begins the run as ever (``sync_attendance``): it looks what there is to do, and
queues it. Then each of several processes is handed some of the courses and does them by the same
code. What differs is only what keeps them out of each other's way: the locks (``run_lock``), and
that what a course adds to the run is noted, and gathered by whoever ends it.

Any process may die at any moment, and two may be handed the same courses: a course is queued
until the transaction that ends it, and whoever has its lock looks whether it still is.
"""

from contextlib import contextmanager

from ..domain import site_identity
from ..moodle import moodle_errors as errors
from ..openeducat.local_store import LocalStore
from ..texts import messages_run as words
from ..texts.told import keep
from . import chosen_courses
from .course_sync import CourseSync
from .digests import ask as ask_digests
from .matched_courses import MatchedCourses
from .run_lock import course_lock, instance_lock, shared_instance_lock
from .sync_attendance import SkippedError, SyncAttendance

# Odoo ends a request after limit_time_real, 120 s if nothing else is set.
SECONDS, GRACE = 45, 45
# How a portion has ended: nothing is left of it that it could do; its time has passed; somebody
# else holds a lock that it needs.
DONE, OUT_OF_TIME, IN_THE_WAY = "done", "out of time", "in the way"


class OtherSiteError(Exception):
    """Something speaks against its being the Moodle that the run was begun with."""


class Portion(SyncAttendance):
    """See ``SyncAttendance``; what is waited for is told to nobody."""

    def do(self, run_id, course_ids):
        """Do what is left of these courses, and end the run if nothing is left of it.

        :param run_id: id of the ``moodle.sync.run``
        :param course_ids: list of ids of Moodle courses
        :return: :data:`DONE`, :data:`OUT_OF_TIME` or :data:`IN_THE_WAY`
        :raise Exception: what neither a course nor Moodle is to blame for; what is done stays
            done, and the courses that are left stay queued
        """
        self.begin(SECONDS, GRACE)
        self.in_the_way = False
        with shared_instance_lock(self.registry, self.instance_id) as held:
            if not held:
                return IN_THE_WAY
            all_done = self._do(run_id, course_ids)
        self._end(run_id)
        if self.in_the_way:
            return IN_THE_WAY
        return DONE if all_done else OUT_OF_TIME

    def _do(self, run_id, course_ids):
        """:return: whether there was time for all"""
        with self.registry.cursor() as cr:
            odoo = self.open(cr)
            run = odoo.env["moodle.sync.run"]._shared(run_id)
            if not run or run._outdated():
                # It has ended, or whoever runs next will end it.
                return True
            left = set(run._left())
            ids = [course_id for course_id in course_ids if course_id in left]
            if not ids:
                return True
            all_done = True
            try:
                all_done = self._do_courses(run, odoo, ids)
            except SkippedError:
                # It was all right when the run began. Who begins the next one says what is not.
                cr.rollback()
            except errors.MoodleError as error:
                # Of the site: those who share the run will meet it, too.
                cr.rollback()
                run._gain({}, problem=error.told())
            run._count(seconds=self.budget.spent)
            odoo.commit()
            return all_done

    def _do_courses(self, run, odoo, ids):
        sides = self.connect(odoo)
        self._check_direction(run, odoo.instance)
        mappings = sides.store.known_course_mappings()
        courses = self._its_courses(sides, ids, mappings)
        settings = {id_: sides.settings_of(mapping) for id_, mapping in mappings.items()}
        # What has changed its meaning or is switched off since stays queued: whoever takes up the
        # run drops it.
        mapped = [
            (course, match)
            for course, match in courses.mapped
            if course.id in mappings and _pair(mappings[course.id]) == match.pair
        ]
        resting = chosen_courses.resting(run, mapped, settings)
        by_id = {course.id: course for course, match in mapped if (course, match) not in resting}
        approved = run._approved_plans()
        sound = [id_ for id_ in ids if id_ in by_id and not mappings[id_].failures]
        sides.client.expect_trouble(by_id.keys() - set(sound))
        digests = ask_digests(sides, sound)
        scheduled = run.trigger == "cron"
        syncs = (
            CourseSync(sides, courses, by_id[id_], mappings[id_], scheduled, digests.get(id_, ""))
            for id_ in ids
            if id_ in by_id
        )
        # As the schedule does it: nobody waits for the answer.
        return self._courses(run, sides, syncs, approved, "cron")

    def _its_courses(self, sides, ids, mappings):
        """These and all that stand for the same; nothing else is asked for.

        :return: ``MatchedCourses``
        :raise OtherSiteError: see there
        """
        pairs = {_pair(mappings[id_]) for id_ in ids if id_ in mappings}
        alike = [id_ for id_, mapping in mappings.items() if _pair(mapping) in pairs]
        courses = sides.reader.courses(sorted({*ids, *alike}))
        seen = site_identity.site_of(sides.detection, courses, 0)
        if site_identity.difference(sides.instance._known_site(), seen):
            raise OtherSiteError
        # Of what was not asked for, nothing is known to be gone.
        there = {course.id for course in courses} | (mappings.keys() - {*ids, *alike})
        return MatchedCourses.of(courses, sides.store, frozenset(there))

    @contextmanager
    def _course_taken(self, run, sides, sync):
        pair = _pair(sync.mapping)
        with course_lock(self.registry, self.instance_id, pair) as held:
            if not held:
                self.in_the_way = True
                yield False
                return
            # Looked at with the lock, in a transaction that has begun after it was taken.
            sides.odoo.commit()
            yield sync.course.id in run._left()

    def _end(self, run_id):
        """End the run if all is done, or if it can't go on. If others are still at it, one of
        them does."""
        with (
            instance_lock(self.registry, self.instance_id) as held,
            self.registry.cursor() as cr,
        ):
            odoo = self.open(cr)
            run = odoo.env["moodle.sync.run"].browse(run_id).exists()
            if not held or run.state != "running":
                return
            problem = run._gather()
            if problem:
                self._stop(run, problem)
            elif not run._left():
                chosen_courses.note_left(run, LocalStore(odoo.instance), run._kept_gone())
                run._complete(run.clock_offset, self._hints(run))
            if run.state != "running" and run.trigger != "cron":
                run._tell_end()
            odoo.commit()

    @staticmethod
    def _hints(run):
        """What was to be told when the run began, as far as it still holds."""
        hints = run._kept_hints()
        nothing = keep(words.NOTHING_KNOWN)
        if nothing not in hints:
            return hints
        mappings = run.env["moodle.mapping"].search(
            [("instance_id", "=", run.instance_id.id), ("model", "=", "op.subject")]
        )
        if run.sessions_seen or any((m.known_sessions or {}).values() for m in mappings):
            hints.remove(nothing)
        return hints


def _pair(mapping):
    return mapping.oec_record_id, mapping.op_course_id.id
