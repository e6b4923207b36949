"""What Moodle holds and what OpenEduCat holds, read with nothing of the add-on: Moodle by
its web services, OpenEduCat by SQL. Marks are compared by what they mean, by a table of
the demo's own.

A mark that is not in OpenEduCat as Moodle has it is a difference, unless one of the gaps
that the add-on keeps names it; then what was in OpenEduCat before has to be there still.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

import requests

# What a letter with its description means; of any other the demo does not know it.
MEANS = {
    ("P", "Present"): "present",
    ("A", "Absent"): "absent",
    ("L", "Late"): "late",
    ("E", "Excused"): "excused",
    ("A", "Anwesend"): "present",
    ("U", "Unentschuldigt"): "absent",
    ("V", "Verspätet"): "late",
    ("E", "Entschuldigt"): "excused",
}
STATUSES = ("present", "absent", "late", "excused")
# Marks that nobody has to fix, and that change nothing in OpenEduCat.
WAIT = {
    "no_status": "without a status",
    "not_begun": "in sessions that have not begun",
    "early": "in sessions before their course's start",
    "no_line": "of which OpenEduCat, being right, has no line",
}
LINES = """
    SELECT sheet.moodle_session_id, line.student_id, sheet.attendance_date,
           register.subject_id, line.remark, line.present, line.absent, line.late, line.excused
      FROM op_attendance_sheet sheet
      JOIN op_attendance_register register ON register.id = sheet.register_id
 LEFT JOIN op_attendance_line line ON line.attendance_id = sheet.id
     WHERE sheet.moodle_instance_id = %s AND sheet.state != 'cancel'
"""
# Kinds of gaps that name a session by its number, whatever the course.
OF_A_SESSION = ("refused", "unreadable_session")
GAPS = """
    SELECT id, kind, key, unit, moodle_id, record_model, record_id, acronym, description, sources
      FROM moodle_sync_gap
     WHERE instance_id = %s AND state IN ('open', 'ignored')
"""


# Of a remark, what is no word of it: markup, and characters that turn the direction of writing.
_NO_WORDS = re.compile(r"</?[a-zA-Z][^>]*>|[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


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


class Place(NamedTuple):
    """Where a mark is in Moodle. 0: not known."""

    session: int
    student: int
    course: int = 0
    activity: int = 0
    group: int = 0
    user: int = 0
    status: int = 0
    acronym: str = ""
    description: str = ""


@dataclass
class InMoodle:
    """One student in one session.

    :param mark: its ``status`` is ``None`` where ``why`` is ``unknown``
    :param why: ``""`` if it has to be in OpenEduCat; a key of ``WAIT``; ``unknown`` for a
        letter that the demo does not know; ``doubled`` for two different marks
    """

    places: list
    mark: Mark
    why: str = ""


@dataclass
class MoodleMarks:
    """:param marks: ``{(session id, op.student id): InMoodle}``
    :param unreadable: ``{activity id: (course id, name)}`` of those that Moodle does not
        list; of their sessions, those that have sheets here were read one by one
    """

    marks: dict = field(default_factory=dict)
    unreadable: dict = field(default_factory=dict)


@dataclass
class Comparison:
    """:param equal: number of marks that are the same on both sides
    :param left_out: Counter of marks by the id of the gap that names them
    :param waiting: Counter by key of ``WAIT``
    :param unknown: Counter of marks by letters that the demo does not know
    :param problems: sentences, none if nothing differs but what a gap names
    """

    equal: int = 0
    left_out: Counter = field(default_factory=Counter)
    waiting: Counter = field(default_factory=Counter)
    unknown: Counter = field(default_factory=Counter)
    problems: list = field(default_factory=list)


def moodle_caller(url, token):
    """A bare caller of Moodle's web services."""

    def call(function, **params):
        form = {"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json", **params}
        answer = requests.post(f"{url}/webservice/rest/server.php", data=form, timeout=120).json()
        if isinstance(answer, dict) and "exception" in answer:
            raise MoodleRefusal(f"{function}: {answer['message']}")
        return answer

    return call


# --- Moodle -------------------------------------------------------------------


