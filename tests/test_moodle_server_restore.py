"""How the scripted Moodle gives known things other numbers: recycle bin, backup and restore,
*Duplicate*, and what people delete and make again."""

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from . import replay
from .builders import START
from .moodle_server import MoodleServer, MoodleState

DAY = 86400


class Case(BaseCase):
    """A course with two groups, three students, one activity with a session for all and one of
    the first group, and another activity."""

    def setUp(self):
        super().setUp()
        state = self.state = MoodleState(now=START + 5 * DAY)
        self.teacher = state.add_user("teacher", "Tea", "Cher")
        self.students = [state.add_user(f"s{n}", f"S{n}", "Test") for n in range(3)]
        self.course = state.add_course(
            "Algebra", "ALG", "oec_subj_1_course_1", startdate=START - 30 * DAY,
            enddate=START + 60 * DAY,
        )  # fmt: skip
        self.groups = [state.add_group(self.course, f"Batch {n}", f"oec_batch_{n}") for n in (1, 2)]
        state.enrol(self.course, self.teacher, "editingteacher")
        for student, group in zip(self.students, (0, 0, 1), strict=True):
            state.enrol(self.course, student, groups=[self.groups[group]])
        self.activity = state.add_attendance(self.course, "Lectures", groupmode=2)
        self.other = state.add_attendance(self.course, "Labs")
        self.whole = state.add_session(self.activity, START)
        self.grouped = state.add_session(
            self.activity, START + DAY, group=self.groups[0], description="<p>Two</p>"
        )
        first, second, third = self.students
        state.mark_all(
            self.whole, {first: "P", second: "A", third: "L"}, by=self.teacher, at=START + 60
        )
        state.mark(self.grouped, first, "E", "called in", by=self.teacher, at=START + DAY + 60)

    def sessions_of(self, activity):
        found = [s for s in self.state.sessions.values() if s.attendance_id == activity.id]
        return sorted(found, key=lambda session: session.id)

    def said(self, activity):
        """What its sessions say, without any number that a restore changes."""
        return [
            (
                session.sessdate, session.duration, session.group_id, session.description,
                session.lasttaken, session.lasttakenby, session.timemodified,
                self.state.marks(session),
                [(row.user_id, row.remarks, row.timetaken, row.takenby) for row in session.log],
            )
            for session in self.sessions_of(activity)
        ]  # fmt: skip


