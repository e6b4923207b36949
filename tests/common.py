"""What the tests with a real database share: a scripted Moodle, a small school in
OpenEduCat, and runs on cursors of their own inside the test's transaction."""

import os
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from odoo.tests.common import TransactionCase, _super_send

from ..services.domain.status import booleans, from_booleans
from ..services.moodle import moodle_client
from ..services.openeducat.local_store import moment
from .builders import START
from .moodle_server import MoodleServer, MoodleState
from .moodle_server.profiles import PROFILES

NOW = START + 6 * 3600


def stored(records):
    """All that the database holds of records, in the order of their ids, as are those that they
    name: two with the same place in a list come in any order."""
    rows = records.sorted("id").read(
        [name for name, field in records._fields.items() if field.store]
    )
    return [
        {name: sorted(v) if isinstance(v, list) else v for name, v in row.items()} for row in rows
    ]


@classmethod
def through_to_localhost(cls, session, request, /, **kwargs):
    """A test class's ``_request_handler``: Odoo 19's own guard against requests to the
    outside can't deal with a pair of time-outs."""
    if urlsplit(request.url).hostname not in ("127.0.0.1", "localhost"):
        raise AssertionError(f"a test asked {request.url}")
    return _super_send(session, request, **kwargs)


class SchoolCase(TransactionCase):
    """OpenEduCat: one course, two subjects, two batches, six students (the last two in
    the second batch)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "mail_create_nolog": True}
        )
        cls.course = cls.env["op.course"].create({"name": "BSc", "code": "T-BSC"})
        cls.algebra, cls.physics = cls.env["op.subject"].create(
            [{"name": "Algebra I", "code": "T-ALG"}, {"name": "Physics", "code": "T-PHY"}]
        )
        cls.batches = cls.env["op.batch"].create(
            [
                {
                    "name": f"Batch {number}",
                    "code": f"T-B{number}",
                    "course_id": cls.course.id,
                    "start_date": "2026-01-01",
                    "end_date": "2027-12-31",
                }
                for number in (1, 2)
            ]
        )
        cls.students = cls.env["op.student"]
        for number in range(1, 7):
            cls.students += cls.make_student(number, cls.batches[0 if number <= 4 else 1])

    @classmethod
    def make_student(cls, number, batch=None, **values):
        student = cls.env["op.student"].create(
            {
                "name": f"Student {number} Test",
                "first_name": f"Student {number}",
                "last_name": "Test",
                "birth_date": "2005-05-05",
                "gender": "m",
                "email": f"student{number}@test.example",
                **values,
            }
        )
        if batch:
            cls.enrol(student, batch)
        return student

    @classmethod
    def enrol(cls, student, batch):
        return cls.env["op.student.course"].create(
            {
                "student_id": student.id,
                "course_id": batch.course_id.id,
                "batch_id": batch.id,
                "roll_number": f"T-{student.id}-{batch.id}",
            }
        )


class MoodleCase(SchoolCase):
    """The same school in a scripted Moodle, and an instance that pulls from it."""

    # Of moodle_server.profiles.PROFILES; and the functions of the token, else those which the
    # profile comes with.
    profile = os.environ.get("MOODLE_PROFILE", "2024")
    functions = None

    _request_handler = through_to_localhost

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The real repetitions without their pauses.
        cls.classPatch(moodle_client.MoodleClient, "first_pause", 0)

    def skip_where_all_read_students(self, user):
        """OpenEduCat of 2024 lets every user read all students; then nothing is to be kept from
        an attendance manager."""
        if self.env["op.student"].with_user(user).has_access("read"):
            self.skipTest("OpenEduCat of 2024 lets every user read students")

    def setUp(self):
        super().setUp()
        self.moodle = MoodleState(timezone="Asia/Kolkata", now=NOW)
        self.build_moodle()
        self.server = MoodleServer(self.moodle, profile=self.profile)
        self.server.start()
        self.addCleanup(self.server.stop)
        self.instance = self.env["moodle.instance"].create(
            {
                "name": "Test Moodle",
                "url": self.server.url,
                "token": self.token,
                "tz": "Asia/Kolkata",
                # The scripted sessions are of November 2026, whatever today is.
                "sync_window_days": 0,
            }
        )

    def lead_to(self, url):
        """The instance under another address; a saved token does not follow it."""
        self.instance.write({"url": url, "token": self.token})

    def second_instance(self, **values):
        """The same Moodle once more: a company has only one instance of it, so of another."""
        company = self.env["res.company"].create({"name": "Other school"})
        values = {"company_id": company.id, "user_id": False, "url": self.instance.url, **values}
        return self.instance.copy(values)

    def build_moodle(self):
        """One course with one activity; the students are users with idnumbers."""
        state = self.moodle
        self.sync_user = state.add_user("oecsync", "Odoo", "Sync")
        functions = self.functions or PROFILES[self.profile].service
        self.token = state.add_token("T" * 32, user=self.sync_user, functions=functions)
        self.teacher = state.add_user("teacher", "Tea", "Cher", email="teacher@test.example")
        self.moodle_course = state.add_course(
            "Algebra I",
            shortname="ALG1",
            idnumber=f"oec_subj_{self.algebra.id}_course_{self.course.id}",
        )
        state.enrol(self.moodle_course, self.teacher, role="editingteacher")
        self.groups = [
            state.add_group(self.moodle_course, batch.name, idnumber=f"oec_batch_{batch.id}")
            for batch in self.batches
        ]
        self.users = [
            state.add_user(
                f"student{number}",
                f"Student {number}",
                "Test",
                email=f"student{number}@test.example",
                idnumber=f"oec_student_{student.id}",
            )
            for number, student in enumerate(self.students, 1)
        ]
        for number, user in enumerate(self.users):
            state.enrol(self.moodle_course, user, groups=[self.groups[0 if number < 4 else 1]])
        self.lectures = state.add_attendance(self.moodle_course, "Lectures", groupmode=2)

    @property
    def groups_field(self):
        """Of res.users; 19.0 has another name."""
        return "group_ids" if "group_ids" in self.env["res.users"]._fields else "groups_id"

    # --- Moodle -----------------------------------------------------------------

    def add_session(self, marks="", starts=START, group=None, activity=None, **values):
        """A session, taken if there are marks.

        :param marks: a letter per student, such as ``"PPAL"``; a dot leaves one out
        """
        session = self.moodle.add_session(
            activity or self.lectures, sessdate=starts, group=group, **values
        )
        if marks:
            self.mark(session, marks)
        return session

    def mark(self, session, marks):
        chosen = {u: m for u, m in zip(self.users, marks, strict=False) if m != "."}
        self.moodle.mark_all(session, chosen, by=self.teacher)

    def moodle_marks(self, session):
        """A letter per student of what Moodle holds; ``.`` for none, ``?`` for another."""
        marks = self.moodle.marks(session)
        return "".join((marks.get(u.id, ".") or "?") for u in self.users)

    # --- runs -------------------------------------------------------------------

    @contextmanager
    def own_cursors(self):
        """Cursors that code opens by itself see this test's transaction, and their
        commits stay inside it."""
        self.env.flush_all()
        if hasattr(self, "enter_registry_test_mode"):  # 19.0
            with self.enter_registry_test_mode():
                yield
        elif self.registry.test_cr is not None:  # of an HttpCase
            yield
        else:
            self.registry.enter_test_mode(self.env.cr)
            try:
                yield
            finally:
                self.registry.leave_test_mode()
        self.env.invalidate_all()

    def sync(self, instance=None, trigger="shell", seconds=None):
        """:return: the ``RunResult``"""
        with self.own_cursors():
            (result,) = (instance or self.instance)._sync_attendance(trigger, seconds)
        return result

    def preview(self):
        with self.own_cursors():
            return self.instance.preview_attendance()

    # --- what came of it --------------------------------------------------------

    @property
    def sheets(self):
        return (
            self.env["op.attendance.sheet"]
            .with_context(active_test=False)
            .search([("register_id.course_id", "=", self.course.id)], order="id")
        )

    @property
    def registers(self):
        return (
            self.env["op.attendance.register"]
            .with_context(active_test=False)
            .search([("course_id", "=", self.course.id)], order="id")
        )

    def lines(self, session):
        lines = self.sheets.filtered(
            lambda sheet: sheet.moodle_session_id == session.id
        ).attendance_line
        return lines.sorted(lambda line: self.students.ids.index(line.student_id.id))

    def statuses(self, session):
        """A letter per line of a session, in the order of the students."""
        return "".join(from_booleans(line) or "?" for line in self.lines(session))

    def line(self, session, number):
        """The line of the student with this number, from 1."""
        student = self.students[number - 1]
        return self.lines(session).filtered(lambda line: line.student_id == student)

    # --- OpenEduCat ---------------------------------------------------------------

    def make_sheet(self, marks, batch=None, day="2026-11-03", state="done", **values):
        """A sheet as a teacher makes it, with a line per letter; ``.`` leaves one out."""
        batch = batch or self.batches[0]
        register = self.env["op.attendance.register"].create(
            {
                "name": "By hand",
                "code": f"H{self.env['op.attendance.register'].search_count([])}",
                "course_id": self.course.id,
                "batch_id": batch.id,
                "subject_id": self.algebra.id,
            }
        )
        sheet = self.env["op.attendance.sheet"].create(
            {"register_id": register.id, "attendance_date": day, "state": state, **values}
        )
        students = self.students[:4] if batch == self.batches[0] else self.students[4:]
        self.env["op.attendance.line"].create(
            [
                {"attendance_id": sheet.id, "student_id": student.id, **booleans(letter)}
                for student, letter in zip(students, marks, strict=False)
                if letter != "."
            ]
        )
        return sheet

    def timetable_session(self, starts, batch=None):
        self.env.user.tz = "Asia/Kolkata"  # the name of an op.session wants one
        timing = self.env["op.timing"].create(
            {"name": "T", "hour": "9", "minute": "00", "duration": 1.0, "am_pm": "am"}
        )
        faculty = self.env["op.faculty"].search([], limit=1) or self.env["op.faculty"].create(
            {
                "name": "Fac Ulty",
                "first_name": "Fac",
                "last_name": "Ulty",
                "birth_date": "1980-01-01",
                "gender": "male",
            }
        )
        begin = datetime.fromtimestamp(starts, UTC).replace(tzinfo=None)
        return self.env["op.session"].create(
            {
                "course_id": self.course.id,
                "batch_id": (batch or self.batches[0]).id,
                "subject_id": self.algebra.id,
                "faculty_id": faculty.id,
                "timing_id": timing.id,
                "start_datetime": begin,
                "end_datetime": begin.replace(minute=45),
            }
        )

    def mark_here(self, session, number, letter, at=None):
        """A person marks the student with this number in Odoo.

        :param at: unix seconds
        """
        line = self.line(session, number)
        line.write(booleans(letter))
        if at:
            line.with_context(connector_no_export=True).moodle_marked_at = moment(at)

    def letters(self, sheet):
        lines = sheet.attendance_line.sorted(
            lambda line: self.students.ids.index(line.student_id.id)
        )
        return "".join(from_booleans(line) or "?" for line in lines)

    def gaps(self, **values):
        domain = [("instance_id", "=", self.instance.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["moodle.sync.gap"].search(domain, order="kind, id")

    def open_gaps(self):
        return self.gaps(state="open").mapped("kind")

    def run_of(self, result):
        return self.env["moodle.sync.run"].browse(result.run_id)
