"""A teacher saves the first marks of students in the very moment in which the plug-in writes theirs, in a real Moodle:
see ``dev/test_moodle.sh``. ``TRIES`` says how often (100).
"""

import os
import random
import time
import unittest

import accounts
from black_box import Case, wanted
from moodle_site import Stage

TRIES = int(os.environ.get("TRIES", "100"))
_GRADES = (
    "return $DB->get_records_sql_menu('SELECT g.userid, g.rawgrade FROM {grade_grades} g JOIN {grade_items} i ON i.id = g.itemid"
    " WHERE i.itemmodule = ? AND i.iteminstance = ? AND g.rawgrade IS NOT NULL', ['attendance', $in['id']]);"
)


class TestFirstGrades(Case):
    def test_a_teacher_meets_no_error(self):
        """Attendance recalculates a teacher's grades after the save, as the plug-in does after its own."""
        rng = random.Random(len(self.students))
        teachers = Stage()
        self.addCleanup(teachers.close)
        site = accounts.account(self.stage, self.cast, accounts.SYNC)
        self.addCleanup(accounts.dismiss, self.stage, [site])
        failed = []
        for turn in range(TRIES):
            # An activity in which nobody has a grade, and two lessons.
            made = self.stage(
                "$id = new_activity($in['course'], 'Try'); $a = new_session($id); $b = new_session($id);"
                " $s = $DB->get_field_select('attendance_statuses', 'MIN(id)', 'attendanceid = ?', [$id]);"
                " return [$id, $a, $b, (int) $s];",
                course=self.course,
            )
            activity, ours, theirs, status = made
            pause = rng.uniform(0, 0.04)
            marks = {student: [status, ""] for student in self.students}
            # The teacher's page begins a moment earlier or later.
            teachers.begin(
                "usleep($in['wait']); teacher_saves($in['who'], $in['session'], $in['marks']);",
                wait=rng.randint(0, 60_000),
                who=self.teacher,
                session=theirs,
                marks=marks,
            )
            time.sleep(pause)
            results = site.set_marks(ours, *(wanted(student, status) for student in self.students))
            try:
                teachers.end()
            except RuntimeError as error:
                failed.append((turn, str(error)[:200]))
            self.assertEqual({result["outcome"] for result in results}, {"written"})
            self.stage("run_first_grades($in['id']);", id=activity)
            self.assertEqual(len(self.stage(_GRADES, id=activity)), len(self.students), turn)
        print(f"\n  {TRIES} tries, {len(failed)} failed")
        self.assertEqual(failed, [])

    def test_first_ones_by_a_task_and_others_at_once(self):
        site = accounts.account(self.stage, self.cast, accounts.SYNC)
        self.addCleanup(accounts.dismiss, self.stage, [site])
        first, second = self.students[:2]
        grades = lambda: {int(k): float(v) for k, v in dict(self.stage(_GRADES, id=self.cast["lectures"])).items()}  # noqa: E731
        waiting = (
            "return $DB->count_records_select('task_adhoc', 'component = ? AND ' . $DB->sql_like('customdata', '?'),"
            " ['local_wsattendance', '%:' . $in['id'] . '}']);"
        )
        site.set_marks(self.session, wanted(first, self.statuses["L"]))
        site.set_marks(self.session, wanted(second, self.statuses["L"]))
        self.assertEqual((grades(), self.stage(waiting, id=self.cast["lectures"])), ({}, 1))
        self.stage("run_first_grades($in['id']);", id=self.cast["lectures"])
        self.assertEqual((grades(), self.stage(waiting, id=self.cast["lectures"])), ({first: 50, second: 50}, 0))
        [row] = self.rows(first)
        site.set_marks(self.session, wanted(first, self.statuses["P"], row))
        self.assertEqual((grades(), self.stage(waiting, id=self.cast["lectures"])), ({first: 100, second: 50}, 0))

    def test_the_task_of_an_activity_that_is_gone(self):
        site = accounts.account(self.stage, self.cast, accounts.SYNC)
        self.addCleanup(accounts.dismiss, self.stage, [site])
        site.set_marks(self.session, wanted(self.students[0], self.statuses["L"]))
        gone = "course_delete_module(get_coursemodule_from_instance('attendance', $in['id'])->id);"
        self.stage(gone, id=self.cast["lectures"])
        self.stage("run_first_grades($in['id']);", id=self.cast["lectures"])


if __name__ == "__main__":
    unittest.main()