@tagged("post_install", "-at_install")
class TestActivity(Case):
    def test_the_bin_gives_it_back_under_new_numbers(self):
        before = self.said(self.activity)
        rows = {row.id for row in self.whole.log}
        statuses = {s.id for s in self.state.statuses_of(self.whole)}
        item = self.state.delete_activity(self.activity)
        self.assertEqual(list(self.state.attendances), [self.other.id])
        self.assertFalse(self.state.sessions)
        self.assertFalse(statuses & set(self.state.statuses))
        restored = self.state.restore_activity(item)
        self.assertEqual(self.said(restored), before)
        self.assertEqual((restored.name, restored.groupmode), ("Lectures", 2))
        self.assertNotIn(restored.id, (self.activity.id, self.other.id))
        self.assertNotEqual(restored.cmid, self.activity.cmid)
        session = self.sessions_of(restored)[0]
        self.assertNotIn(session.id, (self.whole.id, self.grouped.id))
        self.assertFalse({row.id for row in session.log} & rows)
        self.assertFalse({row.status_id for row in session.log} & statuses)

    def test_deleted_by_cron(self):
        """Everything is there until then, and nothing of it is shown."""
        self.state.delete_by_cron(self.activity)
        self.assertIn(self.activity.id, self.state.attendances)
        server = MoodleServer(self.state, "companion").start()
        self.addCleanup(server.stop)
        self.state.add_token("T" * 32, self.teacher, "companion-whole")

        def ask(function, **params):
            request = {"method": "POST", "path": "/webservice/rest/server.php", "format": "json"}
            request |= {"token": "T" * 32, "function": function, "params": list(params.items())}
            return replay.send(server, request).body

        course = self.course.id
        contents = ask("core_course_get_contents", courseid=course)
        names = {module["name"] for section in contents for module in section["modules"]}
        self.assertNotIn("Lectures", names)
        read = ask("local_wsattendance_get_sessions", courseid=course)
        self.assertEqual([row["name"] for row in read["activities"]], ["Labs"])
        self.assertEqual((read["sessions"], read["warnings"]), ([], []))
        refused = ask("mod_attendance_get_sessions", attendanceid=self.activity.id)
        self.assertEqual(refused["errorcode"], "activityisscheduledfordeletion")
        before = ask("local_wsattendance_get_digests", **{"courseids[0]": course})
        item = self.state.cron()["Lectures"]
        self.assertEqual(ask("local_wsattendance_get_digests", **{"courseids[0]": course}), before)
        self.assertNotIn(self.activity.id, self.state.attendances)
        restored = self.state.restore_activity(item)
        self.assertEqual(len(self.sessions_of(restored)), 2)

    def test_without_users_no_mark_is_left(self):
        restored = self.state.bin_and_restore(self.activity, users=False)
        sessions = self.sessions_of(restored)
        self.assertEqual([s.sessdate for s in sessions], [START, START + DAY])
        self.assertEqual([(s.lasttaken, s.lasttakenby, s.log) for s in sessions], [(0, 0, [])] * 2)

    def test_sessions_can_get_their_numbers_in_another_order(self):
        restored = self.state.bin_and_restore(
            self.activity, order=lambda sessions: sorted(sessions, key=lambda s: -s.id)
        )
        self.assertEqual([s.sessdate for s in self.sessions_of(restored)], [START + DAY, START])

    def test_a_hidden_status_stays_hidden_and_in_use(self):
        late = self.state.status_of(self.whole, "L")
        self.state.hide_status(late)
        self.assertIsNone(self.state.marks(self.whole)[self.students[2].id])
        (session, _other) = self.sessions_of(self.state.bin_and_restore(self.activity))
        (row,) = [row for row in session.log if row.user_id == self.students[2].id]
        status = self.state.statuses[row.status_id]
        self.assertEqual((status.acronym, status.visible), ("L", False))

    def test_a_status_that_there_never_was_becomes_none(self):
        self.state.set_status_of(self.whole, self.students[0], 99999)
        session = self.sessions_of(self.state.bin_and_restore(self.activity))[0]
        (row,) = [row for row in session.log if row.user_id == self.students[0].id]
        self.assertEqual(row.status_id, 0)

    def test_a_group_made_again_by_its_name_is_taken(self):
        item = self.state.delete_activity(self.activity)
        again = self.state.make_group_again(self.groups[0])
        restored = self.state.restore_activity(item)
        self.assertEqual(self.sessions_of(restored)[1].group_id, again.id)

    def test_one_of_another_name_with_its_id_number_is_another(self):
        item = self.state.delete_activity(self.activity)
        self.groups[0].name = "First batch"
        restored = self.state.restore_activity(item)
        group = self.state.groups[self.sessions_of(restored)[1].group_id]
        self.assertEqual((group.name, group.idnumber, group.members), ("Batch 1", "", set()))

    def test_a_group_that_is_gone_comes_back_empty(self):
        item = self.state.delete_activity(self.activity)
        self.state.delete_group(self.groups[0])
        restored = self.state.restore_activity(item)
        group = self.state.groups[self.sessions_of(restored)[1].group_id]
        self.assertEqual((group.name, group.idnumber), ("Batch 1", "oec_batch_1"))
        self.assertFalse(group.members)

    def test_a_group_gone_before_the_backup_makes_it_a_session_for_all(self):
        self.state.delete_group(self.groups[0])
        self.assertFalse(self.state.listed(self.grouped))
        restored = self.state.bin_and_restore(self.activity)
        self.assertEqual(self.sessions_of(restored)[1].group_id, 0)

    def test_another_course_beside_the_living_one(self):
        course = self.state.add_course("Geometry", "GEO")
        backup = self.state.back_up_activity(self.activity)
        copy = self.state.restore_activity(backup, course)
        self.assertEqual(len(self.sessions_of(self.activity)), 2)
        self.assertEqual(copy.course_id, course.id)
        whole, grouped = self.sessions_of(copy)
        self.assertEqual((whole.sessdate, grouped.sessdate), (START, START + DAY))
        self.assertEqual(self.state.marks(whole), self.state.marks(self.whole))
        group = self.state.groups[grouped.group_id]
        self.assertEqual((group.course_id, group.name), (course.id, "Batch 1"))
        # The marks are there; the people are not in the course.
        self.assertFalse(self.state.listed(whole))

    def test_duplicated(self):
        copy = self.state.duplicate_activity(self.activity)
        self.assertEqual((copy.name, copy.course_id), ("Lectures (copy)", self.course.id))
        whole, grouped = self.sessions_of(copy)
        self.assertFalse([*whole.log, *grouped.log])
        self.assertEqual(grouped.group_id, self.groups[0].id)
        self.assertEqual(len(self.state.marks(self.whole)), 3)

    def test_what_is_done_later_is_not_in_the_backup(self):
        backup = self.state.back_up_activity(self.activity)
        self.state.mark(self.whole, self.students[0], "A", by=self.teacher)
        self.state.move_session(self.whole, START + 7 * DAY)
        session = self.sessions_of(self.state.restore_activity(backup))[0]
        self.assertEqual(session.sessdate, START)
        self.assertEqual(self.state.marks(session)[self.students[0].id], "P")


