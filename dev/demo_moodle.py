"""The demo's Moodle: three courses, some forty people, some twenty sessions.

    start(ids)         -> (server, school): the scripted Moodle of the tests, running
    second_act(school) -> what a teacher changes afterwards, as sentences
    keep(school, file) -> what `make serve` starts again: python dev/demo_moodle.py file

``ids`` is what ``demo_school.make_school`` made, plus ``first_day`` (ISO date). Nothing is
left to chance: the same ids make the same school.
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
PORT = int(os.environ.get("MOODLE_PORT", 8100))
# Three of four are present; the rest is spread over the other letters.
LETTERS = "PPPPLPPAPPPPPEPP"


@dataclass
class School:
    """:param students: ``{Moodle user id: op.student id}`` of all who have to match"""

    state: MoodleState
    first_day: date
    teacher: object = None
    people: list = field(default_factory=list)
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
        for person in people:
            letter = LETTERS[(session.id * 5 + person.id * 3) % len(LETTERS)]
            self.mark(session, person, letter)

    def mark(self, session, person, letter, days_later=0, **remark):
        """By the teacher, half an hour into the session: never by the real clock, so that
        a school that is built anew has changed in nothing."""
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
            email=student["email"],
            idnumber=idnumber,
        )
        school.people.append(person)
        school.students[person.id] = student["id"]
    guests = [
        state.add_user("guest", "Guest", "Lecturer's-Child", email="guest@elsewhere.example"),
        state.add_user("moved", "Ingrid", "Moved-Away", idnumber="oec_student_987654"),
    ]
    _algebra(school, ids, guests)
    _physics(school, ids)
    _history(school, ids)
    return school


def _course(school, ids, number, name, shortname, people):
    subject, course = ids["courses"][number]
    result = school.state.add_course(name, shortname, f"oec_subj_{subject}_course_{course}")
    school.state.enrol(result, school.teacher, role="editingteacher")
    for person in people:
        school.state.enrol(result, person)
    return result


def _groups(school, ids, course, numbers):
    """A group per batch; as in ``demo_school``, every other student is in each."""
    groups = []
    for number in numbers:
        batch = ids["batches"][number]
        group = school.state.add_group(course, f"Batch {number + 1}", f"oec_batch_{batch}")
        group.members.update(person.id for person in school.people[number::2])
        groups.append(group)
    return groups


def _algebra(school, ids, guests):
    """Lectures of everybody, two guests among them, and one that nobody has taken."""
    people = [*school.people, *guests]
    course = _course(school, ids, 0, "Algebra I", "ALG1", people)
    lectures = school.state.add_attendance(course, "Lectures")
    for week in range(4):
        school.hold(f"algebra {week}", lectures, week * 7, "09:00", people)
        school.hold(f"algebra {week}b", lectures, week * 7 + 2, "14:15", school.people)
    school.hold("untaken", lectures, 25, "09:00")
    remark = "Vino tarde — le train était en retard 🚆"
    first = school.sessions["algebra 0"]
    school.mark(first, school.people[4], "L", remark=remark)


def _physics(school, ids):
    """Labs: two groups, and a status of the school's own."""
    course = _course(school, ids, 1, "Physics & Labs", "PHY1", school.people)
    first, _second = _groups(school, ids, course, (0, 1))
    labs = school.state.add_attendance(course, "Labs", groupmode=2)
    school.state.add_status(labs, "M", "Medical leave", 1)
    for week in range(4):
        school.hold(f"physics {week}", labs, week * 7 + 1, "11:00", school.people)
    school.hold("one group", labs, 3, "16:00", school.people[0::2], group=first)
    ill = school.sessions["physics 1"]
    for person in school.people[8:10]:
        school.mark(ill, person, "M")


def _history(school, ids):
    """A diploma course: two seminars on one day, and one just before midnight."""
    people = school.people[:15]
    course = _course(school, ids, 2, "History", "HIS1", people)
    seminars = school.state.add_attendance(course, "Seminars")
    for week in range(4):
        school.hold(f"history {week}", seminars, week * 7 + 4, "10:00", people)
    school.hold("same day", seminars, 4, "15:30", people)
    school.hold("near midnight", seminars, 12, "23:50", people)


def second_act(school):
    """A teacher corrects, takes a forgotten session, moves one and deletes one.

    :return: what was done, as sentences
    """
    state, people, sessions = school.state, school.people, school.sessions
    lecture = sessions["algebra 1"]
    school.mark(lecture, people[0], "A", days_later=1)
    school.mark(lecture, people[1], "L", days_later=1)
    school.mark(lecture, people[2], "E", days_later=1, remark="Letter from a doctor")
    school.take(sessions["untaken"], people)
    moved = sessions["history 2"]
    moved.sessdate += 86400
    state.delete_session(sessions["physics 3"])
    ill = sessions["physics 1"]
    school.mark(ill, people[8], "E", days_later=1)
    return [
        "Algebra I: three marks are corrected, one with a remark.",
        "Algebra I: the lecture that nobody had taken is taken now.",
        "Physics & Labs: a medical leave becomes an excuse.",
        "Physics & Labs: one lab is deleted.",
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
    """Answers where it did before: the instance in the database has that address."""
    port, snapshot = pickle.loads(Path(sys.argv[1]).read_bytes())
    state = MoodleState(timezone=ZONE)
    state.restore(snapshot)
    server = MoodleServer(state, port=port).start()
    sys.stdout.write(f"Moodle (scripted): {server.url}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
