"""How old what was read of a course is by the time that it counts: the gap in which a teacher may
have changed what nobody looks at again.

From the moment at which Moodle was first asked about the course, in seconds, to

* ``kept``: the end of the transaction in which the plan made of it is carried out;
* ``sent``: the answer to each mark that goes to Moodle because of it, which is after Moodle has it.
"""

import threading
from contextlib import contextmanager
from statistics import median
from unittest.mock import patch

from odoo.addons.openeducat_moodle_attendance.services.moodle.attendance_api import AttendanceApi
from odoo.addons.openeducat_moodle_attendance.services.runs.course_sync import CourseSync


class Ages:
    """Attributes, after :meth:`watched`: ``kept`` and ``sent``, lists of seconds."""

    def __init__(self):
        self.kept, self.sent = [], []
        # Of each session that was read, when Moodle was first asked about its course.
        self._begun = {}
        self._lock = threading.Lock()

    @contextmanager
    def watched(self):
        begin, answered, update = (
            CourseSync.begin, CourseSync._answered, AttendanceApi.update_status,
        )  # fmt: skip

        def watched_answered(sync):
            answer = answered(sync)
            # It may have been asked for anew.
            sync.take(answer)
            self._begun.update((session.id, answer.begun) for session in answer.reading.sessions)
            return answer

        def watched_begin(sync, *args, **kwargs):
            outcome = begin(sync, *args, **kwargs)
            # Where marks are on their way, what concerns OpenEduCat is kept by now, too.
            self.kept.append(sync.sides.client.clock.now() - sync._answer.begun)
            return outcome

        def watched_update(api, push, taker_id):
            result = update(api, push, taker_id)
            with self._lock:
                self.sent.append(api.client.clock.now() - self._begun[push.session_id])
            return result

        with (
            patch.object(CourseSync, "_answered", watched_answered),
            patch.object(CourseSync, "begin", watched_begin),
            patch.object(AttendanceApi, "update_status", watched_update),
        ):
            yield self

    def told(self):
        """:return: ``{name: seconds}``: of each the median and the oldest, where there are any"""
        found = {}
        for name, ages in (("kept", self.kept), ("sent", self.sent)):
            if ages:
                found |= {f"{name}_after": median(ages), f"{name}_after_most": max(ages)}
        return found
