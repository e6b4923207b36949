"""Both sides of one instance, as one run has them: Odoo by a cursor of the run's own,
Moodle by a client that has found out what the token may do. ORM."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytz

from odoo import SUPERUSER_ID, api

from . import brake
from .attendance_api import AttendanceApi
from .course_reader import CourseReader
from .local_store import QUIET, LocalStore
from .moodle_reader import MoodleReader
from .planner import Rules
from .pusher import Pusher


def first_moment(day, zone):
    """When a day begins: before all that is of it, also where its midnight is there twice.

    :param zone: name of a time zone
    :return: unix seconds
    """
    midnight = datetime(day.year, day.month, day.day)
    zone = pytz.timezone(zone)
    return min(int(zone.localize(midnight, is_dst=dst).timestamp()) for dst in (True, False))


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
        self.reader = MoodleReader(self.client)
        self.api = AttendanceApi(self.client, detection)
        self.rules = self._rules(detection)
        earliest = 0
        if self.rules.window_start:
            earliest = first_moment(self.rules.window_start, instance.tz)
        self.course_reader = CourseReader(self.reader, self.api, earliest, self.rules.pushes)
        self.pusher = Pusher(self.api, detection.user_id)
        self.store = LocalStore(instance)

    def _rules(self, detection):
        instance, now = self.instance, int(time.time())
        start = None
        if instance.sync_window_days:
            today = datetime.fromtimestamp(now, pytz.timezone(instance.tz)).date()
            start = today - timedelta(days=instance.sync_window_days)
        return Rules(
            zone=instance.tz,
            window_start=start,
            direction=instance.sync_attendance_from,
            clock_offset=round(self.client.clock_offset or 0),
            user_id=detection.user_id,
            may_create=instance.create_moodle_sessions and self.api.creates_sessions,
            now=now,
            chosen=instance._chosen_meanings(),
            limits=brake.Limits(instance.brake_share, instance.brake_marks),
        )

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