@tagged("post_install", "-at_install")
class TestCourse(Case):
    def restored(self, **values):
        return self.state.restore_course(self.state.delete_course(self.course), **values)

    def activity_of(self, course):
        found = [a for a in self.state.attendances.values() if a.course_id == course.id]
        return next(activity for activity in found if activity.name == "Lectures")

    def test_the_bin_gives_it_back_under_new_numbers(self):
        before = self.said(self.activity)
        course = self.restored()
        self.assertNotEqual(course.id, self.course.id)
        self.assertNotIn(self.course.id, self.state.enrolments)
        self.assertEqual(
            (course.fullname, course.shortname, course.idnumber, course.startdate),
            ("Algebra", "ALG", "oec_subj_1_course_1", self.course.startdate),
        )
        self.assertEqual(course.timecreated, self.course.timecreated)
        groups = [group for group in self.state.groups.values() if group.course_id == course.id]
        self.assertEqual([g.idnumber for g in groups], ["oec_batch_1", "oec_batch_2"])
        self.assertEqual([len(group.members) for group in groups], [2, 1])
        self.assertFalse({group.id for group in self.groups} & set(self.state.groups))
        self.assertEqual(len(self.state.enrolments[course.id]), 4)
        after = self.said(self.activity_of(course))
        numbers = {self.groups[0].id: groups[0].id, 0: 0}
        before = [(*row[:2], numbers[row[2]], *row[3:]) for row in before]
        self.assertEqual(after, before)
        (first, _second) = self.sessions_of(self.activity_of(course))
        self.assertEqual(len(self.state.listed(first)), 3)

    def test_beside_the_living_one_it_has_another_name_and_no_id_number(self):
        copy = self.state.restore_course(self.state.back_up_course(self.course))
        self.assertEqual(
            (copy.fullname, copy.shortname, copy.idnumber), ("Algebra copy 1", "ALG_1", "")
        )
        self.assertEqual(self.course.idnumber, "oec_subj_1_course_1")
        self.assertEqual(len(self.sessions_of(self.activity)), 2)

    def test_all_dates_move_with_the_start(self):
        backup = self.state.back_up_course(self.course)
        copy = self.state.restore_course(
            backup, startdate=self.course.startdate + 28 * DAY, shortname="ALG27"
        )
        self.assertEqual((copy.shortname, copy.enddate), ("ALG27_1", START + 88 * DAY))
        sessions = self.sessions_of(self.activity_of(copy))
        self.assertEqual([s.sessdate for s in sessions], [START + 28 * DAY, START + 29 * DAY])
        whole = sessions[0]
        self.assertEqual(whole.lasttaken, START + 28 * DAY + 60)
        self.assertEqual(whole.timemodified, self.whole.timemodified + 28 * DAY)
        self.assertEqual({row.timetaken for row in whole.log}, {START + 28 * DAY + 60})
        self.assertEqual(self.state.marks(whole), self.state.marks(self.whole))

    def test_less_than_a_day_is_no_shift(self):
        backup = self.state.back_up_course(self.course)
        copy = self.state.restore_course(backup, startdate=self.course.startdate + DAY - 1)
        self.assertEqual(copy.startdate, self.course.startdate)
        self.assertEqual(self.sessions_of(self.activity_of(copy))[0].sessdate, START)

    def test_without_people(self):
        copy = self.state.restore_course(self.state.back_up_course(self.course, users=False))
        self.assertEqual(self.state.enrolments[copy.id], {})
        groups = [group for group in self.state.groups.values() if group.course_id == copy.id]
        self.assertEqual([len(group.members) for group in groups], [0, 0])
        self.assertFalse([s for s in self.sessions_of(self.activity_of(copy)) if s.log])

    def test_a_row_of_no_time_gets_none(self):
        self.state.add_session(self.activity, START + 2 * DAY)
        self.whole.log[0].timetaken = 0
        backup = self.state.back_up_course(self.course)
        copy = self.state.restore_course(backup, startdate=self.course.startdate + 28 * DAY)
        first, *_others, last = self.sessions_of(self.activity_of(copy))
        self.assertEqual(first.log[0].timetaken, 0)
        self.assertIsNone(last.lasttaken)