def marks_in_moodle(moodle, courses, students, zone, known):
    """:param courses: ``{Moodle course id: op.subject id}``
    :param students: ``{Moodle user id: op.student id}``; nobody else's marks count
    :param known: ids of sessions that have sheets here
    :return: :class:`MoodleMarks`
    """
    found = MoodleMarks()
    functions = {item["name"] for item in moodle("core_webservice_get_site_info")["functions"]}
    starts = {c["id"]: c.get("startdate", 0) for c in moodle("core_course_get_courses")}
    for course, subject in courses.items():
        if "local_wsattendance_get_sessions" in functions:
            sessions = _sessions_of_plugin(moodle, course)
        else:
            sessions = _sessions(moodle, course, found, known)
        for activity, session in sessions:
            at = datetime.fromtimestamp(session["sessdate"], zone)
            place = Place(
                session["id"], 0, course, activity, group=int(session.get("groupid") or 0)
            )
            why = ""
            if session["sessdate"] > time.time():
                why = "not_begun"
            elif session["sessdate"] < starts.get(course, 0):
                why = "early"
            for student, mark in _marks_of(session, place, students, why):
                mark.mark = mark.mark._replace(day=at.date(), subject=subject)
                found.marks[session["id"], student] = mark
    return found


def _sessions_of_plugin(moodle, course, page=100):
    """The same of a Moodle with our plug-in, which no remark makes refuse anything. Of several
    rows of a student the one written last counts."""
    read, total = 0, 1
    statuses = []
    while read < total:
        answer = moodle(
            "local_wsattendance_get_sessions", courseid=course, limitfrom=read, limitnum=page
        )
        total = answer["total"] if answer["sessions"] else 0
        read += len(answer["sessions"])
        # Only the first page has them.
        statuses = statuses or answer["statuses"]
        for session in answer["sessions"]:
            own = session["attendanceid"], session["statusset"]
            rows = {}
            for row in sorted(session["marks"], key=lambda row: (row["timetaken"], row["id"])):
                rows[row["studentid"]] = row
            session["attendance_log"] = list(rows.values())
            session["statuses"] = [
                status
                for status in statuses
                if (status["attendanceid"], status["setnumber"]) == own
                and status["visible"]
                and not status["deleted"]
            ]
            yield session["attendanceid"], session


def _sessions(moodle, course, found, known):
    """``(activity id, session)`` of a course. One poisoned remark makes Moodle refuse a
    whole activity; then the sessions that are known are asked for one by one."""
    poisoned = set()
    for section in moodle("core_course_get_contents", courseid=course):
        for module in section["modules"]:
            if module["modname"] != "attendance":
                continue
            activity = module["instance"]
            try:
                sessions = moodle("mod_attendance_get_sessions", attendanceid=activity)
            except MoodleRefusal:
                found.unreadable[activity] = course, module["name"]
                poisoned.add(activity)
                continue
            yield from ((activity, session) for session in sessions)
            known = known - {session["id"] for session in sessions}
    for number in sorted(known) if poisoned else ():
        try:
            session = moodle("mod_attendance_get_session", sessionid=number)
        except MoodleRefusal:
            # If it has lines here, a gap has to name it.
            continue
        if session["attendanceid"] in poisoned:
            yield session["attendanceid"], session


def _marks_of(session, place, students, why):
    statuses = {status["id"]: status for status in session["statuses"]}
    rows = {}
    for row in session["attendance_log"]:
        if row["studentid"] in students:
            rows.setdefault(students[row["studentid"]], []).append(row)
    for student, its_rows in rows.items():
        found = [_mark_of(row, statuses, place, student) for row in its_rows]
        said = {mark.mark.status or mark.places[0].status for mark in found}
        places = [mark.places[0] for mark in found]
        remark = next((mark.mark.remark for mark in found if mark.mark.remark), "")
        first = found[0]
        one = "doubled" if len(said) > 1 else why or first.why
        yield student, InMoodle(places, first.mark._replace(remark=remark), one)


def _mark_of(row, statuses, place, student):
    status = int(row["statusid"] or 0)
    shown = statuses.get(status, {})
    letter = shown.get("acronym", "").strip()
    description = " ".join((shown.get("description") or "").split())
    means = MEANS.get((letter, description))
    place = place._replace(
        student=student,
        user=row["studentid"],
        status=status,
        acronym=letter,
        description=description,
    )
    why = "" if means else "unknown" if status else "no_status"
    remark = _NO_WORDS.sub("", row["remarks"] or "")
    remark = " ".join(remark.split())[:256].rstrip()
    return InMoodle([place], Mark(means, None, 0, remark), why)


# --- OpenEduCat ---------------------------------------------------------------


