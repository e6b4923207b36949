"""The Moodle of a world: the scripted one of the tests, in a form that answers fast.

Each course is a state of its own, with the numbers that it would have among the others, so that
an answer costs what is in the course and not what is in the site. What was read once is kept as
bytes until somebody writes in that course.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests")]
from calls import DIGESTS, TOKEN, of_a_whole_pull  # noqa: E402
from moodle_server.errors import MoodleException  # noqa: E402
from moodle_server.functions_core import find  # noqa: E402
from moodle_server.params import Params, parse  # noqa: E402
from moodle_server.profiles import PROFILES  # noqa: E402
from moodle_server.server import OWN, SETTINGS, Site  # noqa: E402
from moodle_server.server import _Context as Context  # noqa: E402
from moodle_server.state import (  # noqa: E402
    DEFAULT_STATUSES,
    Attendance,
    Course,
    Enrolment,
    MoodleState,
    Row,
    User,
)
from world import FIRST_COURSE, FIRST_STUDENT, digest, other  # noqa: E402

SYNC_USER, TEACHER = 1, 2
WEEK = 7 * 86400


class Moodle:
    """:param world: ``World``
    :param ids: what ``school.make`` gave: the ids in OpenEduCat
    :param changed: of ``(course, session, seat)``: marks that are others than at first
    :param blank: whether nobody has marked anything
    :param url: the site's own address
    :param profile: a key of ``moodle_server.profiles.PROFILES``
    """

    def __init__(self, world, ids, changed=(), blank=False, url="", profile="2026"):
        self.world, self.ids, self.blank = world, ids, blank
        self.site = Site(wwwroot=url)
        self.profile = PROFILES[profile]
        self.whole = self._site()
        self.changed = {}
        for course, session, seat in changed:
            self.changed.setdefault(course, set()).add((session, seat))
        self._courses, self._answers = {}, {}

    def prepare(self):
        """Everything that a whole pull asks for is there when it is asked for."""
        for course in range(self.world.courses):
            self._state(course)
        for function, params in of_a_whole_pull(self.world, self.profile.companion):
            self.answer([("wstoken", TOKEN), ("wsfunction", function), *params])

    def answer(self, pairs):
        """:param pairs: ``(key, text)`` of a form
        :return: bytes, as they are sent
        """
        values = dict(pairs)
        function = values.get("wsfunction", "")
        asked = tuple(pair for pair in pairs if pair[0] not in (*OWN, *SETTINGS))
        if function == DIGESTS:
            return self._sent(self._digests(values.get("wstoken"), asked))
        course = self._course_of(function, dict(asked))
        kept = self._answers.setdefault(course, {})
        key = (function, *asked)
        body = kept.get(key)
        if body is None:
            answer, wrote = self._ask(values.get("wstoken"), function, asked, course)
            body = self._sent(answer)
            if wrote:
                kept.clear()
            else:
                kept[key] = body
        return body

    @staticmethod
    def _sent(answer):
        return json.dumps(answer, separators=(",", ":")).encode()

    def _digests(self, token, asked):
        """Those of many courses are put together of each one's own."""
        rest = [pair for pair in asked if not pair[0].startswith("courseids")]
        found = {"digests": [], "warnings": []}
        for name, value in asked:
            if not name.startswith("courseids"):
                continue
            number = int(value) - FIRST_COURSE
            course = number if 0 <= number < self.world.courses else None
            kept = self._answers.setdefault(course, {})
            key = (DIGESTS, value, *rest)
            if key not in kept:
                of_one = [("courseids[0]", value), *rest]
                kept[key], _wrote = self._ask(token, DIGESTS, of_one, course)
            answer = kept[key]
            if "exception" in answer:
                return answer
            for part, rows in answer.items():
                found[part] += rows
        return found

    def digest(self):
        """See ``world.digest``; of all marks there are."""
        students = self.ids["students"]
        return digest(
            (session.id, students[row.user_id - FIRST_STUDENT], self._letter(row.status_id))
            for number in range(self.world.courses)
            for session in self._state(number).sessions.values()
            for row in session.log
        )

    @staticmethod
    def _letter(status_id):
        return (status_id - 1) % len(DEFAULT_STATUSES)

    # --- answering ----------------------------------------------------------------

    def _course_of(self, function, values):
        """:return: the course that is asked about, counted from 0, or ``None`` for the site"""
        if "courseid" in values:
            return int(values["courseid"]) - FIRST_COURSE
        if "attendanceid" in values:
            return int(values["attendanceid"]) - 1
        if "sessionid" in values:
            return self.world.course_of_session(int(values["sessionid"]))
        return None

    def _ask(self, token, function, asked, course):
        """:return: what Moodle answers, and whether anything was written"""
        call = SimpleNamespace(written=False)
        try:
            known = self.whole.tokens.get(token)
            if known is None:
                raise MoodleException("invalidtoken")
            if function not in known.functions:
                raise MoodleException("accessexception")
            implementation, allowed = find(self.profile, function)
            asked_of = self.whole if course is None else self._state(course)
            server = SimpleNamespace(state=asked_of, site=self.site, profile=self.profile)
            context = Context(server, call, known, raw=True)
            with asked_of.lock:
                answer = implementation(context, Params(parse(asked), allowed))
        except MoodleException as error:
            return error.answer, call.written
        return answer, call.written

    # --- building -----------------------------------------------------------------

    def _site(self):
        """All courses with their activities, and people, and nothing in them. Put into the tables as they are: a
        number that is looked up among the others would cost the square of them."""
        world, ids = self.world, self.ids
        state = MoodleState()
        people = [
            User(SYNC_USER, "oecsync", "Odoo", "Sync"),
            User(TEACHER, "teacher", "María", "Okafor", email="okafor@school.example"),
        ]
        people += [
            User(
                FIRST_STUDENT + place,
                f"student{place}",
                "Student",
                str(place),
                email=f"student{place}@school.example",
                idnumber=f"oec_student_{student}",
            )
            for place, student in enumerate(ids["students"])
        ]
        state.users.update((user.id, user) for user in people)
        for number in range(world.courses):
            subject, course = ids["subjects"][number], ids["courses"][number]
            id_ = number + FIRST_COURSE
            idnumber = f"oec_subj_{subject}_course_{course}"
            state.courses[id_] = Course(id_, f"Course {number}", f"C{number}", idnumber)
            state.attendances[number + 1] = Attendance(number + 1, id_, "Lectures")
        state.add_token(TOKEN, people[0], self.profile.service)
        return state

    def _state(self, number):
        """:param number: of the course, from 0"""
        if number not in self._courses:
            self._courses[number] = self._course(number)
        return self._courses[number]

    def _course(self, number):
        world, whole = self.world, self.whole
        state = MoodleState()
        state.users = whole.users
        course = whole.courses[number + FIRST_COURSE]
        state.courses[course.id] = course
        students = [FIRST_STUDENT + place for place in world.students_of(number)]
        state.enrolments = {
            course.id: {
                TEACHER: Enrolment(TEACHER, "editingteacher"),
                **{user_id: Enrolment(user_id) for user_id in students},
            }
        }
        state.attendances.last = number
        state.statuses.last = number * len(DEFAULT_STATUSES)
        state.sessions.last = number * world.sessions
        state._last_row = number * world.marks_of_a_course
        activity = state.add_attendance(course, "Lectures")
        changed = self.changed.get(number, ())
        for place in range(world.sessions):
            self._hold(state, activity, number, place, students, changed)
        return state

    def _hold(self, state, activity, number, place, students, changed):
        world = self.world
        starts = world.starts(number, place)
        session = state.add_session(activity, starts)
        # Never by the real clock: a Moodle that is built again has changed in nothing.
        session.timemodified = starts - WEEK
        if self.blank:
            return
        first_status = number * len(DEFAULT_STATUSES) + 1
        again, taken = False, starts + 1800
        for seat, user_id in enumerate(students):
            letter, at = world.letter(number, place, seat), taken
            if (place, seat) in changed:
                letter, at, again = other(letter), taken + 3600, True
            state._last_row += 1
            status_id = first_status + letter
            session.log.append(Row(state._last_row, user_id, status_id, None, at, TEACHER))
        session.lasttaken = taken + 3600 * again
        session.lasttakenby = TEACHER
