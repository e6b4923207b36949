"""One run for one Moodle instance: prerequisites, then course by course.

ORM. Data flows one way: ``course_reader`` (Moodle) and ``local_store`` (OpenEduCat)
-> ``planner`` -> ``plan_applier`` and ``pusher``; ``course_sync`` does that for one
course. This file goes through the courses and owns the transactions:

* a lock in a transaction of its own (``run_lock``), held as long as the run;
* a second cursor for the work (``connection``), committed after each course together
  with its bookkeeping, so that an interrupted run resumes and repeats nothing.

Where jobs can be had (``models/queue_jobs.py``), the schedule only begins a run, and each
job does some of its courses (``portion``).
"""

import json
import logging
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack, closing, nullcontext
from functools import partial

from odoo import SUPERUSER_ID, api

from ..domain import site_identity, trouble
from ..domain.portions import portions
from ..moodle import moodle_errors as errors
from ..moodle.companion_api import LaterRunError
from ..moodle.module_detector import detect_installed_modules
from ..moodle.moodle_transport import Clock
from ..moodle.moodle_url import AddressError
from ..texts import messages_run as words
from ..texts.told import keep, say
from . import chosen_courses
from .connection import Connected, Connection
from .course_sync import CourseSync, MovedError, StoppedError
from .digests import ask_first, unchanged
from .matched_courses import MatchedCourses
from .reading import read_ahead
from .results import RunResult
from .run_lock import instance_lock
from .time_budget import TimeBudget

_logger = logging.getLogger(__name__)
REQUIRED_MODEL = "op.attendance.sheet"
# Courses whose marks are on their way while the next one is planned: with marks here and there,
# each course alone would leave most calls at once unused.
SENDING = 3
# What starts a run that leaves out what Moodle says to be unchanged. Whoever presses *Sync now*
# has all of it read.
THRIFTY = ("cron", "shell")


class SkippedError(Exception):
    """A prerequisite is missing.

    :param sentence: that says which, see ``told``
    """

    def __init__(self, sentence):
        self.told = keep(sentence)
        super().__init__(self.told)

    def explain(self, env):
        """:return: text, in the language of ``env``"""
        return say(env, self.told)


class WaitingError(SkippedError):
    """Nothing is wrong, but a person has to look first."""


