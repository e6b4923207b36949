"""A teacher saves the first marks of students in the very moment in which the plug-in writes theirs, in a real Moodle:
see ``dev/test_moodle.sh``. ``TRIES`` says how often (100), ``SEED`` with what delays.
"""

import os
import random
import time
import unittest

import accounts
from black_box import Case, wanted
from moodle_site import Stage, tag

TRIES = int(os.environ.get("TRIES", "100"))
SEED = int(os.environ.get("SEED", "0")) or time.time_ns() % 1_000_000
_GRADES = (
    "return $DB->get_records_sql_menu('SELECT g.userid, g.rawgrade FROM {grade_grades} g JOIN {grade_items} i ON i.id = g.itemid"
    " WHERE i.itemmodule = ? AND i.iteminstance = ? AND g.rawgrade IS NOT NULL', ['attendance', $in['id']]);"
)
# A database that takes its time over a first grade: else two of them hardly ever meet.
_SLOW = {
    "postgres": [
        "CREATE FUNCTION wsattendance_slow() RETURNS trigger AS $f$ BEGIN PERFORM pg_sleep(0.03); RETURN NEW; END $f$"
        " LANGUAGE plpgsql",
        "CREATE TRIGGER wsattendance_slow BEFORE INSERT ON {grade_grades} FOR EACH ROW EXECUTE FUNCTION wsattendance_slow()",
    ],
    "mysql": [
        "CREATE TRIGGER wsattendance_slow BEFORE INSERT ON {grade_grades} FOR EACH ROW DO SLEEP(0.03)",
    ],
}
_AS_FAST_AS_BEFORE = {
    "postgres": [
        "DROP TRIGGER IF EXISTS wsattendance_slow ON {grade_grades}",
        "DROP FUNCTION IF EXISTS wsattendance_slow()",
    ],
    "mysql": ["DROP TRIGGER IF EXISTS wsattendance_slow"],
}
_CHANGE = (
    "foreach ($in['statements'][$DB->get_dbfamily()] as $sql)"
    " $DB->change_database_structure(str_replace('{grade_grades}', $DB->get_prefix() . 'grade_grades', $sql));"
)


class TestFirstGrades(Case):
    def test_a_teacher_meets_no_error(self):
        """Attendance recalculates a teacher's grades after the save, as the plug-in does after its own."""
        rng = random.Random(SEED)
        teachers = Stage()
        self.addCleanup(teachers.close)
        site = accounts.account(self.stage, self.cast, accounts.SYNC)
        self.addCleanup(accounts.dismiss, self.stage, [site])
        self.stage(_CHANGE, statements=_AS_FAST_AS_BEFORE)
        self.addCleanup(self.stage, _CHANGE, statements=_AS_FAST_AS_BEFORE)
        self.stage(_CHANGE, statements=_SLOW)
        failed = []
        for turn in range(TRIES):
            error = self.one_try(rng, teachers, site)
            if error:
                failed.append((turn, error))
        print(f"\n  seed {SEED}, {TRIES} tries, {len(failed)} failed")
        self.assertEqual(failed, [])

    def one_try(self, rng, teachers, site):
        """In a course in which nobody has a grade yet, the plug-in writes a lesson, and a teacher saves another one
        meanwhile.

        :return: what the teacher was told, or ``None``
        """
        activity, status, theirs, ours = self.stage(
            "$c = new_course($in['tag']); enrol($c, $in['teacher'], 'editingteacher');"
            " foreach ($in['students'] as $one) enrol($c, $one); $id = new_activity($c, 'Try');"
            " $s = (int) $DB->get_field_select('attendance_statuses', 'MIN(id)', 'attendanceid = ?', [$id]);"
            " return [$id, $s, new_session($id), new_session($id)];",
            tag=tag(),
            teacher=self.teacher,
            students=self.students,
        )
        teachers.begin(
            "usleep($in['wait']); teacher_saves($in['who'], $in['session'], $in['marks']);",
            wait=rng.randint(0, 250_000),
            who=self.teacher,
            session=theirs,
            marks={student: [status, ""] for student in reversed(self.students)},
        )
        time.sleep(rng.uniform(0, 0.1))
        results = site.set_marks(ours, *(wanted(student, status) for student in self.students))
        try:
            teachers.end()
            error = None
        except RuntimeError as said:
            error = str(said)[:200]
        self.assertEqual({result["outcome"] for result in results}, {"written"})
        self.stage("run_first_grades($in['id']);", id=activity)
        self.assertEqual(len(self.stage(_GRADES, id=activity)), len(self.students))
        return error

    def test_first_ones_by_a_task_and_others_at_once(self):
        site = accounts.account(self.stage, self.cast, accounts.SYNC)
        self.addCleanup(accounts.dismiss, self.stage, [site])
        first, second = self.students[:2]

        def grades():
            found = dict(self.stage(_GRADES, id=self.cast["lectures"]))
            return {int(student): float(grade) for student, grade in found.items()}

        waiting = (
            "return $DB->count_records_select('task_adhoc', 'component = ? AND ' . $DB->sql_like('customdata', '?'),"
            " ['local_wsattendance', '%:' . $in['id'] . '}']);"
        )
        site.set_marks(self.session, wanted(first, self.statuses["L"]))
        site.set_marks(self.session, wanted(second, self.statuses["L"]))
        self.assertEqual((grades(), self.stage(waiting, id=self.cast["lectures"])), ({}, 1))
        self.stage("run_first_grades($in['id']);", id=self.cast["lectures"])
        self.assertEqual(
            (grades(), self.stage(waiting, id=self.cast["lectures"])), ({first: 50, second: 50}, 0)
        )
        [row] = self.rows(first)
        site.set_marks(self.session, wanted(first, self.statuses["P"], row))
        self.assertEqual(
            (grades(), self.stage(waiting, id=self.cast["lectures"])), ({first: 100, second: 50}, 0)
        )

    def test_the_task_of_an_activity_that_is_gone(self):
        site = accounts.account(self.stage, self.cast, accounts.SYNC)
        self.addCleanup(accounts.dismiss, self.stage, [site])
        site.set_marks(self.session, wanted(self.students[0], self.statuses["L"]))
        gone = "course_delete_module(get_coursemodule_from_instance('attendance', $in['id'])->id);"
        self.stage(gone, id=self.cast["lectures"])
        self.stage("run_first_grades($in['id']);", id=self.cast["lectures"])


if __name__ == "__main__":
    unittest.main()
