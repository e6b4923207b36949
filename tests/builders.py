"""Short ways to make the planner's plain data, with defaults that are a normal school:
Moodle course 2 with activity 1, batches 1 and 2, students 101… as users 1, 2, …"""

from datetime import date

from ..services.domain import matching
from ..services.domain import records as r
from ..services.domain.own_batch import Detail, Enrolment
from ..services.domain.percent import points_text
from ..services.domain.status_meaning import of_session
from ..services.domain.window import Rules

ZONE = "Asia/Kolkata"
DAY = date(2026, 11, 3)
# 2026-11-03 09:00 in Asia/Kolkata
START = 1793676600
HOUR = 3600
STATUSES = (
    r.MoodleStatus(5, "P", "Present", 2),
    r.MoodleStatus(6, "A", "Absent", 0),
    r.MoodleStatus(7, "L", "Late", 1),
    r.MoodleStatus(8, "E", "Excused", 1),
)
STATUS_IDS = {status.acronym: status.id for status in STATUSES}
COURSE = r.MoodleCourse(2, "ALG1", "Algebra I", "oec_subj_1_course_1")
LECTURES = r.MoodleActivity(1, "Lectures")
RULES = Rules(ZONE)
# Of this database, and of another one on the same Moodle.
KEY, OTHER_KEY = "0123abcd", "4567ef89"


def reference(sheet_id, key=KEY):
    """As it stands in a session that was made for a sheet; without a key as version 1.1 wrote it."""
    return f"[oec_sheet_{sheet_id}_{key}]" if key else f"[oec_sheet_{sheet_id}]"


def mark(user_id, acronym, remark=""):
    """:param acronym: of :data:`STATUSES`, or a status id"""
    return r.MoodleMark(user_id, STATUS_IDS.get(acronym, acronym), remark)


def session(session_id, marks=(), starts=START, group_id=0, **values):
    """:param marks: ``{user id: acronym}`` or a list of ``MoodleMark``"""
    if isinstance(marks, dict):
        marks = [mark(user, acronym) for user, acronym in marks.items()]
    values = {
        "activity_id": LECTURES.id,
        "course_id": COURSE.id,
        "duration": HOUR,
        "taken_at": starts + HOUR if marks else 0,
        "taken_by": 30 if marks else 0,
        "status_set": 0,
        "statuses": STATUSES,
        "user_ids": frozenset(range(1, 41)),
        **values,
    }
    return r.MoodleSession(
        id=session_id, starts=starts, group_id=group_id, marks=tuple(marks), **values
    )


def reading(*sessions, **values):
    values = {
        "activities": (LECTURES,),
        "listed": frozenset({LECTURES.id}),
        "listed_all": True,
        **values,
    }
    return r.CourseReading(course=COURSE, sessions=sessions, **values)


def enrolment(*batches, finished=()):
    """Of a student with a running course detail in each of these batches, and others."""
    batches = [*((batch, True) for batch in batches), *((batch, False) for batch in finished)]
    details = [Detail(number, *one) for number, one in enumerate(batches, 1)]
    return Enrolment(tuple(details))


def people(running=None, batches=None, unknown=None):
    """Users 1 to 40 are students 101 to 140, all running in batch 1.

    :param running: ``{student id: [batch id, …] or Enrolment}`` that differ from that
    :param batches: ``{group id: Match or batch id}``; 1 and 2 are batches 1 and 2
    :param unknown: ``{user id: Match}`` of people who match nobody
    """
    students = {user: matching.Match(user, 100 + user, "idnumber") for user in range(1, 41)}
    students.update(unknown or {})
    groups = {1: 1, 2: 2, **(batches or {})}
    table = matching.StudentTable(
        exists=frozenset(range(101, 141)),
        by_email={},
        links={},
        holders={},
        enrolments={
            student: batches if isinstance(batches, Enrolment) else enrolment(*batches)
            for student, batches in {
                **{student: [1] for student in range(101, 141)},
                **(running or {}),
            }.items()
        },
    )
    return matching.People(
        students=students,
        batches={
            group: batch
            if isinstance(batch, matching.Match)
            else matching.Match(group, batch, "idnumber")
            for group, batch in groups.items()
        },
        table=table,
        names={user: f"User {user}" for user in range(1, 41)},
    )


def register(register_id, day=DAY, batch_id=1):
    return r.Register(register_id, subject_id=1, course_id=1, batch_id=batch_id, date=day)


def sheet(sheet_id, moodle=None, register_id=1, batch_id=1, day=DAY, **values):
    """:param moodle: the ``MoodleSession`` it is linked with, as seen there"""
    values = {
        "subject_id": 1,
        "state": "done",
        "active": True,
        "session_id": moodle.id if moodle else 0,
        "seen": moodle.seen if moodle else None,
        "taken_at": moodle.taken_at if moodle else 0,
        "name": f"AS{sheet_id}",
        "held_at": moodle.starts if moodle else 0,
        "points": points_text(moodle.statuses, of_session(moodle)) if moodle else "",
        **values,
    }
    return r.Sheet(id=sheet_id, register_id=register_id, batch_id=batch_id, date=day, **values)


def line(line_id, student_id, status, sheet_id=1, base="same", remark="", active=True):
    """:param base: a status, ``None``, or ``"same"`` for the status itself"""
    base = status if base == "same" else base
    return r.Line(line_id, sheet_id, student_id, status, base, remark, active)


def local(sheets=(), lines=(), registers=None):
    registers = (register(1),) if registers is None else registers
    return r.LocalState(tuple(registers), tuple(sheets), tuple(lines))
