"""The Moodle side of what ``cost.py`` measures: a world's people, courses and marks in a real
Moodle, named as OpenEduCat's records are numbered."""

from dataclasses import replace

from courses import make_course
from world import LETTERS, digest

# What the names of its courses and accounts begin with. An earlier try's courses go; the accounts
# are used again.
MARK = "oeccost"
_FORGET = """
    foreach ($DB->get_records_select('course', 'shortname LIKE ?', [$in['mark'] . '%']) as $course) {
        delete_course($course, false);
    }
    // Those of the black-box test are named as if they were OpenEduCat's, and would be gaps.
    $DB->set_field_select('course', 'idnumber', '', 'idnumber LIKE ?', ['oec%']);
"""
# Without a password, and so without the time that it takes to make hundreds of them safe.
_PEOPLE = """
    foreach ($in['idnumbers'] as $n => $idnumber) {
        $name = $in['mark'] . $n;
        if ($id = $DB->get_field('user', 'id', ['username' => $name])) {
            $DB->set_field('user', 'idnumber', $idnumber, ['id' => $id]);
        } else {
            $id = user_create_user((object) [
                'username' => $name, 'firstname' => 'Student', 'lastname' => "Number $n", 'idnumber' => $idnumber,
                'email' => "$name@example.com", 'password' => AUTH_PASSWORD_NOT_CACHED, 'confirmed' => 1,
                'mnethostid' => $CFG->mnet_localhost_id, 'policyagreed' => 1,
            ], false, false);
        }
        $ids[] = (int) $id;
    }
    return $ids;
"""
_SETTLE = """
    purge_all_caches();
    // As autovacuum leaves a database that has been there for a while.
    if ($DB->get_dbfamily() == 'postgres') {
        $DB->execute('VACUUM ANALYZE');
    }
    return $DB->count_records('course');
"""
# The rows are those that Attendance's own page leaves when a teacher changes one student: that
# mark, and the session. A time of 0 is when the session begins.
_CHANGE = """
    foreach ($in['marks'] as [$id, $user, $letter]) {
        $session = $DB->get_record('attendance_sessions', ['id' => $id], '*', MUST_EXIST);
        $status = $DB->get_field('attendance_statuses', 'id', [
            'attendanceid' => $session->attendanceid, 'acronym' => $letter,
        ], MUST_EXIST);
        $taken = $in['taken'] ?: $session->sessdate;
        $mark = $DB->get_record('attendance_log', ['sessionid' => $id, 'studentid' => $user], '*', MUST_EXIST);
        $DB->update_record('attendance_log', [
            'id' => $mark->id, 'statusid' => $status, 'timetaken' => $taken, 'takenby' => 2,
        ]);
        $DB->update_record('attendance_sessions', ['id' => $id, 'lasttaken' => $taken, 'lasttakenby' => 2]);
    }
"""
_MARKS = """
    SELECT l.id, l.sessionid, l.studentid, s.acronym
      FROM {attendance_log} l JOIN {attendance_statuses} s ON s.id = l.statusid
     WHERE l.sessionid BETWEEN ? AND ?
"""


class MoodleSide:
    """:param stage: ``moodle_site.Stage``
    :param world: ``World``
    :param ids: of OpenEduCat's records, as ``dev/bench/school.make`` gives them

    Attributes: ``world``, as it is with Moodle's numbers; ``courses`` and ``attendances``, ids of
    its courses and of the activity of each; ``of_the_site``, how many courses Moodle has in all.
    """

    def __init__(self, stage, world, ids):
        self._stage, self._students = stage, ids["students"]
        stage(_FORGET, mark=MARK)
        self._people = stage(
            _PEOPLE, mark=MARK, idnumbers=[f"oec_student_{student}" for student in self._students]
        )
        self.courses, self.attendances, sessions = [], [], []
        for course, pair in enumerate(zip(ids["subjects"], ids["courses"], strict=True)):
            idnumber = "oec_subj_{}_course_{}".format(*pair)
            made, attendance, numbers = self._course(world, course, idnumber)
            self.courses.append(made)
            self.attendances.append(attendance)
            sessions += numbers
        self.world = replace(world, first_session=sessions[0])
        if sessions != list(range(sessions[0], sessions[0] + len(sessions))):
            raise SystemExit("error: somebody else makes sessions in this Moodle; try again")
        self.of_the_site = stage(_SETTLE)

    def _course(self, world, course, idnumber):
        sessions, seats = range(world.sessions), range(world.students)
        return make_course(
            self._stage,
            f"{MARK}{course}",
            [self._people[place] for place in world.students_of(course)],
            [world.starts(course, session) for session in sessions],
            [
                "".join(LETTERS[world.letter(course, session, seat)] for seat in seats)
                for session in sessions
            ],
            idnumber,
        )

    def change(self, marks, taken=0):
        """:param marks: ``{(course, session, seat): place in LETTERS}``
        :param taken: unix seconds; 0: when its session began
        """
        rows = [
            (
                self.world.session_id(course, session),
                self._people[self.world.students_of(course)[seat]],
                LETTERS[letter],
            )
            for (course, session, seat), letter in marks.items()
        ]
        self._stage(_CHANGE, marks=rows, taken=taken)

    def digest(self):
        """See ``world.digest``; of all marks of its courses."""
        last = self.world.session_id(self.world.courses, -1)
        rows = self._stage.sql(_MARKS, self.world.first_session, last)
        student = dict(zip(self._people, self._students, strict=True))
        return digest(
            (int(row["sessionid"]), student[int(row["studentid"])], LETTERS.index(row["acronym"]))
            for row in rows
        )