def marks_here(cr, instance_id):
    """:return: ``{(session id, op.student id): Mark}`` of sheets that are not cancelled.
    What must not be shows in the status: several, none (``-``), a line twice
    (``present+present``); a sheet without any line is one of student ``None``
    """
    found = {}
    cr.execute(LINES, [instance_id])
    for session, student, day, subject, remark, *booleans in cr.fetchall():
        true = [word for word, is_true in zip(STATUSES, booleans, strict=True) if is_true]
        status = " and ".join(true) or "-"
        twin = found.get((session, student))
        if twin:
            status = f"{twin.status}+{status}"
        found[session, student] = Mark(status, day, subject, remark or "")
    return found


class Gaps:
    """What the add-on says is left out, and which marks that names."""

    def __init__(self, cr, instance_id):
        cr.execute(GAPS, [instance_id])
        names = [column[0] for column in cr.description]
        self.gaps = [dict(zip(names, values, strict=True)) for values in cr.fetchall()]

    def of(self, place):
        """:return: id of the gap that says why this mark is left out, or ``None``"""
        return next((gap["id"] for gap in self.gaps if self._names(gap, place)), None)

    def of_activity(self, course, activity):
        """Whether a gap says that Moodle does not list an activity, or which of its
        sessions are to blame."""
        return any(
            gap["kind"] == "unreadable_session"
            and gap["unit"] == course
            and (gap["key"].endswith(f":activity:{activity}") or ":session:" in gap["key"])
            for gap in self.gaps
        )

    @staticmethod
    def _names(gap, place):
        if gap["acronym"]:
            sources = gap["sources"] or {}
            return (gap["acronym"], (gap["description"] or "").casefold()) == (
                place.acronym,
                place.description.casefold(),
            ) and str(place.course) in sources
        kind, number = gap["kind"], gap["moodle_id"]
        if gap["unit"] not in (0, place.course) and kind not in OF_A_SESSION:
            return False
        student = gap["record_model"] == "op.student" and gap["record_id"] == place.student
        if kind == "no_batch":
            return student and not place.group
        if kind in ("unmatched_student", "ambiguous_student"):
            return number == place.user
        if kind == "unmatched_group":
            return bool(place.group) and number == place.group
        if kind == "custom_status":
            return bool(place.status) and number == place.status
        if kind == "doubled":
            return student and number == place.session
        if kind == "refused":
            return number == place.session
        if kind == "unreadable_session":
            return number == place.session and ":activity:" not in gap["key"]
        if kind == "odd_record":
            return gap["key"].endswith(
                (f"odd:mark:{place.session}:{place.user}", f"odd:user:0:{place.user}")
            )
        if kind == "refused_push":
            return student and number in (0, place.session)
        return kind == "rights" and gap["unit"] == place.course


# --- both ---------------------------------------------------------------------


def compare(there, here, before, gaps, pulled=True):
    """:param there: :class:`MoodleMarks`
    :param here: what :func:`marks_here` says now
    :param before: what it said before the run
    :param gaps: :class:`Gaps`
    :param pulled: whether Moodle's marks come over at all
    :return: :class:`Comparison`
    """
    result = Comparison()
    if not pulled:
        for key in there.marks.keys() - here.keys():
            there.marks[key].why = "no_line"
    for key in sorted({*there.marks, *here}, key=str):
        _compare_one(result, key, there, here.get(key), before.get(key), gaps)
    for activity, (course, name) in there.unreadable.items():
        if not gaps.of_activity(course, activity):
            result.problems.append(f"Moodle can't list the activity {name}, and no gap says so")
    return result


def _compare_one(result, key, there, found, kept, gaps):
    item = there.marks.get(key)
    places = item.places if item else [Place(*key)]
    if item and not item.why and _same(item.mark, found):
        result.equal += 1
        return
    if _said(found) == _said(kept):
        # Nothing was done here: that has to have a reason.
        if item and item.why in WAIT:
            result.waiting[item.why] += 1
            return
        gap = next(filter(None, map(gaps.of, places)), None)
        if gap:
            result.left_out[gap] += len(places) if item else 1
            return
    unknown = item and item.why == "unknown" and found
    if unknown and _same(item.mark._replace(status=found.status), found):
        result.unknown[f"{places[0].acronym} ({places[0].description})"] += 1
        return
    has = "no mark"
    if item:
        letters = ", ".join(f"{p.acronym or p.status} {p.description}".strip() for p in places)
        has = f"{letters}: {item.mark if not item.why else item.why}"
    result.problems.append(
        f"session {key[0]}, student {key[1]}: "
        f"Moodle has {has}, OpenEduCat {found or 'none'}, and no gap says why"
    )


def _said(mark):
    return mark and (mark.status, mark.remark)


def _same(wanted, found):
    if found and not wanted.remark:
        # An empty remark in Moodle leaves the one here.
        found = found._replace(remark="")
    return wanted == found
