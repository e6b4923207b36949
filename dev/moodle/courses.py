"""Courses with attendance by the dozen, written past Moodle's own code: hundreds would take it
an hour."""

_COURSE = """
    $course = new_course($in['name'], $in['idnumber']);
    $attendance = new_activity($course, 'Lectures');
    $enrol = $DB->get_field('enrol', 'id', ['courseid' => $course, 'enrol' => 'manual']);
    $role = $DB->get_field('role', 'id', ['shortname' => 'student']);
    $context = context_course::instance($course)->id;
    $statuses = $DB->get_records_menu('attendance_statuses', ['attendanceid' => $attendance], '', 'acronym, id');
    foreach ($in['people'] as $user) {
        $rows[] = ['enrolid' => $enrol, 'userid' => $user, 'status' => 0, 'timecreated' => 1, 'timemodified' => 1];
        $roles[] = ['roleid' => $role, 'contextid' => $context, 'userid' => $user, 'timemodified' => 1];
    }
    $DB->insert_records('user_enrolments', $rows);
    $DB->insert_records('role_assignments', $roles);
    foreach ($in['starts'] as $starts) {
        $sessions[] = ['attendanceid' => $attendance, 'sessdate' => $starts, 'duration' => 3600,
            'lasttaken' => $starts, 'lasttakenby' => 2, 'description' => 'Lesson', 'descriptionformat' => 1];
    }
    $DB->insert_records('attendance_sessions', $sessions);
    $ids = $DB->get_fieldset_select('attendance_sessions', 'id', 'attendanceid = ? ORDER BY id', [$attendance]);
    foreach ($ids as $n => $session) {
        foreach ($in['people'] as $seat => $user) {
            $marks[] = ['sessionid' => $session, 'studentid' => $user, 'statusid' => $statuses[$in['letters'][$n][$seat]],
                'timetaken' => $in['starts'][$n], 'takenby' => 2, 'remarks' => ''];
        }
    }
    $DB->insert_records('attendance_log', $marks);
    return ['course' => $course, 'attendance' => $attendance, 'sessions' => $ids];
"""


def make_course(stage, name, people, starts, letters, idnumber=""):
    """One course with one activity, in which everybody has a mark in every session.

    :param stage: ``moodle_site.Stage``
    :param people: user ids of its students
    :param starts: of each session, unix seconds; its marks were given in that moment
    :param letters: of each session, a text with one letter (of P, A, L, E) for each student
    :return: ``(course id, attendance id, session ids)``, the last in the order of ``starts``
    """
    made = stage(
        _COURSE, name=name, idnumber=idnumber, people=people, starts=starts, letters=letters
    )
    return made["course"], made["attendance"], [int(session) for session in made["sessions"]]
