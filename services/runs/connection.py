"""Both sides of one instance, as one run has them: Odoo by a cursor of the run's own,
Moodle by a client that has found out what the token may do. ORM."""

from dataclasses import dataclass, replace
from datetime import date

from odoo import SUPERUSER_ID, api

from ..domain import brake, course_settings, window
from ..moodle.attendance_api import AttendanceApi
from ..moodle.module_detector import Detection
from ..moodle.moodle_client import MoodleClient
from ..moodle.moodle_reader import MoodleReader
from ..openeducat.common_sign import CommonSign
from ..openeducat.local_store import QUIET, WITH_DEFAULTS, LocalStore
from ..openeducat.people_store import PeopleStore
from .course_reader import CourseReader
from .mark_sender import MarkSender
from .pusher import Pusher

LINE = "op.attendance.line"


class Connection:
    """Odoo's side.

    :param cr: cursor of the run, nobody else's
    :param instance_id: id of the ``moodle.instance``
    """

    def __init__(self, cr, instance_id):
        env = api.Environment(cr, SUPERUSER_ID, dict(QUIET))
        instance = env["moodle.instance"].browse(instance_id)
        company = instance.company_id or env.company
        context = {"allowed_company_ids": company.ids, "lang": instance._message_lang()}
        instance = instance.with_context(**context)
        # Of which a first pull makes tens of thousands.
        defaults = {LINE: instance.env[LINE]._with_defaults()}
        self.instance = instance.with_context(**{WITH_DEFAULTS: defaults})
        self.env = self.instance.env

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


class NewCalls:
    """The calls of Moodle that the record of a run does not have yet.

    :param client: ``MoodleClient``
    """

    def __init__(self, client):
        self._client = client
        self._noted = 0

    def take(self, cr):
        """:param cr: cursor of the transaction in which they are noted; if that comes to nothing,
            they are new again
        :return: how many calls were made since this was last asked
        """
        before, self._noted = self._noted, self._client.calls
        cr.postrollback.add(lambda: self._put_back(before))
        return self._noted - before

    def _put_back(self, before):
        # Of several in one transaction the first is right.
        self._noted = min(self._noted, before)


@dataclass(frozen=True)
class Connected:
    """Both sides, for all courses or (:meth:`of_course`) for one.

    * ``odoo``: :class:`Connection`;
    * ``calls``: :class:`NewCalls`;
    * ``common``: ``course_settings.Common`` of the instance;
    * ``touched``: set of ids of the mappings of courses that were changed here when it began;
    * ``common_sign``: see there, the same for all courses of a run;
    * ``people_hours``: for which a scheduled run remembers who is in a course;
    * ``today``: by the clocks of the school;
    * ``store`` and ``people``: what OpenEduCat holds, and who is who there.
    """

    odoo: Connection
    client: MoodleClient
    calls: NewCalls
    detection: Detection
    common: course_settings.Common
    common_sign: CommonSign
    people_hours: int
    touched: set
    today: date
    rules: window.Rules
    reader: MoodleReader
    api: AttendanceApi
    course_reader: CourseReader
    pusher: Pusher | MarkSender
    store: LocalStore
    people: PeopleStore

    @classmethod
    def of(cls, odoo, client, detection):
        """:param odoo: :class:`Connection`
        :param client: ``MoodleClient`` of its instance
        :param detection: ``Detection`` of that, ready
        """
        instance, now = odoo.instance, client.clock.wall()
        common = instance._common_settings()
        today = window.date_of(now, instance.tz)
        attendance = AttendanceApi(client, detection)
        reader = MoodleReader(client, attendance.course_lister)
        Sender = MarkSender if attendance.companion else Pusher
        rules = window.Rules(
            zone=instance.tz,
            window_start=window.window_start(today, common.days),
            direction=common.direction,
            clock_offset=round(client.clock_offset or 0),
            user_id=detection.user_id,
            may_create=instance.create_moodle_sessions and attendance.creates_sessions,
            now=int(now),
            chosen=instance._chosen_meanings(),
            limits=brake.Limits(instance.brake_share, instance.brake_marks),
            sends_remarks=attendance.companion is not None,
            reference_key=instance.reference_key or "",
        )
        return cls(
            odoo=odoo,
            client=client,
            calls=NewCalls(client),
            detection=detection,
            common=common,
            common_sign=CommonSign(instance),
            people_hours=instance.people_hours,
            touched=instance.env["moodle.touched"]._touched(instance),
            today=today,
            rules=rules,
            reader=reader,
            api=attendance,
            course_reader=CourseReader(reader, attendance, rules.earliest, rules.pushes),
            pusher=Sender(attendance, detection.user_id, client.gate.most),
            store=LocalStore(instance),
            people=PeopleStore(instance),
        )

    @property
    def instance(self):
        return self.odoo.instance

    @property
    def env(self):
        return self.odoo.env

    def settings_of(self, mapping):
        """:param mapping: ``moodle.mapping`` of a course; empty where it has none yet
        :return: ``course_settings.Effective``
        """
        return course_settings.effective(mapping._own_settings(), self.common, self.today)

    def of_course(self, mapping):
        """The same for one course, by its own direction and days back.

        :param mapping: see :meth:`settings_of`
        """
        rules = self.rules_of(self.settings_of(mapping))
        # A reader gathers what it can't use, and several courses are read at once.
        reader = MoodleReader(self.client)
        course_reader = self.course_reader.of_course(reader, rules.earliest, rules.pushes)
        return replace(self, rules=rules, reader=reader, course_reader=course_reader)

    def rules_of(self, own):
        """:param own: ``course_settings.Effective`` of a course
        :return: the rules of that course
        """
        if (own.direction, own.days) == (self.common.direction, self.common.days):
            return self.rules
        start = window.window_start(self.today, own.days)
        return replace(self.rules, direction=own.direction, window_start=start)

    def rules_now(self):
        """The rules, with what the last answers have said of Moodle's clock."""
        return replace(self.rules, clock_sure=self.client.clock_sure)