@tagged("post_install", "-at_install")
class TestAgain(Case):
    def test_a_course_is_renamed(self):
        other = self.state.add_course("Geometry", "GEO")
        self.state.rename_course(self.course, shortname="ALG-OLD", idnumber="")
        self.state.rename_course(other, shortname="ALG", idnumber="oec_subj_1_course_1")
        with self.assertRaisesRegex(ValueError, "ALG is taken"):
            self.state.rename_course(self.course, shortname="ALG")
        self.assertEqual((self.course.shortname, self.course.fullname), ("ALG-OLD", "Algebra"))

    def test_a_session_made_again_by_hand(self):
        again = self.state.make_session_again(self.grouped)
        self.assertNotIn(self.grouped.id, self.state.sessions)
        self.assertNotEqual(again.id, self.grouped.id)
        self.assertEqual(
            (again.sessdate, again.group_id, again.log, again.lasttaken),
            (START + DAY, self.groups[0].id, [], None),
        )

    def test_a_group_made_again(self):
        again = self.state.make_group_again(self.groups[0])
        self.assertNotEqual(again.id, self.groups[0].id)
        self.assertEqual((again.idnumber, again.members), ("oec_batch_1", self.groups[0].members))
        self.assertEqual(self.grouped.group_id, self.groups[0].id)
        self.assertFalse(self.state.listed(self.grouped))

    def test_a_number_is_not_given_twice(self):
        item = self.state.delete_activity(self.activity)
        self.assertNotEqual(self.sessions_of(self.state.restore_activity(item))[0].id, 1)

    def test_but_after_a_restart_of_an_old_database(self):
        item = self.state.delete_activity(self.activity)
        self.state.restart()
        restored = self.state.restore_activity(item)
        whole, grouped = self.sessions_of(restored)
        self.assertEqual((whole.id, grouped.id), (self.whole.id, self.grouped.id))
        # The other activity has the highest number, so that counts on.
        self.assertEqual(restored.id, self.other.id + 1)
        self.assertEqual({row.id for row in whole.log}, {1, 2, 3})
