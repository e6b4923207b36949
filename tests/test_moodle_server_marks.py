"""When and by whom a mark was taken: what the scripted Moodle's ways of writing one leave in its
row, as Attendance's ``save_log``, ``update_user_status`` and its task for the rest do."""

from odoo.tests import tagged

from .builders import START
from .test_moodle_server_faults import ServerCase

HOUR = 3600


@tagged("post_install", "-at_install")
class TestMarks(ServerCase):
    def setUp(self):
        super().setUp()
        self.teacher = self.state.add_user("teacher", "Tea", "Cher")
        self.other = self.state.add_user("other", "Oth", "Er")
        self.first, self.second = self.students[:2]
        self.state.mark_all(
            self.session, {self.first: "P", self.second: "A"}, by=self.teacher, at=START
        )
        self.state.clock.set(START + HOUR)

    def times(self):
        """``{place of the student: (hours after the start, taker's name)}``, a list for each."""
        found = {}
        for row in sorted(self.session.log, key=lambda row: row.id):
            place = next(n for n, s in enumerate(self.students) if s.id == row.user_id)
            taker = self.state.users[row.takenby].username if row.takenby else ""
            found.setdefault(place, []).append(((row.timetaken - START) / HOUR, taker))
        return found

    def test_a_save_writes_the_rows_that_differ(self):
        self.state.mark(self.session, self.first, "L", by=self.other)
        self.assertEqual(self.times(), {0: [(1, "other")], 1: [(0, "teacher")]})
        self.assertEqual(
            (self.session.lasttaken, self.session.lasttakenby), (START + HOUR, self.other.id)
        )

    def test_a_save_without_a_change_moves_only_the_session(self):
        self.state.mark(self.session, self.first, "P", by=self.other)
        self.assertEqual(self.times(), {0: [(0, "teacher")], 1: [(0, "teacher")]})
        self.assertEqual(self.session.lasttaken, START + HOUR)

    def test_a_remark_is_a_change(self):
        self.state.mark(self.session, self.first, "P", remark="late bus", by=self.other)
        self.assertEqual(self.times()[0], [(1, "other")])
        self.state.mark(self.session, self.first, "P", by=self.teacher, at=START + 2 * HOUR)
        self.assertEqual(self.times()[0], [(1, "other")])
        self.assertEqual(self.session.log[-1].remarks, "late bus")

    def test_neither_mark_nor_remark_makes_no_row(self):
        self.state.save_page(self.session, {self.students[2]: (0, "")})
        self.assertEqual(len(self.session.log), 2)
        self.state.save_page(self.session, {self.students[2]: (0, "called in")}, self.other)
        self.assertEqual(self.times()[2], [(1, "other")])

    def test_a_mark_by_web_service_has_its_time_and_taker(self):
        self.update(0, "E", takenbyid=self.other.id)
        self.assertEqual(self.times(), {0: [(1, "other")], 1: [(0, "teacher")]})

    def test_a_save_touches_what_names_another_set(self):
        """update_user_status writes the caller's text for the set, the page the statuses' ids."""
        self.update(0, "E", takenbyid=self.other.id)
        later = START + 2 * HOUR
        self.state.mark(self.session, self.students[2], "P", by=self.teacher, at=later)
        self.assertEqual(self.times()[0], [(2, "teacher")])
        self.assertEqual(self.times()[1], [(0, "teacher")])
        self.state.add_status(self.activity, "M", "Medical", 1)
        self.state.mark(self.session, self.students[3], "P", by=self.other, at=later + HOUR)
        self.assertEqual([self.times()[n] for n in range(3)], [[(3, "other")]] * 3)

    def test_a_status_that_the_page_does_not_offer_stays(self):
        for place, remark in ((2, "why"), (3, ""), (4, "0")):
            student = self.students[place]
            self.state.set_status_of(self.session, student, 99999, remark, self.teacher, START)
        self.state.mark(self.session, self.first, "L", by=self.other)
        times = self.times()
        self.assertEqual(times[2], [(1, "other")])
        self.assertEqual((times[3], times[4]), ([(0, "teacher")], [(0, "teacher")]))
        self.assertEqual([row.status_id for row in self.session.log].count(99999), 3)

    def test_of_two_rows_the_page_writes_the_last(self):
        self.state.double(self.session, self.first, "L", by=self.other, at=START + 60)
        self.state.mark(self.session, self.first, "E", by=self.teacher)
        self.assertEqual(self.times()[0], [(0, "teacher"), (1, "teacher")])

    def test_moodles_own_task_is_nobody(self):
        self.state.set_status_of(self.session, self.students[2], 0, "", self.teacher, START)
        self.state.automark(self.session)
        times = self.times()
        self.assertEqual((times[0], times[2], times[5]), ([(0, "teacher")], [(1, "")], [(1, "")]))
        self.assertEqual(self.session.lasttakenby, 0)
        self.assertEqual(set(self.marks.values()), {"P", "A"})
