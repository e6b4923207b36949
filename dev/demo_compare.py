"""What Moodle holds and what OpenEduCat holds, read with nothing of the add-on: Moodle by
its web services, OpenEduCat by SQL.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import requests

# What the four default statuses of Moodle's Attendance activity mean here.
FIELDS = {"P": "present", "A": "absent", "L": "late", "E": "excused"}
LINES = """
    SELECT sheet.moodle_session_id, line.student_id, sheet.attendance_date,
           register.subject_id, line.remark, line.present, line.absent, line.late, line.excused
      FROM op_attendance_sheet sheet
      JOIN op_attendance_register register ON register.id = sheet.register_id
 LEFT JOIN op_attendance_line line ON line.attendance_id = sheet.id
     WHERE sheet.moodle_instance_id = %s AND sheet.state != 'cancel'
"""


class MoodleRefusal(Exception):
    pass


class Mark(NamedTuple):
    status: str
    day: date
    subject: int
    remark: str = ""

    def __str__(self):
        remark = f" ({self.remark})" if self.remark else ""
        return f"{self.status} of {self.day}, subject {self.subject}{remark}"


@dataclass
class MoodleMarks:
    """By ``(session id, op.student id)``.

    :param marks: those that have to be in OpenEduCat
    :param left_out: keys of marks with a status of the school's own, or none: they change
        nothing in OpenEduCat
    :param unreadable: names of activities that Moodle can't deliver
    """

    marks: dict = field(default_factory=dict)
    left_out: set = field(default_factory=set)
    unreadable: list = field(default_factory=list)


def moodle_caller(url, token):
    """A bare caller of Moodle's web services."""

    def call(function, **params):
        form = {"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json", **params}
        answer = requests.post(f"{url}/webservice/rest/server.php", data=form, timeout=120).json()
        if isinstance(answer, dict) and "exception" in answer:
            raise MoodleRefusal(f"{function}: {answer['message']}")
        return answer

    return call


def marks_in_moodle(moodle, courses, students, zone):
    """:param courses: ``{Moodle course id: op.subject id}``
    :param students: ``{Moodle user id: op.student id}``; nobody else's marks count
    :return: :class:`MoodleMarks`
    """
    found = MoodleMarks()
    for course, subject in courses.items():
        for section in moodle("core_course_get_contents", courseid=course):
            for module in section["modules"]:
                if module["modname"] != "attendance":
                    continue
                try:
                    sessions = moodle(
                        "mod_attendance_get_sessions", attendanceid=module["instance"]
                    )
                except MoodleRefusal:
                    found.unreadable.append(module["name"])
                    continue
                for session in sessions:
                    _read_session(found, session, subject, students, zone)
    return found


def _read_session(found, session, subject, students, zone):
    day = datetime.fromtimestamp(session["sessdate"], zone).date()
    acronyms = {status["id"]: status["acronym"].strip() for status in session["statuses"]}
    for row in session["attendance_log"]:
        if row["studentid"] not in students:
            continue
        key = session["id"], students[row["studentid"]]
        acronym = acronyms.get(int(row["statusid"] or 0))
        if acronym in FIELDS:
            remark = " ".join((row["remarks"] or "").split())[:256].rstrip()
            found.marks[key] = Mark(acronym, day, subject, remark)
        else:
            found.left_out.add(key)


def marks_here(cr, instance_id):
    """:return: ``{(session id, op.student id): Mark}`` of sheets that are not cancelled.
    What must not be shows in the status: several letters, none (``-``), a line twice
    (``P+P``); a sheet without any line is one of student ``None``
    """
    found = {}
    cr.execute(LINES, [instance_id])
    for session, student, day, subject, remark, *booleans in cr.fetchall():
        letters = (letter for letter, true in zip("PALE", booleans, strict=True) if true)
        status = "".join(letters) or "-"
        twin = found.get((session, student))
        if twin:
            status = f"{twin.status}+{status}"
        found[session, student] = Mark(status, day, subject, remark or "")
    return found


def differences(there, here, before):
    """:param there: :class:`MoodleMarks`
    :param here: what :func:`marks_here` says now
    :param before: what it said before the run
    :return: sentences, none if OpenEduCat holds what Moodle holds
    """
    for key in sorted({*there.marks, *there.left_out, *here}, key=str):
        # A mark that is left out changes nothing: what was here stays.
        wanted = before.get(key) if key in there.left_out else there.marks.get(key)
        found = here.get(key)
        if wanted and found and not wanted.remark:
            # An empty remark in Moodle leaves the one here.
            found = found._replace(remark="")
        if wanted != found:
            yield (
                f"session {key[0]}, student {key[1]}: "
                f"Moodle has {wanted or 'no mark'}, OpenEduCat {found or 'none'}"
            )
