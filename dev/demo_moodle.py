"""The demo's Moodle: three courses, some forty people, some twenty sessions.

    start(ids)         -> (server, school): the scripted Moodle of the tests, running
    second_act(school) -> what a teacher changes afterwards, as sentences
    keep(school, file) -> what `make serve` starts again: python dev/demo_moodle.py file

``ids`` is what ``demo_school.make_school`` made. Nothing is left to chance: the same ids
make the same school.
"""

import os
import pickle
import sys
import threading
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from moodle_server import MoodleServer, MoodleState

TOKEN = "0123456789abcdef0123456789abcdef"
ZONE = "Asia/Kolkata"
PORT = int(os.environ.get("MOODLE_PORT") or 8100)
# Three of four are present; the rest is spread over the other letters.
LETTERS = "PPPPLPPAPPPPPEPP"
# As mod_attendance has them where it was installed in German: A is present.
GERMAN = (
    ("A", "Anwesend", 2),
    ("V", "Verspätet", 1),
    ("E", "Entschuldigt", 1),
    ("U", "Unentschuldigt", 0),
)
IN_GERMAN = {"P": "A", "A": "U", "L": "V", "E": "E"}


@dataclass
class School:
    """A Moodle, and what of it has to arrive in OpenEduCat.

    :param people: the Moodle users of the students, in the order of the ids
    :param courses: ``{Moodle course id: op.subject id}`` of all that have to match
    :param students: ``{Moodle user id: op.student id}`` of all who have to match
    :param sessions: by the names that the second act calls them
    """

    state: MoodleState
    first_day: date
    teacher: object = None
    people: list = field(default_factory=list)
    courses: dict = field(default_factory=dict)
    students: dict = field(default_factory=dict)
    sessions: dict = field(default_factory=dict)

    def at(self, day, clock):
        """Unix seconds of a local time on the n-th day of the demo."""
        hour, minute = map(int, clock.split(":"))
        moment = datetime.combine(self.first_day + timedelta(days=day), time(hour, minute))
        return int(moment.replace(tzinfo=ZoneInfo(ZONE)).timestamp())

    def hold(self, name, activity, day, clock, people=(), group=None):
        """A session, and its marks unless nobody took it."""
        starts = self.at(day, clock)
        session = self.state.add_session(activity, starts, group=group)
        session.timemodified = starts - 7 * 86400
        self.sessions[name] = session
        self.take(session, people)
        return session

    def take(self, session, people):
        letters = {status.acronym for status in self.state.statuses_of(session)}
        for person in people:
            letter = LETTERS[(session.id * 5 + person.id * 3) % len(LETTERS)]
            self.mark(session, person, letter if "P" in letters else IN_GERMAN[letter])

    def mark(self, session, person, letter, days_later=0, **remark):
        """By the teacher, half an hour into the session: never by the real clock, so that
        a school that is built again has changed in nothing."""
        at = session.sessdate + 1800 + days_later * 86400
        self.state.mark(session, person, letter, by=self.teacher, at=at, **remark)


def build(ids):
    """:return: :class:`School` as it is before the first run"""
    state = MoodleState(timezone=ZONE)
    school = School(state, date.fromisoformat(ids["first_day"]))
    state.add_token(TOKEN, user=state.add_user("oecsync", "Odoo", "Sync"))
    school.teacher = state.add_user("teacher", "María", "Okafor", email="okafor@school.example")
    for number, student in enumerate(ids["students"]):
        # One in seven has no ID number and is found by the e-mail address.
        idnumber = "" if number % 7 == 3 else f"oec_student_{student['id']}"
        person = state.add_user(
            f"student{number + 1}",
            student["first_name"],
            student["last_name"],
            email=student["email"] if idnumber else student["email"].title(),
            idnumber=idnumber,
        )
        school.people.append(person)
        school.students[person.id] = student["id"]
    _algebra(school, ids)
    _physics(school, ids)
    _history(school, ids)
    # Nothing in OpenEduCat is meant by this one.
    state.add_course("Staff room ☕", "STAFF")
    return school


def _course(school, subject, name, shortname, people, idnumber=""):
    course = school.state.add_course(name, shortname, idnumber)
    school.courses[course.id] = subject
    school.state.enrol(course, school.teacher, role="editingteacher")
    for person in people:
        school.state.enrol(course, person)
    return course


def _idnumber(ids, number):
    subject, course = ids["courses"][number]
    return f"oec_subj_{subject}_course_{course}"


