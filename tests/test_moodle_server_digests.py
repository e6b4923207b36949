"""The digests of the scripted local_wsattendance show each kind of change that the real ones show
(dev/moodle/changes.py), and no other."""

from odoo.tests import tagged

from .builders import START
from .test_moodle_server_plugin import DIGESTS, CompanionCase


@tagged("post_install", "-at_install")
class TestDigests(CompanionCase):
    def setUp(self):
        super().setUp()
        self.group = self.state.add_group(self.course, "Batch 1", "oec_batch_1")
        self.group.members |= {student.id for student in self.students[:3]}
        self.labs = self.state.add_attendance(self.course, "Labs")
        self.other = self.state.add_session(self.activity, START + 86400)
        self.outsider = self.state.add_user("outsider", "Out", "Sider")
        for student in self.students[:4]:
            self.state.mark(self.session, student, "P", by=self.teacher)
        self.state.clock.advance(60)

    def each(self, changes):
        """:param changes: of ``(name, function of nothing)``"""
        for name, change in changes:
            before = self.digest(), self.digest()
            change()
            with self.subTest(name):
                yield name, before[0] == before[1], before[0] == self.digest()

    def test_it_shows_each_change(self):
        state, session, log = self.state, self.session, self.session.log
        course, group, student = self.course, self.group, self.students[5]
        status = state.statuses[self.status("L")]

        def put(record, **values):
            def change():
                for name, value in values.items():
                    setattr(record, name, value)

            return change

        enrolment = state.enrolments[course.id][student.id]
        changes = [
            ("a session is added", lambda: state.add_session(self.activity, START + 7200)),
            ("it begins at another time", put(session, sessdate=START + 60)),
            ("it lasts longer", put(session, duration=5400)),
            ("it is described", put(session, description="<b>Other</b>")),
            ("its reference is given", put(session, description="x" * 2000 + "[oec_sheet_1]")),
            ("another one", put(session, description="x" * 2000 + "[oec_sheet_2]")),
            ("the description has another format", put(session, descriptionformat=2)),
            ("it was taken at another time", put(session, lasttaken=START + 7)),
            ("by somebody else", put(session, lasttakenby=self.students[0].id)),
            ("it was modified", put(session, timemodified=START + 8)),
            ("a status is added", lambda: state.add_status(self.activity, "Z", "Zero")),
            ("has another letter", put(status, acronym="Q")),
            ("is described", put(status, description="Delayed")),
            ("has another grade", put(status, grade=1.5)),
            ("is hidden", put(status, visible=False)),
            ("is deleted", put(status, deleted=True)),
            ("moves to another set", put(status, setnumber=1)),
            ("a mark is given", lambda: state.mark(session, student, "P")),
            ("is changed", put(log[0], status_id=self.status("A"))),
            ("has a remark", put(log[0], remarks="<script>")),
            ("another time", put(log[0], timetaken=5)),
            ("another taker", put(log[0], takenby=self.students[1].id)),
            ("an unknown status", put(log[0], status_id=99999)),
            ("is there twice", lambda: state.double(session, student, "A")),
            ("is deleted", lambda: state.unmark(session, self.students[1])),
            (
                "somebody who isn't enrolled has one",
                lambda: state.set_status_of(session, self.outsider, 0),
            ),
            ("that one gets another name", put(self.outsider, firstname="Outer")),
            ("an activity is added", lambda: state.add_attendance(course, "Seminar")),
            ("is hidden", put(self.labs, visible=False)),
            ("is renamed", put(self.labs, name="Laboratory")),
            ("has another group mode", put(self.labs, groupmode=1)),
            ("has a grouping", put(self.labs, groupingid=3)),
            ("somebody is enrolled", lambda: state.enrol(course, self.outsider)),
            ("is unenrolled", lambda: state.unenrol(course, self.students[9])),
            ("an enrolment is suspended", put(enrolment, active=False)),
            ("an account is suspended", put(student, suspended=True)),
            ("has another ID number", put(student, idnumber="oec_student_77")),
            ("another e-mail", put(student, email="x@test.example")),
            ("another first name", put(student, firstname="Zoë 😀")),
            ("another last name", put(student, lastname="O'Brien")),
            ("gets a role", put(enrolment, more_roles=("teacher",))),
            ("loses a role", put(enrolment, role="")),
            ("an account is deleted", put(self.students[6], deleted=True)),
            ("a group is added", lambda: state.add_group(course, "New")),
            ("is renamed", put(group, name="Batch A")),
            ("has another ID number", put(group, idnumber="oec_batch_9")),
            ("somebody joins", lambda: group.members.add(student.id)),
            ("somebody leaves", lambda: group.members.discard(student.id)),
            ("a session gets a group", put(session, group_id=group.id)),
            ("another set", put(session, statusset=1)),
            ("a session is deleted", lambda: state.delete_session(self.other)),
        ]
        shown = [name for name, steady, same in self.each(changes) if steady and not same]
        self.assertEqual(shown, [name for name, _change in changes])

    def test_it_shows_nothing_else(self):
        state = self.state

        def elsewhere():
            course = state.add_course("Physics", "PHY")
            state.enrol(course, self.students[0])
            session = state.add_session(state.add_attendance(course, "Elsewhere"), START)
            state.mark(session, self.students[0], "P")

        changes = [
            ("nothing", lambda: None),
            ("the course has another name", lambda: setattr(self.course, "fullname", "Other")),
            ("another course", elsewhere),
            ("somebody outside", lambda: setattr(self.outsider, "email", "o@test.example")),
            ("time passes", lambda: state.clock.advance(86400)),
            ("rows lie in another order", lambda: self.session.log.reverse()),
        ]
        self.assertTrue(all(same for _name, _steady, same in self.each(changes)))

    def test_it_is_of_the_time_that_was_asked_for(self):
        before = self.digest(to=START + 1), self.digest(**{"from": START + 1})
        self.state.mark(self.other, self.students[0], "A")
        after = self.digest(to=START + 1), self.digest(**{"from": START + 1})
        self.assertEqual(before[0], after[0])
        self.assertNotEqual(before[1], after[1])

    def test_courses_that_are_not_read_are_warnings(self):
        other = self.state.add_course("Physics", "PHY")
        self.server.site.refuse(other, "requireloginerror")
        answer = self.call(DIGESTS, courseids=[other.id, self.course.id, 999, self.course.id])
        self.assertEqual([row["courseid"] for row in answer["digests"]], [self.course.id])
        self.assertEqual([row["itemid"] for row in answer["warnings"]], [other.id, 999])

    def test_at_most_500(self):
        ids = list(range(2, 502))
        self.assertEqual(len(self.call(DIGESTS, courseids=ids)["warnings"]), 499)
        wrong = ([*ids, 502], ["x"], [{"id": 2}])
        for courseids in wrong:
            self.assertEqual(
                self.call(DIGESTS, courseids=courseids)["errorcode"], "invalidparameter"
            )
        self.assertEqual(self.call(DIGESTS)["errorcode"], "invalidparameter")