class SyncAttendance:
    """Synchronises the attendance of one instance.

    :param registry: the database's registry; cursors are taken from it
    :param instance_id: id of the ``moodle.instance``, committed
    :param user_id: who started it, for the record; the work is done as superuser,
        the caller has checked the right to sync
    :param reader_lang: language of who waits for the result; without one it is told in that
        of the responsible person
    :param clock: ``moodle_transport.Clock``, of Moodle's client too
    """

    def __init__(self, registry, instance_id, user_id, reader_lang=None, clock=None):
        self.registry = registry
        self.instance_id = instance_id
        self.user_id = user_id
        self.reader_lang = reader_lang
        self.lang = "en_US"
        self.clock = clock or Clock()
        self.budget = TimeBudget(self.clock)
        self.handed_over = False

    # --- entry points ---------------------------------------------------------

    def run(self, trigger, seconds=None, report_id=None, grace=None):
        """One run, or the rest of one that was interrupted or ran out of time.

        :param trigger: ``cron``, ``button``, ``preview`` (its Apply) or ``shell``
        :param seconds: time budget; courses that are left when it ends stay queued on
            the run, which then stays ``running``
        :param report_id: id of the ``moodle.sync.report`` that is applied: exactly what it
            says is done, in the courses where nothing has moved since
        :param grace: seconds beyond the budget after which what is under way is given up,
            ``None`` for no such end
        :return: ``RunResult``; nothing is raised for a dead or refusing Moodle, nor for
            anything else that can be written down
        """
        self.begin(seconds, grace)
        with instance_lock(self.registry, self.instance_id) as held:
            if not held:
                return self._busy()
            try:
                self._note_try()
                return self._held(trigger, report_id)
            except Exception:
                # Even what should have been written down about a failure can be refused
                # (by PostgreSQL, by another module). It must not be raised: this instance
                # would stay "running", and all behind it in the cron would wait.
                _logger.exception("Attendance sync of Moodle instance %s", self.instance_id)
                return self._give_up()

    def _held(self, trigger, report_id):
        """The run, while its lock is held."""
        with self.registry.cursor() as cr:
            odoo = self.open(cr)
            silent = self._for_reader(odoo.instance)._why_silent()
            if silent:
                # No record of it either: nothing was to be done.
                return RunResult(odoo.instance.name, "skipped", silent)
            report = odoo.env["moodle.sync.report"].browse(report_id or ())
            run = odoo.instance._start_run(trigger, self.user_id, report)
            if report and run.report_id != report:
                message = self._for_reader(odoo.instance)._other_run()
                return RunResult(odoo.instance.name, "busy", message)
            odoo.commit()
            if trigger == "cron" and run._jobs_at_work():
                return self._left_to_jobs(odoo.instance)
            try:
                self._check_direction(run, odoo.instance)
                self._run(run, odoo, trigger)
                odoo.instance._suggest_address(None)
            except SkippedError as reason:
                run._finish("skipped", reason.told, waits=isinstance(reason, WaitingError))
            except errors.MoodleError as error:
                cr.rollback()
                if not self._may_wait(error, trigger):
                    self._stop(run, error.told())
                    odoo.instance._suggest_address(error)
            except Exception:
                # The cron must survive whatever happens here: Odoo switches it off
                # after five failures, and all other instances with it.
                cr.rollback()
                _logger.exception("Attendance sync of Moodle instance %s", self.instance_id)
                self._stop(run, words.UNEXPECTED)
            run._count(seconds=self.budget.spent)
            if trigger == "cron" and run.trigger != "cron" and run.state != "running":
                run._tell_end()
            odoo.commit()
            if self.handed_over:
                return self._left_to_jobs(odoo.instance)
            return self._for_reader(run)._result()

    def begin(self, seconds, grace):
        """Let the time run from here on.

        :param seconds, grace: see :meth:`run`
        """
        self.budget = TimeBudget(self.clock, seconds, grace)

    @staticmethod
    def _may_wait(error, trigger):
        """Whether it is only a person's patience that ended: the cron, which has more time,
        takes up what is left."""
        return isinstance(error, errors.MoodleOutOfTime) and trigger != "cron"

    def _note_try(self):
        """On a cursor of its own: it counts whatever becomes of the run, so that the cron
        begins with another instance next time. Whoever is saving the instance just now
        is not waited for."""
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE moodle_instance SET last_try = now() AT TIME ZONE 'UTC' WHERE id IN "
                "(SELECT id FROM moodle_instance WHERE id = %s FOR UPDATE SKIP LOCKED)",
                (self.instance_id,),
            )

    def _give_up(self):
        """End the run by SQL: whatever refused to be written by the ORM refuses again.

        :return: ``RunResult``
        """
        with self.registry.cursor() as cr:
            message = say(self.plain_env(cr), words.UNEXPECTED)
            kept = keep(words.UNEXPECTED)
            cr.execute(
                "UPDATE moodle_sync_run SET state = 'failed', queued = false, summary = %s, "
                "told = coalesce(told, '{}') || %s::jsonb, "
                "ended_at = now() AT TIME ZONE 'UTC' WHERE instance_id = %s AND state = 'running' "
                "RETURNING id",
                (message, json.dumps({"problem": kept}), self.instance_id),
            )
            runs = [row[0] for row in cr.fetchall()]
            cr.execute(
                "UPDATE moodle_instance SET error_message = %s, error_told = %s::jsonb, "
                "failing_since = coalesce(failing_since, now() AT TIME ZONE 'UTC') "
                "WHERE id = %s RETURNING name",
                (message, json.dumps(kept), self.instance_id),
            )
            names = [row[0] for row in cr.fetchall()]
            message = say(self.plain_env(cr, self.reader_lang), words.UNEXPECTED)
            return RunResult((names or [""])[0], "failed", message, max(runs, default=0))

    def plain_env(self, cr, lang=None):
        """:return: an environment for a sentence that is written by SQL"""
        return api.Environment(cr, SUPERUSER_ID, {"lang": lang or self.lang})

    def _for_reader(self, records):
        """The same records in the language of who waits for the result."""
        return records.with_context(lang=self.reader_lang) if self.reader_lang else records

    # --- setting up -----------------------------------------------------------

    def open(self, cr):
        """:param cr: cursor of what is begun
        :return: ``Connection``
        """
        odoo = Connection(cr, self.instance_id)
        self.lang = odoo.env.lang or self.lang
        return odoo

    def connect(self, odoo):
        """Find Moodle, and what this run may do there.

        :param odoo: ``Connection``
        :return: ``Connected``
        :raise SkippedError, MoodleError: attendance can't be synchronised
        """
        try:
            client = odoo.instance._moodle_client(self.budget)
        except AddressError as error:
            raise SkippedError(error.reason) from None
        except ValueError:
            raise SkippedError(words.NO_ADDRESS) from None
        odoo.commit()
        detection = self._check_prerequisites(odoo.instance, client)
        refusal = odoo.instance._connected_already(detection.address)
        if refusal:
            raise SkippedError(refusal)
        client.doubt()
        return Connected.of(odoo, client, detection)

    @staticmethod
    def _check_direction(run, instance):
        """:raise WaitingError: the direction or the meaning of a letter was changed, and no
        person has started a run since: nothing is overwritten by surprise"""
        if run.trigger == "cron" and instance.direction_changed:
            raise WaitingError(words.DIRECTION_CHANGED)
        if run.trigger == "cron" and instance.meaning_changed:
            raise WaitingError(words.MEANING_CHANGED)
        if run.trigger == "cron" and instance.site_waits:
            raise WaitingError(words.SITE_WAITS)

    def _check_prerequisites(self, instance, client):
        """Moodle's plug-ins and functions, and OpenEduCat's models.

        :param client: ``MoodleClient`` of the instance
        :return: ``Detection``
        :raise SkippedError: something is missing, in words for an administrator
        :raise MoodleError: Moodle can't be asked
        """
        if REQUIRED_MODEL not in instance.env:
            raise SkippedError(words.NO_OPENEDUCAT)
        detection = detect_installed_modules(
            client, instance._widest_direction(), instance.attendance_api
        )
        if not detection.ready:
            raise SkippedError(detection.problem)
        return detection

    def matched_courses(self, sides, run=None):
        """The courses of the Moodle that is known, and what they stand for.

        :param sides: ``Connected``
        :param run: ``moodle.sync.run``, which notes what it sees; ``None`` only looks
        :return: ``MatchedCourses``
        :raise WaitingError: another Moodle answers, and nobody has said what it is
        """
        courses = self._list_courses(sides, run)
        return MatchedCourses.all_of(courses, sides.store, sides.reader.odd)

    def _list_courses(self, sides, run):
        courses = sides.reader.courses()
        if run and sides.reader.token_ends is not None:
            sides.instance._note_token_end(sides.reader.token_ends)
        seen = site_identity.site_of(sides.detection, courses, sides.reader.site_made)
        question = sides.instance._look_at_site(seen, run)
        if question:
            raise WaitingError(question)
        return courses

    # --- one run --------------------------------------------------------------

    def _run(self, run, odoo, trigger):
        problem = run._gather()
        if problem:
            # What jobs have met that are gone.
            self._stop(run, problem)
            return
        sides = self.connect(odoo)
        courses = self.matched_courses(sides, run)
        mapped = courses.mapped
        mappings = sides.store.course_mappings(mapped, courses.listed)
        settings = {id_: sides.settings_of(mapping) for id_, mapping in mappings.items()}
        ended = chosen_courses.note_ended(sides, courses, mappings)
        chosen_courses.forget_unread(run, sides, courses, mappings, settings)
        resting = chosen_courses.resting(run, mapped, settings)
        mapped = [item for item in mapped if item not in resting]
        broken = chosen_courses.broken(run, sides, mapped, mappings)
        mapped = [item for item in mapped if item not in broken]
        mapped.sort(key=lambda item: mappings[item[0].id]._taken_in_order())
        # One of which Moodle can't say a digest keeps it from saying those of others.
        suspects = {course.id for course, _match in mapped if mappings[course.id].failures}
        sides.client.expect_trouble(suspects)
        approved = run._approved_plans()
        if approved is not None:
            mapped = [item for item in mapped if item[0].id in approved]
        quiet = chosen_courses.quiet(run, sides, mapped, mappings) if approved is None else set()
        mapped = [item for item in mapped if item[0].id not in quiet]
        ids = [course.id for course, _match in mapped]
        missing = sorted(set(approved or ()) - set(ids))
        not_yet = [course.id for course, _match in broken]
        queue = run._enqueue([*missing, *not_yet, *ids], len(courses.matches), len(quiet))
        for course_id in missing:
            if course_id in queue:
                # Matched when it was approved, and not any more.
                name = words.course(course_id)
                run._course_failed(course_id, name, words.MOVED, held=True)
        for course, _match in broken:
            if course.id in queue:
                # Not asked, and not forgotten either.
                still = words.not_tried_yet(mappings[course.id].error_told)
                run._course_failed(course.id, course.fullname, still)
        digests = self._digests(sides, sorted(queue.intersection(ids) - suspects))
        if digests and trigger in THRIFTY:
            found = unchanged(sides, courses, settings, digests)
            found = [course for course in found if course.course_id in queue]
            run._courses_unchanged(found)
            queue -= {course.course_id for course in found}
            sides.odoo.commit()
        # Once it is known what is read, and before it is.
        gone = chosen_courses.note_unmatched(run, sides, courses, mappings, settings, queue)
        told_now = [
            *ended,
            *chosen_courses.rest_words(resting, settings),
            *([words.courses_quiet(len(quiet), sides.instance.quiet_hours)] if quiet else ()),
        ]
        if trigger == "cron":
            todo = [(course.id, match.pair) for course, match in mapped if course.id in queue]
            self.handed_over = run._hand_over(portions(todo))
        if self.handed_over:
            nothing = chosen_courses.nothing_read(
                run, sides, [mappings[course_id] for course_id in ids]
            )
            run._keep_hints(sides.client.clock_offset, [*nothing, *told_now], gone)
            self._count_calls(run, sides)
            return
        sides.odoo.commit()
        # Looked at once: each commit forgets what was read of the run.
        scheduled = run.trigger == "cron"
        syncs = (
            CourseSync(
                sides,
                courses,
                course,
                mappings[course.id],
                scheduled,
                digests.get(course.id, ""),
            )
            for course, _match in mapped
            if course.id in queue
        )
        if not self._courses(run, sides, syncs, approved, trigger):
            return
        hints = [
            *chosen_courses.nothing_read(run, sides, [mappings[course_id] for course_id in ids]),
            *told_now,
        ]
        chosen_courses.note_left(run, sides.store, gone)
        run._complete(sides.client.clock_offset, hints)

    @staticmethod
    def _digests(sides, course_ids):
        """:raise WaitingError: Moodle has met a later run, and nobody has said why"""
        try:
            return ask_first(sides, course_ids)
        except LaterRunError:
            raise WaitingError(words.DATABASE_OLD) from None

    def _courses(self, run, sides, syncs, approved, trigger):
        """Course by course, while the next ones are read.

        :param syncs: iterable of ``CourseSync``
        :param approved: ``{Moodle course id: fingerprint}``, or ``None``
        :return: whether all are done; the rest stays queued, and the cron takes it up
        """
        self._count_calls(run, sides)
        all_done = self._each(run, sides, syncs, approved, trigger)
        self._count_calls(run, sides)
        return all_done

    def _each(self, run, sides, syncs, approved, trigger):
        """See :meth:`_courses`."""
        done = 0
        # Those whose marks are on their way, each with what holds its lock.
        sending = []
        with closing(sides.client), closing(sides.pusher), read_ahead(sides, syncs) as readings:
            while sending or readings.more:
                begins = len(sending) < SENDING and not self.budget.is_over and readings.more
                further = self._next_of(sending, readings if begins else None)
                if further:
                    sending.remove(further)
                    sync, taken = further
                    step = sync.go_on
                elif begins:
                    read = next(readings)
                    sync, step = read.key, partial(self._begin, run, read, approved)
                    taken = ExitStack()
                    taken.callback(sides.client.memory.release, sync.course.id)
                    if not taken.enter_context(self._course_taken(run, sides, sync)):
                        taken.close()
                        continue
                else:
                    return False
                with taken:
                    try:
                        under_way = self._course(run, sides, sync, step)
                    except errors.MoodleError as error:
                        self._end_all(run, sides, sending)
                        if not isinstance(error, errors.MoodleOutOfTime):
                            raise
                        if trigger == "cron" and not done:
                            # It had the whole time: left queued, it would be the first again.
                            self._course_failed(run, sides, sync, error)
                        return False
                    if under_way:
                        sending.append((sync, taken.pop_all()))
                        continue
                    done += 1
                    sides.odoo.commit()
        return True

    @staticmethod
    def _next_of(sending, readings):
        """Wait until something can be gone on with.

        :param sending: list of ``CourseSync`` whose marks are on their way, and what holds its
            lock
        :param readings: ``ReadAhead``, if another course may be begun
        :return: one of the first, or ``None`` where it is another course's turn
        """
        while sending:
            for one in sending:
                if all(future.done() for future in one[0].waits_for):
                    return one
            if readings and readings.ready:
                return None
            waited_for = [future for sync, _taken in sending for future in sync.waits_for]
            waited_for += readings.under_way if readings else ()
            wait([f for f in waited_for if not f.done()], return_when=FIRST_COMPLETED)
        return None

    def _course_taken(self, run, sides, sync):
        """Whoever holds the lock of the instance alone shares no course with anybody.

        :return: context manager, which gives whether the course is to be done here
        """
        return nullcontext(True)

    @staticmethod
    def _begin(run, read, approved):
        """:param read: ``read_ahead.Read`` of a ``CourseSync``
        :param approved: see :meth:`_courses`
        :return: see ``CourseSync.begin``
        """
        sync = read.key
        sync.take(read.value())
        outcome = sync.begin(run, approved and approved[sync.course.id])
        # Its marks are in the same sheets as those of another Moodle course, which may be next.
        return sync.end() if outcome is None and sync.rivals else outcome

    def _end_all(self, run, sides, sending):
        """What is on its way when another course has met the end of the run: what Moodle holds of
        it is kept, as far as Moodle still says so.

        :param sending: iterable of ``CourseSync`` and what holds its lock
        """
        for sync, taken in sending:
            with taken:
                try:
                    self._course(run, sides, sync, sync.end)
                except errors.MoodleError:
                    # It stays queued; the next run reads what Moodle holds.
                    continue
                sides.odoo.commit()

    def _course(self, run, sides, sync, step):
        """A step of one course, and whatever trouble it makes.

        :param sync: ``CourseSync``
        :param step: function that takes it, notes what it adds to the run, and returns its
            ``CourseOutcome``; or ``None``
        :return: whether its marks are on their way, and the course has to be ended
        :raise MoodleError: nothing more can be asked, in this run
        """
        with sides.client.memory.of(sync.course.id):
            return self._counted_course(run, sides, sync, step)

    def _counted_course(self, run, sides, sync, step):
        """See :meth:`_course`."""
        cr, course, mapping = sides.env.cr, sync.course, sync.mapping
        try:
            outcome = step()
        except errors.MoodleError as error:
            cr.rollback()
            if error.scope == errors.SITE:
                raise
            self._course_failed(run, sides, sync, error)
        except MovedError:
            cr.rollback()
            run._course_failed(course.id, course.fullname, words.MOVED, held=True)
        except StoppedError as error:
            cr.rollback()
            self._course_stopped(run, sides, course, mapping, error.args[0])
        except Exception:
            # One course that breaks (a fault of ours, of another module) must not keep
            # the others from being read; it is logged whole and named on the run.
            cr.rollback()
            _logger.exception(
                "Attendance sync of Moodle instance %s, course %s", self.instance_id, course.id
            )
            mapping._failed(words.UNEXPECTED)
            run._course_failed(course.id, course.fullname, words.UNEXPECTED)
        else:
            return outcome is None
        return False

    @staticmethod
    def _course_failed(run, sides, sync, error):
        """:param error: ``MoodleError`` that is of this course alone"""
        course, mapping = sync.course, sync.mapping
        found = mapping._trouble().again(sides.rules.now) if error.persists else trouble.NONE
        mapping._failed(error.told(), found)
        run._course_failed(course.id, course.fullname, error.told())

    @staticmethod
    def _course_stopped(run, sides, course, mapping, stop):
        """:param stop: ``brake.Stop``"""
        gap = stop.gap(course.id)
        # What a person let through was less than this.
        mapping._keep_allowed(mapping.allowed.without(stop.why).parts)
        Gap, instance = sides.env["moodle.sync.gap"], sides.instance
        counts = Gap._record(instance, run, course.id, [gap], course.fullname, whole=False)
        run._count(**counts)
        mapping._failed(gap)
        run._course_failed(course.id, course.fullname, gap, held=True)

    # --- bookkeeping ----------------------------------------------------------

    @staticmethod
    def _count_calls(run, sides):
        run._count(moodle_calls=sides.calls.take(sides.env.cr))

    def _stop(self, run, sentence):
        """:param sentence: see ``told``"""
        run._finish("partial" if run.courses_done else "failed", sentence)

    def _left_to_jobs(self, instance):
        said = self._for_reader(instance).env._(words.LEFT_TO_JOBS)
        return RunResult(instance.name, "busy", said)

    def _busy(self):
        with self.registry.cursor() as cr:
            instance = self.open(cr).instance
            said = self._for_reader(instance).env._(words.BUSY)
            return RunResult(instance.name, "busy", said)