def _algebra(school, ids):
    """Lectures of everybody, two among them whom OpenEduCat does not know, and one
    lecture that nobody has taken."""
    add_user = school.state.add_user
    guests = [
        add_user("guest", "Nana 🌻", "Mensah", email="nana@elsewhere.example"),
        add_user("gone", "Ingrid", "Lindqvist", idnumber="oec_student_987654"),
    ]
    people = [*school.people, *guests]
    subject = ids["courses"][0][0]
    course = _course(school, subject, "Algebra I", "ALG", people, _idnumber(ids, 0))
    lectures = school.state.add_attendance(course, "Lectures")
    for week in range(4):
        school.hold(f"algebra {week}", lectures, week * 7, "09:00", people)
        school.hold(f"algebra {week}b", lectures, week * 7 + 2, "14:15", school.people)
    school.hold("untaken", lectures, 25, "09:00")
    remark = "Vino tarde — le train était en retard 🚆"
    school.mark(school.sessions["algebra 0"], school.people[4], "L", remark=remark)


def _physics(school, ids):
    """Labs: a group per batch, sessions of one group, a status of the school's own, and
    a night whose date in UTC is another one."""
    subject = ids["courses"][1][0]
    course = _course(school, subject, "Physics & Labs", "PHY", school.people, _idnumber(ids, 1))
    groups = []
    for number in range(2):
        # As in ``demo_school``: every other student is in each batch.
        batch = ids["batches"][number]
        group = school.state.add_group(course, f"Batch {number + 1}", f"oec_batch_{batch}")
        group.members.update(person.id for person in school.people[number::2])
        groups.append(group)
    labs = school.state.add_attendance(course, "Labs", groupmode=2)
    school.state.add_status(labs, "M", "Medical", 1)
    for week in range(4):
        school.hold(f"physics {week}", labs, week * 7 + 1, "11:00", school.people)
    school.hold("one group", labs, 3, "16:00", school.people[0::2], group=groups[0])
    school.hold("stargazing", labs, 17, "00:20", school.people[1::2], group=groups[1])
    for person in school.people[8:10]:
        school.mark(school.sessions["physics 1"], person, "M")


def _history(school, ids):
    """A diploma course without an ID number, found by its short name: two seminars on one
    day, and one just before midnight; and tutorials with the letters of a German Moodle."""
    people = school.people[:15]
    course = _course(school, ids["courses"][2][0], "History", "HIS1_DIP", people)
    seminars = school.state.add_attendance(course, "Seminars")
    for week in range(4):
        school.hold(f"history {week}", seminars, week * 7 + 4, "10:00", people)
    school.hold("same day", seminars, 4, "15:30", people)
    school.hold("near midnight", seminars, 12, "23:50", people)
    tutorials = school.state.add_attendance(course, "Übungen", statuses=GERMAN)
    for week in range(3):
        school.hold(f"german {week}", tutorials, week * 7, "17:00", people)


def second_act(school):
    """A teacher corrects, takes a forgotten session, moves one and deletes one.

    :return: what was done, as sentences
    """
    people, sessions = school.people, school.sessions
    lecture, lab, seminar = sessions["algebra 1"], sessions["physics 1"], sessions["history 2"]
    school.mark(lecture, people[0], "A", days_later=1)
    school.mark(lecture, people[1], "L", days_later=1)
    school.mark(lecture, people[2], "E", days_later=1, remark="Letter from a doctor")
    school.take(sessions["untaken"], people)
    school.mark(lab, people[8], "E", days_later=1)
    school.mark(lab, people[12], "M", days_later=1)
    school.state.delete_session(sessions["physics 3"])
    seminar.sessdate += 86400
    return [
        "Algebra I: three marks are corrected, one of them with a remark.",
        "Algebra I: the lecture that nobody had taken is taken.",
        "Physics & Labs: one student's Medical becomes Excused, another's Present Medical.",
        "Physics & Labs: the last lab is deleted.",
        "History: one seminar is moved to the next day.",
    ]


def correct_late(school, hours_ago):
    """A teacher saves the last lecture again: two marks change, Moodle notes one time.

    :param hours_ago: of that time
    :return: ``(session id, {op.student id: letter})``
    """
    lecture, people = school.sessions["algebra 3"], school.people
    at = school.state.clock() - hours_ago * 3600
    changed = {people[0]: "E", people[1]: "L"}
    for person, letter in changed.items():
        school.state.mark(lecture, person, letter, by=school.teacher, at=at)
    return lecture.id, {school.students[person.id]: letter for person, letter in changed.items()}


def start(ids):
    """:return: ``(MoodleServer, School)``, answering on MOODLE_PORT"""
    school = build(ids)
    return MoodleServer(school.state, port=PORT).start(), school


def keep(school, path):
    path.write_bytes(pickle.dumps((PORT, school.state.snapshot())))


def main():
    """Answers where it did before, unless MOODLE_PORT says otherwise; the address is the
    first line printed."""
    port, snapshot = pickle.loads(Path(sys.argv[1]).read_bytes())
    state = MoodleState(timezone=ZONE)
    state.restore(snapshot)
    server = MoodleServer(state, port=PORT if os.environ.get("MOODLE_PORT") else port).start()
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
