"""What is in Moodle and in OpenEduCat while something is measured, as plain values. Both sides
are built from it, each in a process of its own, so nothing is left to chance: the same world
has the same numbers and marks each time.

A programme has two courses, taken by the same students, who are one batch in OpenEduCat; so
2,000 courses of 40 students are a university of 40,000.
"""

import random
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property

LETTERS = "PALE"
# Three of four are present; the rest is spread over the other letters.
SPREAD = "PPPPLPPAPPPPPEPP"
COURSES_OF_A_PROGRAMME = 2
# Of the marks, in the cases in which some change.
CHANGED = 0.01
# How marks are changed: anywhere, or in as few courses as hold that many.
SCATTERED, IN_ONE_COURSE = "scattered", "course"
# A course is cold if none of its sessions began within so many days.
WARM_DAYS = 7
# Moodle's numbers: course 1 is the front page, and the first two users are the token's and the
# teacher.
FIRST_COURSE, FIRST_STUDENT = 2, 3


@dataclass(frozen=True)
class World:
    """* ``courses``, ``sessions`` (of each course), ``students`` (of each session): how many;
    * ``cold``: share of the courses whose last session is more than a week ago;
    * ``today``: ISO date; sessions end the day before;
    * ``first_session``: its number in Moodle; the others follow.
    """

    name: str
    courses: int
    sessions: int
    students: int
    cold: float = 0.0
    today: str = ""
    first_session: int = 1

    @property
    def marks(self):
        return self.courses * self.marks_of_a_course

    @property
    def marks_of_a_course(self):
        return self.sessions * self.students

    @property
    def programmes(self):
        return -(-self.courses // COURSES_OF_A_PROGRAMME)

    @property
    def people(self):
        """How many students there are."""
        return self.programmes * self.students

    @cached_property
    def _sessions_a_day(self):
        """One where a month has room for them, else what an academic year needs."""
        return 1 if self.sessions <= 30 else -(-self.sessions // 250)

    def is_cold(self, course):
        # Spread evenly over the catalogue.
        return int((course + 1) * self.cold) > int(course * self.cold)

    def starts(self, course, session):
        """:param course, session: counted from 0
        :return: unix seconds, by UTC
        """
        days = (self.sessions - 1 - session) // self._sessions_a_day + 1
        if self.is_cold(course):
            days += WARM_DAYS
        hour = 6 + course % 6 + 2 * (session % self._sessions_a_day)
        day = date.fromisoformat(self.today) - timedelta(days=days)
        return int(datetime(day.year, day.month, day.day, hour, tzinfo=timezone.utc).timestamp())

    def students_of(self, course):
        """The places of those who take the course, in the list of all students."""
        first = course // COURSES_OF_A_PROGRAMME * self.students
        return range(first, first + self.students)

    def letter(self, course, session, seat):
        """:param seat: of the student in the course, from 0
        :return: place in :data:`LETTERS`, as it is before anything is changed
        """
        mixed = (course * 7 + session * 5 + seat * 3 + seat * session) % len(SPREAD)
        return LETTERS.index(SPREAD[mixed])

    def changed(self, how):
        """Which marks are changed in a case.

        :param how: :data:`SCATTERED` or :data:`IN_ONE_COURSE`
        :return: sorted list of ``(course, session, seat)``
        """
        number = max(1, int(self.marks * CHANGED))
        room = self.marks
        if how == IN_ONE_COURSE:
            room = -(-number // self.marks_of_a_course) * self.marks_of_a_course
        return [self._place(mark) for mark in sorted(random.Random(7).sample(range(room), number))]

    def _place(self, mark):
        course, rest = divmod(mark, self.marks_of_a_course)
        return course, *divmod(rest, self.students)

    # --- Moodle's numbers ---------------------------------------------------------

    def session_id(self, course, session):
        return course * self.sessions + session + self.first_session

    def course_of_session(self, session_id):
        return (session_id - self.first_session) // self.sessions

    def to_json(self):
        return asdict(self)


def other(letter):
    """What a changed mark becomes, as a place in :data:`LETTERS`."""
    return (letter + 1) % len(LETTERS)


def digest(marks):
    """A number that is the same for the same marks, in whatever order they come.

    :param marks: of ``(Moodle session id, op.student id, place of the letter)``
    """
    # The hash of a tuple of numbers is the same in each process, unlike that of a text.
    return sum(map(hash, marks)) % 2**64


WORLDS = {
    world.name: world
    for world in (
        World("S", 2, 25, 40),
        World("M", 30, 25, 40),
        World("L", 200, 25, 40),
        World("XL", 2000, 25, 40),
        # What a course costs in which nearly nothing is.
        World("C200", 200, 1, 10),
        World("C800", 800, 1, 10),
        World("C2000", 2000, 1, 10),
        # The largest thing that one call of Moodle answers.
        World("one", 1, 1000, 40),
        World("cold", 30, 25, 40, cold=0.9),
    )
}
