"""Both sides of one instance, as one run has them: Odoo by a cursor of the run's own,
Moodle by a client that has found out what the token may do. ORM."""

import time
from copy import copy
from dataclasses import replace

from odoo import SUPERUSER_ID, api

from ..domain import brake, course_settings, window
from ..moodle.attendance_api import AttendanceApi
from ..moodle.moodle_reader import MoodleReader
from ..openeducat.local_store import QUIET, LocalStore
from .course_reader import CourseReader
from .pusher import Pusher


class Connection:
    """:param cr: cursor of the run, nobody else's
    :param instance_id: id of the ``moodle.instance``

    Odoo's side is there at once; Moodle's (``reader``, ``api``, ``course_reader``,
    ``pusher``, ``store``, ``rules``) after :meth:`use`.
    """

    def __init__(self, cr, instance_id):
        env = api.Environment(cr, SUPERUSER_ID, dict(QUIET))
        instance = env["moodle.instance"].browse(instance_id)
        company = instance.company_id or env.company
        context = {"allowed_company_ids": company.ids, "lang": instance._message_lang()}
        self.instance = instance.with_context(**context)
        self.env = self.instance.env
        self.client = None

    def use(self, detection):
        """:param detection: ``Detection`` of ``client``, ready"""
        instance = self.instance
        self.common = instance._common_settings()
        self.today = window.date_of(time.time(), instance.tz)
        self.reader = MoodleReader(self.client)
        self.api = AttendanceApi(self.client, detection)
        self.rules = self._rules(detection)
        earliest = window.earliest(self.rules.window_start, self.rules.zone)
        self.course_reader = CourseReader(self.reader, self.api, earliest, self.rules.pushes)
        self.pusher = Pusher(self.api, detection.user_id)
        self.store = LocalStore(instance)

    def _rules(self, detection):
        instance, now = self.instance, int(time.time())
        return window.Rules(
            zone=instance.tz,
            window_start=window.window_start(self.today, self.common.days),
            direction=self.common.direction,
            clock_offset=round(self.client.clock_offset or 0),
            user_id=detection.user_id,
            may_create=instance.create_moodle_sessions and self.api.creates_sessions,
            now=now,
            chosen=instance._chosen_meanings(),
            limits=brake.Limits(instance.brake_share, instance.brake_marks),
        )

    def settings_of(self, mapping):
        """:param mapping: ``moodle.mapping`` of a course; empty where it has none yet
        :return: ``course_settings.Effective``
        """
        return course_settings.effective(mapping._own_settings(), self.common, self.today)

    def of_course(self, mapping):
        """The same for one course, by its own direction and days back.

        :param mapping: see :meth:`settings_of`
        """
        own = self.settings_of(mapping)
        if (own.direction, own.days) == (self.common.direction, self.common.days):
            return self
        side, reader, store = copy(self), copy(self.course_reader), copy(self.store)
        start = window.window_start(self.today, own.days)
        side.rules = replace(self.rules, direction=own.direction, window_start=start)
        reader.earliest = window.earliest(start, self.rules.zone)
        reader.pushes = side.rules.pushes
        store.pushes = side.rules.pushes
        side.course_reader, side.store = reader, store
        return side

    def rules_now(self):
        """The rules, with what the last answers have said of Moodle's clock."""
        return replace(self.rules, clock_sure=self.client.clock_sure)

    def commit(self):
        """This is the run loop, on cursors of its own: what is done stays done, and no
        transaction stays open while Moodle is asked. Flushed in the quiet environment
        first: tracking follows whoever flushes."""
        self.env.flush_all()
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def rollback(self):
        """What was begun for one course and can't be ended."""
        self.env.cr.rollback()
        self.env.invalidate_all()
