"""Both sides as plain Python, small enough for thousands of histories a minute.

Moodle and OpenEduCat as the planner sees them, people who edit either, and a run: read,
plan, apply, send, read back. What the add-on does in services/openeducat/plan_applier.py and
services/runs/pusher.py is done here by a few lines each.

What a teacher means by a letter is kept beside it (:data:`SETS`) and never read by the code
under test; what may be known of it unasked is said there by hand as well.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from ..services.domain import matching, merge, own_batch
from ..services.domain import plan as p
from ..services.domain import records as r
from ..services.domain.course_links import match_courses
from ..services.domain.gap_reason import FOLLOW, OTHER
from ..services.domain.gaps import REASONS
from ..services.domain.planner import plan_course
from ..services.domain.references import referring
from ..services.domain.status_meaning import Chosen
from ..services.domain.window import Rules
from . import builders as b
from .batches import NOBODY_KNOWS, Batches
from .moodle_server.profiles import PROFILES

SYNC, TEACHER, MACHINE = 99, 50, 0
# How a letter is known: as it is; as it is where the points of its set differ; as it is beside a P
# and an A that are known; by asking.
PLAIN, POINTS, VOUCHED, ASKED = "plain", "points", "vouched", "asked"
# Status sets of activities: letter, description, points, what a teacher means by it, how
# that is known.
SETS = {
    "english": (
        ("P", "Present", 2, "P", PLAIN),
        ("A", "Absent", 0, "A", PLAIN),
        ("L", "Late", 1, "L", VOUCHED),
        ("E", "Excused", 1, "E", VOUCHED),
        # The school's own.
        ("M", "Medical", 1, None, ASKED),
    ),
    "german": (
        ("A", "Anwesend", 2, "P", ASKED),
        ("U", "Unentschuldigt", 0, "A", ASKED),
        ("V", "Verspätet", 1, "L", ASKED),
        ("E", "Entschuldigt", 1, "E", VOUCHED),
    ),
    "portuguese": (
        ("P", "Presente", 2, "P", PLAIN),
        ("F", "Faltou", 0, "A", ASKED),
        ("A", "Atrasado", 1, "L", ASKED),
        ("D", "Dispensado", 1, "E", ASKED),
    ),
    "campus": (
        ("P", "Campus", 2, "P", POINTS),
        ("P", "Online", 2, "P", POINTS),
        ("A", "Absent", 0, "A", PLAIN),
        ("L", "Late", 1, "L", VOUCHED),
        ("E", "Excused", 1, "E", VOUCHED),
    ),
    # The points say nothing, and neither does a description that is no known word.
    "even": (
        ("P", "Here", 1, "P", ASKED),
        ("P", "Here, online", 1, "P", ASKED),
        ("A", "Absent", 1, "A", PLAIN),
        ("L", "Late", 1, "L", VOUCHED),
        ("E", "Excused", 1, "E", VOUCHED),
    ),
    # No pack that the add-on knows: A is who came, P who had leave.
    "unheard": (
        ("A", "Asistió", 2, "P", ASKED),
        ("F", "Faltó", 0, "A", ASKED),
        ("T", "Tardanza", 1, "L", ASKED),
        ("P", "Permiso", 1, "E", ASKED),
    ),
}


@dataclass(frozen=True)
class Letter:
    """A status of Moodle, what a teacher means by it (``None`` for none of the four), and
    how that is known."""

    status: r.MoodleStatus
    truth: str | None
    known: str

    @property
    def id(self):
        return self.status.id


LETTERS_OF = {
    name: tuple(
        Letter(r.MoodleStatus(10 * number + n, letter, words, points), truth, known)
        for n, (letter, words, points, truth, known) in enumerate(rows)
    )
    for number, (name, rows) in enumerate(SETS.items(), 1)
}
ALL_LETTERS = {letter.id: letter for letters in LETTERS_OF.values() for letter in letters}
# By how much the statuses of an activity grow when it is restored.
GENERATION = 1000


@cache
def letters_of(name, generation):
    """:param generation: how often the activity was restored"""
    letters = tuple(
        replace(letter, status=replace(letter.status, id=letter.id + GENERATION * generation))
        for letter in LETTERS_OF[name]
    )
    ALL_LETTERS.update({letter.id: letter for letter in letters})
    return letters


def first(status_id):
    """The number that a status had before its activity was ever restored."""
    return status_id % GENERATION


# What a student's rows in a session say, where that is none of the four.
HELD_BACK, DOUBLED = "held back", "doubled"
LEAVE_OUT = "-"
STUDENTS = {1: 101, 2: 102, 3: 103}
USERS = {student: user for user, student in STUDENTS.items()}
# In which batch each begins.
BATCH_OF = {101: 1, 102: 1, 103: 2}
GROUPS = {11: 1, 12: 2}
GROUP_OF = {batch: group for group, batch in GROUPS.items()}
PAIR = (1, 1)
# Keys of a course in Moodle, ID number and short name, that name the pair; and that do not.
NAMED = ((b.COURSE.idnumber, "ALG1"), ("", "S1_C1"), (b.COURSE.idnumber, "S1_C1"))
NAMELESS = (("", "ALG1"), ("oec_subj_9_course_9", "ALG1"), ("oec_no", "S1"), ("2026", "S1_C2"))
DAY = 86400


@dataclass
class Session:
    """:param lesson: what it is, whatever number it has"""

    id: int
    starts: int
    group: int = 0
    # {user: [status id of each row, the oldest row first]}
    log: dict = field(default_factory=dict)
    # {user: [(when by Moodle's clock, by whom) for each of these rows]}
    times: dict = field(default_factory=dict)
    taken_at: int = 0
    taken_by: int = 0
    description: str = ""
    activity: int = 1
    modified_at: int = 0
    lesson: int = 0
    # Of which lesson it is a copy.
    copy_of: int = 0


@dataclass
class Sheet:
    """:param lesson: that it was last linked with; and all that it ever was of, before another
    sheet was made in its place
    """

    id: int
    register: int
    batch: int
    date: object
    state: str = "done"
    session: int = 0
    seen: str = ""
    taken_at: int = 0
    active: bool = True
    held_at: int = 0
    points: str = ""
    lesson: int = 0
    lessons: set = field(default_factory=set)
    # Whether the sync itself has cancelled it.
    by_sync: bool = False

    def link(self, lesson):
        self.lesson = lesson
        self.lessons.add(lesson)


@dataclass
class Line:
    id: int
    sheet: int
    student: int
    status: str | None
    base: str | None = None
    marked_at: int = 0
    person: bool = True
    active: bool = True
    sending: str = ""


class World:
    """:param direction: ``moodle``, ``oec`` or ``both``
    :param skew: seconds that Moodle's clock is ahead of Odoo's
    :param sets: names in :data:`SETS`, one for each activity of the course
    :param shows_all: whether Moodle shows all rows of a student in a session, or the last
    :param window_days: ``None`` for everything
    :param profile: of the Moodle, a key of ``moodle_server.profiles.PROFILES``. With
        local_wsattendance it shows the row of a student that was taken last, with its time, and
        writes only what is still as it was read
    """

    def __init__(
        self, direction, skew=0, may_create=False, sets=("english",), shows_all=True,
        window_days=None, profile="2024",
    ):  # fmt: skip
        self.rules = Rules(
            b.ZONE,
            direction=direction,
            clock_offset=skew,
            user_id=SYNC,
            may_create=may_create,
            reference_key="0123abcd",
        )
        self.skew = skew
        self.course = b.COURSE
        self.sets = dict(enumerate(sets, 1))
        # By activity: how often it was restored, and its place among the modules of the course.
        self.generations = dict.fromkeys(self.sets, 0)
        self.modules = {number: 1000 + number for number in self.sets}
        self.shows_all = shows_all
        self.companion = PROFILES[profile].companion
        self.window_days = window_days
        self.now = b.START + DAY
        self.enrolled = set(STUDENTS)
        # By account in Moodle; whoever is moved here may still be in the old one there.
        self.group_of = {user: GROUP_OF[BATCH_OF[student]] for user, student in STUDENTS.items()}
        self.batches = Batches(BATCH_OF, self.rules.date)
        # Kept of each Moodle course that was matched, by its number.
        self.links = {}
        self.sessions, self.sheets, self.lines, self.registers = {}, {}, {}, {}
        self.dropped, self.not_held = {}, {}
        self.met, self.waiting, self.asked = r.Met(), p.NOTHING_WAITS, {}
        self.deleted = {}
        self.last_id = self.last_lesson = 100
        # Of a session and of an activity in Moodle.
        self.last_number, self.last_activity = 100, len(self.sets)
        # {(letter, description or "", activity or 0): (meaning, send)}, and by activity what
        # that makes of each status.
        self.chosen, self._in_force = {}, {}
        # (activity, status id) of statuses that are hidden in Moodle.
        self.hidden = set()
        # All that a status was ever said to mean: by who marks with it, and by who chose.
        self.words = {n: {x.truth} - {None} for n, x in ALL_LETTERS.items() if n == first(n)}
        # What a person (or Moodle's machine) has written, in order: by lesson and student, status
        # ids in Moodle; by line here.
        self.said_in_moodle, self.said_here = {}, {}
        # {(lesson, student): [what was said, in order, on each line that is gone]}
        self.said_before = {}
        self.sent = {}
        self.was_doubled = set()
        # {lesson: (number of its session, when that begins)} as the last run has read them; and
        # lessons that had another number and another beginning when the next one did, so that
        # nothing but their marks can tell what they are.
        self.read_at, self.estranged = {}, set()
        # Ids of sheets of which somebody has said that they are to follow.
        self.said_to_follow = set()
        self.writes = Counter()
        # What a run did and must not do, as sentences.
        self.broken = []
        self._lost = {}

    def new_id(self):
        self.last_id += 1
        return self.last_id

    def new_number(self):
        self.last_number += 1
        return self.last_number

    def new_lesson(self):
        self.last_lesson += 1
        return self.last_lesson

    # --- people in Moodle ---------------------------------------------------------

    def moodle_clock(self):
        return self.now + self.skew

    def add_session(self, day, group=0, activity=1):
        session = Session(
            self.new_number(), b.START + day * DAY, group, activity=activity,
            lesson=self.new_lesson(),
        )  # fmt: skip
        session.modified_at = self.moodle_clock()
        self.sessions[session.id] = session
        return session

    def listed(self, session):
        return {u for u in self.enrolled if session.group in (0, self.group_of[u])}

    def letters(self, session):
        """Those that a teacher can mark with."""
        return self.visible(session.activity)

    def letters_of(self, activity):
        return letters_of(self.sets[activity], self.generations[activity])

    def visible(self, activity):
        letters = self.letters_of(activity)
        return [letter for letter in letters if (activity, letter.id) not in self.hidden]

    def present(self, activity):
        """What Moodle tells of: with local_wsattendance hidden ones, too, that have marks."""
        found = self.visible(activity)
        if self.companion and len(found) < len(self.letters_of(activity)):
            used = {
                row
                for session in self.sessions.values()
                if session.activity == activity
                for user in session.log
                for row in self.shown(session, user)
            }
            found = [x for x in self.letters_of(activity) if x in found or x.id in used]
        return found

    def hide(self, activity, letter):
        """Or show it again; one has to be left. Without the one that a P or an A of another meaning
        gives itself away by, nothing could be known of that."""
        key = activity, letter.id
        if letter.known == ASKED and letter.truth in ("P", "A"):
            return
        if key in self.hidden or len(self.visible(activity)) > 1:
            self.hidden ^= {key}

    def moodle_mark(self, session, user, letter, by=TEACHER):
        """:param letter: one of :meth:`letters`"""
        if user not in self.listed(session):
            return
        self._set_row(session, user, letter.id, by)
        self._said(session, user, letter, by)

    def _said(self, session, user, letter, by=TEACHER):
        session.taken_at, session.taken_by = self.moodle_clock(), by
        said = self.said_in_moodle.setdefault((session.lesson, STUDENTS[user]), [])
        said.append(first(letter.id))

    def _set_row(self, session, user, status_id, by):
        """As Moodle writes: the oldest row, if there is one; Attendance's own page writes the
        last one, and leaves what it doesn't change."""
        rows = session.log.setdefault(user, [0])
        times = session.times.setdefault(user, [(0, 0)])
        place = -1 if self.companion else 0
        if by != TEACHER or rows[place] != status_id:
            times[place] = self.moodle_clock(), by
        rows[place] = status_id

    def double(self, session, user, letter):
        """Two writers at once."""
        if session.log.get(user) and user in self.listed(session):
            session.log[user].append(letter.id)
            session.times[user].append((self.moodle_clock(), TEACHER))
            self.was_doubled.add((session.lesson, STUDENTS[user]))
            self._said(session, user, letter)

    def mend_doubled(self, session, keep):
        """Somebody deletes rows until each student has one.

        :param keep: function that chooses among rows
        """
        for user, rows in session.log.items():
            place = keep(range(len(rows)))
            session.log[user] = [rows[place]]
            session.times[user] = [session.times[user][place]]

    def automark(self, session):
        if session.starts > self.moodle_clock():
            return
        absent = next((letter for letter in self.letters(session) if letter.truth == "A"), None)
        if absent is None:
            return
        for user in self.listed(session) - set(session.log):
            self.moodle_mark(session, user, absent, MACHINE)

    def reset(self, session):
        session.log.clear()
        session.times.clear()
        session.taken_at = session.taken_by = 0

    def move_session(self, session, days):
        session.starts += days * DAY
        session.modified_at = self.moodle_clock()

    def delete_session(self, session):
        self.deleted[session.id] = self.sessions.pop(session.id)

    def bring_back(self, session):
        """From a backup of Moodle's database, with its number."""
        self.sessions[session.id] = self.deleted.pop(session.id)

    def toggle_enrolment(self, user):
        self.enrolled ^= {user}

    def regroup(self, user):
        """Into the group of the batch that the student is in here, if it is in any."""
        batch = self.batches.now(STUDENTS[user])
        self.group_of[user] = GROUP_OF.get(batch, self.group_of[user])

    def rename(self, keys):
        """:param keys: one of :data:`NAMED` or :data:`NAMELESS`"""
        self.course = replace(self.course, idnumber=keys[0], shortname=keys[1])

    # --- what gives known things other numbers --------------------------------------

    def _under_new_numbers(self, activity, users, order, shift=0):
        """A copy of an activity and its sessions, which are of the same lessons.

        :param users: without them nobody is marked
        :param order: function that puts a list into another order
        :param shift: days by which everything moves
        :return: its number
        """
        self.last_activity += 1
        number = self.last_activity
        self.sets[number] = self.sets[activity]
        self.generations[number] = self.generations[activity] + 1
        more = GENERATION * self.generations[number]
        self.hidden |= {
            (number, first(status) + more) for n, status in self.hidden if n == activity
        }
        self.modules[number] = max(self.modules.values()) + 1
        sessions = [s for s in self.sessions.values() if s.activity == activity]
        for session in order(sessions):
            self._copy(session, number, users, shift * DAY)
        self._in_force.clear()
        return number

    def _copy(self, session, activity, users, seconds):
        copy = replace(
            session,
            id=self.new_number(),
            activity=activity,
            starts=session.starts + seconds,
            modified_at=session.modified_at + seconds,
            taken_at=users and session.taken_at and session.taken_at + seconds,
            taken_by=users and session.taken_by,
            log={},
            times={},
        )
        for user, rows in session.log.items() if users else ():
            more = GENERATION * self.generations[activity]
            copy.log[user] = [row and first(row) + more for row in rows]
            copy.times[user] = [(at and at + seconds, by) for at, by in session.times[user]]
        self.sessions[copy.id] = copy
        return copy

    def _take_away(self, activity):
        """With what was deleted of it before, which is in no bin."""
        for table in (self.sessions, self.deleted):
            for session in [s for s in table.values() if s.activity == activity]:
                del table[session.id]
        for table in (self.sets, self.generations, self.modules):
            del table[activity]
        self.hidden = {(number, status) for number, status in self.hidden if number != activity}
        self._in_force.clear()

    def restore_activity(self, activity, users=True, order=list):
        """Deleted, and brought back from the recycle bin."""
        self._under_new_numbers(activity, users, order)
        self._take_away(activity)

    def restore_course(self, users=True, order=list, shift=0):
        """The same of a whole course; or one restored from a backup that is a while old, beside
        which the old one is deleted."""
        self.course = replace(self.course, id=self.course.id + 1)
        for activity in list(self.sets):
            self._under_new_numbers(activity, users, order, shift)
            self._take_away(activity)
        self.deleted.clear()

    def copy_activity(self, activity, users=False, order=list):
        """*Duplicate*, or a backup restored beside what it is of: other lessons."""
        number = self._under_new_numbers(activity, users, order)
        for session in self.sessions.values():
            if session.activity == number:
                lesson = session.copy_of = session.lesson
                session.lesson = self.new_lesson()
                for table in (self.said_in_moodle, self.said_before):
                    for said, student in [key for key in table if key[0] == lesson]:
                        table[session.lesson, student] = list(table[said, student])
                for line in self.lines.values():
                    if users and lesson in self.sheets[line.sheet].lessons:
                        key = session.lesson, line.student
                        said = self.said_before.setdefault(key, [])
                        said.append(list(self.said_here.get(line.id, ())))
                self.was_doubled |= {
                    (session.lesson, student)
                    for before, student in self.was_doubled
                    if before == lesson
                }
        return number

    def make_again(self, session):
        """A teacher deletes a session and adds one of the same time: nobody is marked in it."""
        again = self._copy(session, session.activity, users=False, seconds=0)
        again.modified_at = self.moodle_clock()
        again.taken_at = again.taken_by = 0
        del self.sessions[session.id]

    def restart(self):
        """A database that gives out the highest number again, if what had it is gone."""
        self.last_number = max(self.sessions, default=100)
        self.last_activity = max(self.sets)
        self.deleted.clear()

    # --- people in OpenEduCat -----------------------------------------------------

    def add_sheet(self, day, batch, letters="", state="done", of_today=False):
        """:param of_today: whether it lists those who are in the batch now, whenever it is of"""
        held = b.DAY + timedelta(days=day)
        register = self.new_id()
        self.registers[register] = (None, batch)
        sheet = Sheet(self.new_id(), register, batch, held, state)
        self.sheets[sheet.id] = sheet
        listed = date.max if of_today else held
        students = [s for s in BATCH_OF if self.batches.on(s, listed) == batch]
        for student, letter in zip(students, letters, strict=False):
            line = Line(self.new_id(), sheet.id, student, None)
            self.lines[line.id] = line
            self.mark(line, letter)
        return sheet

    def mark(self, line, letter):
        """:param letter: ``None`` for a line that is left without one"""
        line.status, line.marked_at, line.person = letter, self.now, True
        self.said_here.setdefault(line.id, []).append(letter)

    def delete_line(self, line):
        sheet = self.sheets[line.sheet]
        agreed = (line.base or "") + line.sending
        if agreed and sheet.session:
            self.dropped[sheet.session, line.student] = agreed
        said = self.said_before.setdefault((sheet.lesson, line.student), [])
        said.append(self.said_here.get(line.id, []))
        del self.lines[line.id]

    def toggle_active(self, record):
        record.active = not record.active

    def set_state(self, sheet, state):
        sheet.state = state
        if sheet.by_sync:
            sheet.by_sync, sheet.seen = False, str(r.Seen.parse(sheet.seen).without_mark())

    # --- students who come and go ----------------------------------------------------

    def move(self, user, noted=True):
        self.batches.move(STUDENTS[user], self.now, noted)

    def withdraw(self, user):
        self.batches.withdraw(STUDENTS[user], self.now)

    def delete_detail(self, user):
        self.batches.delete(STUDENTS[user], self.now)

    def enrol_here(self, user, batch):
        self.batches.enrol(STUDENTS[user], batch, self.now)

    # --- people who say what a letter means -----------------------------------------

    def choose(self, letter, meaning, any_description=False, activity=0, send=False):
        """:param letter: one of :meth:`letters`
        :param meaning: one of ``P A L E``, :data:`LEAVE_OUT`, or ``None`` to take it back
        """
        key = letter.status.acronym, "" if any_description else letter.status.description, activity
        self.chosen.pop(key, None)
        if meaning:
            self.chosen[key] = meaning, send
        self._in_force.clear()
        for number in self.sets:
            self.in_force(number)

    def _row_for(self, letter, activity):
        acronym, words = letter.status.acronym, letter.status.description
        keys = (
            (acronym, words, activity), (acronym, "", activity),
            (acronym, words, 0), (acronym, "", 0),
        )  # fmt: skip
        return next((self.chosen[key] for key in keys if key in self.chosen), None)

    def in_force(self, activity):
        """:return: ``{status id: (one of P A L E or None, send)}``, as it should be"""
        present, visible = self.present(activity), self.visible(activity)
        key = activity, *(letter.id for letter in present), *(letter.id for letter in visible)
        found = self._in_force.get(key)
        if found is None:
            rows = {letter.id: self._row_for(letter, activity) for letter in present}
            # One that is hidden stands for its letter until another one has that.
            shown = {letter.status.acronym for letter in visible}
            standing = [x for x in present if x in visible or x.status.acronym not in shown]
            plain = {letter.id for letter in present if self._plain(letter, standing)}
            own = {
                letter.status.acronym
                for letter in standing
                if (rows[letter.id] or (letter.id in plain and letter.status.acronym,))[0]
                == letter.status.acronym
            }
            found = {letter.id: (None, False) for letter in self.letters_of(activity)}
            for letter in present:
                if rows[letter.id]:
                    meaning, send = rows[letter.id]
                    found[letter.id] = None if meaning == LEAVE_OUT else meaning, send
                else:
                    known = letter.id in plain or (letter.known == VOUCHED and own >= {"P", "A"})
                    found[letter.id] = letter.truth if known else None, False
                self.words[first(letter.id)] |= {found[letter.id][0]} - {None}
            self._in_force[key] = found
        return found

    @staticmethod
    def _plain(letter, standing):
        """Whether a letter is known as it is, in a set."""
        points = {letter.status.grade}
        points |= {
            other.status.grade
            for other in standing
            if letter in standing or other.status.acronym != letter.status.acronym
        }
        return letter.known == PLAIN or (letter.known == POINTS and len(points) > 1)

    def to_send(self, activity, status):
        """:return: status id, or ``None`` where there is none or nobody has said which"""
        visible = {letter.id for letter in self.visible(activity)}
        fitting = {
            n: send
            for n, (found, send) in self.in_force(activity).items()
            if found == status and n in visible
        }
        preferred = [n for n, send in fitting.items() if send] or list(fitting)
        return preferred[0] if len(preferred) == 1 else None

    def shown(self, session, user):
        """The status ids of a student's rows that Moodle shows."""
        rows = session.log.get(user, [])
        if self.companion:
            return [row for row, _time in self.counting(session, user)]
        return rows if self.shows_all else rows[-1:]

    def counting(self, session, user):
        """With local_wsattendance, the one of a student's rows that counts: it was taken last.
        Of different ones of the same second nobody knows which it is.

        :return: list of status ids and their ``(when, by whom)``
        """
        rows = list(zip(session.log.get(user, ()), session.times.get(user, ()), strict=True))
        last = max((time for _status, (time, _by) in rows), default=0)
        latest = [row for row in rows if row[1][0] == last]
        return list({row[0]: row for row in latest}.values())

    def said_by(self, session, user):
        """What those say: ``None``, one of ``P A L E``, or that they can't be used."""
        meanings = self.in_force(session.activity)
        said = {meanings.get(row, (None,))[0] or row for row in self.shown(session, user)}
        if len(said) > 1:
            return DOUBLED
        (one,) = said or {None}
        return one if one in p_a_l_e or one is None else HELD_BACK

    def reinstall(self):
        """The add-on is taken away with all that it knew, and comes back."""
        for sheet in self.sheets.values():
            sheet.session, sheet.seen, sheet.taken_at = 0, "", 0
            sheet.held_at, sheet.points = 0, ""
        for line in self.lines.values():
            line.base, line.sending = None, ""
        self.registers = {number: (None, batch) for number, (_d, batch) in self.registers.items()}
        self.dropped, self.not_held, self._lost = {}, {}, {}
        self.links.clear()
        self.batches.forget_notes()

    # --- time ---------------------------------------------------------------------

    def begun(self, session):
        return session.starts <= self.now

    def next_start(self):
        """When the next session begins, or ``None``."""
        return min((s.starts for s in self.sessions.values() if not self.begun(s)), default=None)

    @property
    def window_start(self):
        if self.window_days is None:
            return None
        return self.rules.date(self.now) - timedelta(days=self.window_days)

    def wanted(self, session):
        """Whether a session was held in the window, or touched in it."""
        start = self.window_start
        moments = [session.starts]
        if self.rules.direction != merge.OEC:
            moments += [session.taken_at, session.modified_at]
        return start is None or self.rules.date(max(moments)) >= start

    def counts(self, session):
        start = self.window_start
        return self.wanted(session) or any(
            sheet.session == session.id and sheet.date >= start for sheet in self.sheets.values()
        )

    # --- a run --------------------------------------------------------------------

    def reading(self):
        activities = tuple(
            r.MoodleActivity(number, name, module_id=self.modules[number])
            for number, name in self.sets.items()
        )
        return r.CourseReading(
            course=self.course,
            activities=activities,
            sessions=tuple(self.as_read(session) for session in self.sessions.values()),
            listed=frozenset(self.sets),
            listed_all=True,
            courses_listed=frozenset({self.course.id}),
        )

    def as_read(self, session):
        return r.MoodleSession(
            id=session.id,
            activity_id=session.activity,
            course_id=self.course.id,
            group_id=session.group,
            starts=session.starts,
            duration=3600,
            taken_at=session.taken_at,
            taken_by=session.taken_by,
            status_set=0,
            statuses=tuple(
                replace(letter.status, hidden=(session.activity, letter.id) in self.hidden)
                for letter in self.present(session.activity)
            ),
            marks=tuple(
                mark for user in sorted(session.log) for mark in self._marks(session, user)
            ),
            user_ids=frozenset(self.listed(session)),
            description=session.description,
            modified_at=session.modified_at,
        )

    def _marks(self, session, user):
        if self.companion:
            return [
                r.MoodleMark(user, row, "", at, by)
                for row, (at, by) in self.counting(session, user)
            ]
        return [r.MoodleMark(user, row) for row in self.shown(session, user)]

    def people(self):
        table = matching.StudentTable(
            frozenset(BATCH_OF),
            {},
            {},
            {},
            self.batches.enrolments(),
            frozenset(batch for _day, batch in self.registers.values()),
        )
        return matching.People(
            students={user: matching.Match(user, s) for user, s in STUDENTS.items()},
            batches={group: matching.Match(group, batch) for group, batch in GROUPS.items()},
            table=table,
            group_names={group: f"Group {group}" for group in GROUPS},
        )

    def local(self):
        return r.LocalState(
            registers=tuple(
                r.Register(number, 1, 1, batch, date)
                for number, (date, batch) in self.registers.items()
            ),
            sheets=tuple(
                r.Sheet(
                    s.id, s.register, s.batch, 1, s.date, s.state, s.active, s.session,
                    r.Seen.parse(s.seen), s.taken_at, f"sheet {s.id}",
                    held_at=s.held_at, points=s.points,
                )
                for s in self.sheets.values()
                if self._looked_at(s)
            ),
            lines=tuple(
                r.Line(
                    x.id, x.sheet, x.student, x.status, x.base, "", x.active, x.marked_at, x.person,
                    sending=x.sending,
                )
                for x in self.lines.values()
                if self._looked_at(self.sheets[x.sheet])
            ),
            dropped=dict(self.dropped),
            not_held=dict(self.not_held),
            met=self.met,
        )  # fmt: skip

    def _looked_at(self, sheet):
        start = self.window_start
        if start is None or sheet.date >= start:
            return True
        session = self.sessions.get(sheet.session)
        if sheet.session and session and self.wanted(session):
            return True
        there = self.sessions.values()
        marked = [session for session in there if self.wanted(session) and session.log]
        unmet = [session for session in there if self._is_new(session)]
        of_its_day = unmet if sheet.session else marked
        if any(self.rules.date(session.starts) == sheet.date for session in of_its_day):
            return True
        seen = r.Seen.parse(sheet.seen)
        back = any(self.met.never(session.activity) for session in self.sessions.values())
        elsewhere = seen and (seen.course_id != self.course.id or seen.activity_id not in self.sets)
        return bool(sheet.session and back and elsewhere)

    def _is_new(self, session):
        return self.met.never(session.activity) or session.id not in self.met.sessions

    def plan(self, may_create=None):
        rules = replace(
            self.rules,
            may_create=self.rules.may_create if may_create is None else may_create,
            now=self.now,
            window_start=self.window_start,
            chosen=tuple(
                Chosen(acronym, meaning, description, activity, send)
                for (acronym, description, activity), (meaning, send) in self.chosen.items()
            ),
        )
        return plan_course(self.reading(), self.local(), self.people(), rules)

    @property
    def named(self):
        return (self.course.idnumber, self.course.shortname) in NAMED

    @property
    def synchronised(self):
        """Whether the next run is to read the course: by its keys, or because there is attendance
        of it."""
        seen = {r.Seen.parse(s.seen).course_id for s in self.sheets.values() if s.seen}
        return self.named or (self.course.id in self.links and self.course.id in seen)

    def _matched(self):
        """As a run does."""
        seen = {r.Seen.parse(s.seen).course_id for s in self.sheets.values() if s.seen}
        table = matching.CourseTable({1: "S1"}, {1: "C1"}, self.links)
        ((_course, match),) = match_courses([self.course], table, seen.intersection)
        if (match.pair == PAIR) != self.synchronised or match.ended or match.waits:
            self.broken.append(f"{self.course} with {self.links} is {match}")
        if bool(match.pair and match.why) == self.named and match.pair:
            self.broken.append(f"{self.course}: of its keys is told {match.why}")
        if match.pair and not match.why:
            link = matching.CourseLink(PAIR, match.found_by, self.course.idnumber)
            self.links[self.course.id] = link
        elif not match.pair:
            self.links.pop(self.course.id, None)
        return bool(match.pair)

    def run(self, crash=None, meanwhile=None, shuffle=None):
        """:param crash: ``"odoo"``: before anything is sent; a number: so many marks are
            sent, and nothing is read back
        :param meanwhile: function called between the reading and the sending
        :param shuffle: function that puts a list into another order
        :return: the plan, ``None`` where the course stands for nothing here
        """
        if not self._matched():
            return None
        plan = self.plan()
        if plan.new_sessions:
            for new in plan.new_sessions:
                new = referring(new, self.rules.reference_key)
                session = Session(
                    self.new_number(), new.starts, new.group_id, description=new.description,
                    activity=new.activity_id, modified_at=self.moodle_clock(),
                    lesson=self.new_lesson(),
                )  # fmt: skip
                self.sessions[session.id] = session
                self.writes["moodle"] += 1
            plan = self.plan(may_create=False)
        self._follow(plan)
        self._look_at(plan)
        order = shuffle or list
        read = {
            (session.id, user): self.counting(session, user)
            for session in self.sessions.values()
            for user in session.log
            if self.companion
        }
        for session in order(list(plan.sessions)):
            self._write_session(session, order)
        for sheet_id in plan.cancelled:
            sheet = self.sheets[sheet_id]
            sheet.seen = str(r.Seen.parse(sheet.seen).cancelled(sheet.state))
            sheet.state, sheet.by_sync = "cancel", True
            self.writes["odoo"] += 1
        for push in plan.pushes:
            for line_id in push.line_ids:
                self.lines[line_id].sending = push.status
        if meanwhile:
            meanwhile()
        if crash == "odoo":
            return plan
        sent = 0
        for session_id in dict.fromkeys(push.session_id for push in plan.pushes):
            session = self.sessions.get(session_id)
            if session is None:
                continue
            pushes = [push for push in plan.pushes if push.session_id == session_id]
            if self.companion:
                # What has changed meanwhile is not written; the next run reads it.
                pushes = [
                    push
                    for push in pushes
                    if self.counting(session, push.user_id)
                    == read.get((session_id, push.user_id), [])
                ]
            for push in order(pushes):
                if sent == crash:
                    return plan
                sent += 1
                if self.companion and push.user_id in session.log:
                    # Of several rows one is left.
                    del session.log[push.user_id][:-1], session.times[push.user_id][:-1]
                self._set_row(session, push.user_id, push.status_id, SYNC)
                session.taken_at, session.taken_by = self.moodle_clock(), SYNC
                self.sent.setdefault((session.lesson, push.student_id), set()).add(
                    first(push.status_id)
                )
                self.writes["moodle"] += 1
            self._confirm(session, pushes, plan.misplaced)
        return plan

    def _follow(self, plan):
        """What has come back under other numbers, and what has been met by now."""
        followed, waiting = plan.followed, plan.waiting
        for one in followed.sheets:
            sheet = self.sheets[one.sheet_id]
            session = self.sessions.get(one.session_id)
            before = sheet.seen
            sheet.session, sheet.seen = one.session_id, one.seen
            self.writes["odoo"] += 1
            if session and session.lesson not in sheet.lessons:
                if sheet.id not in self.said_to_follow and self._knows_better(sheet, session):
                    self.broken.append(f"followed another lesson: {sheet}, {before}, {session}")
                sheet.link(session.lesson)
        numbers = followed.sessions
        for (session, student), status in list(self.dropped.items()):
            if session in numbers:
                del self.dropped[session, student]
                self.dropped[numbers[session], student] = status
        for (session, student), (status, held, at) in list(self.not_held.items()):
            if session in numbers:
                del self.not_held[session, student]
                key = numbers[session], student
                self.not_held[key] = status, followed.held.get(key, held), at
        for (acronym, words, activity), row in list(self.chosen.items()):
            if activity in followed.activities:
                del self.chosen[acronym, words, activity]
                self.chosen.setdefault((acronym, words, followed.activities[activity]), row)
                self._in_force.clear()
        for session in self.sessions.values():
            before = self.read_at.get(session.lesson, (session.id, session.starts))
            if session.id != before[0] and session.starts != before[1]:
                self.estranged.add(session.lesson)
            if session.id not in waiting.sessions:
                self.read_at[session.lesson] = session.id, session.starts
        read = {session.id for session in self.sessions.values()}
        modules = {n: m for n, m in self.modules.items() if n not in waiting.activities}
        self.met = replace(
            self.met,
            sessions=self.met.sessions | read - waiting.sessions,
            modules={**self.met.modules, **modules},
            beside=waiting.beside,
        )
        self.waiting = waiting
        asking = [gap for gap in plan.gaps if gap.asks]
        self.asked = {gap.asks: REASONS[gap.why].asks for gap in asking}
        if (waiting.sessions or waiting.sheets or waiting.activities) and not asking:
            self.broken.append(f"waits, and nobody is asked: {waiting}")

    def _knows_better(self, sheet, session):
        """Whether the lesson of a sheet is held at the same time as the session that it followed.
        Where it was moved, or is gone, the sheet says nothing else than that."""
        return any(
            (other.starts, other.group) == (session.starts, session.group)
            for other in self.sessions.values()
            if other.lesson in sheet.lessons - {session.copy_of}
        )

    def answer(self, key):
        """Somebody says whether it is the same: what is true, as far as that is offered."""
        numbers = [
            session for session in self.sessions.values() if session.id in self.waiting.sessions
        ]
        lessons = {
            lesson for number in self.waiting.sheets for lesson in self.sheets[number].lessons
        }
        whole = ":" in key
        new = int(key.partition(">")[2])
        about = [s for s in numbers if (s.activity if whole else s.id) == new]
        same = any(session.lesson in lessons for session in about)
        answer = FOLLOW if same and FOLLOW in self.asked[key] else OTHER
        if answer == FOLLOW:
            self.said_to_follow |= self.waiting.sheets
        self.met = replace(self.met, answers={**self.met.answers, key: answer})

    def _look_at(self, plan):
        """Whether a plan does what it must not, whatever comes of it."""
        adopted = {sheet.sheet_id for sheet in plan.sheets()}
        for sheet in plan.sheets():
            beside = {s.id for s in self.standing(sheet.batch_id, sheet.date)} - adopted
            if not sheet.sheet_id and beside:
                self.broken.append(f"made beside {beside}: {sheet}")
        for planned in plan.sessions:
            session = self.sessions[planned.session_id]
            where = f"session {session.id}"
            if not self.counts(session):
                self.broken.append(f"{where} is outside the window")
            waits = not self.begun(session)
            for sheet in planned.sheets:
                if waits and (not sheet.sheet_id or (sheet.lines and not self.rules.pushes)):
                    self.broken.append(f"{where} has not begun: {sheet}")
                for line in sheet.lines:
                    said = self.said_by(session, USERS[line.student_id])
                    ends = line.note_done and line.action == p.AGREE
                    if (line.base != said and not ends) or line.status not in (None, said):
                        self.broken.append(f"{where} says {said}: {line}")
                    if not line.line_id:
                        self._look_at_place(session, sheet.batch_id, line.student_id)
        for push in plan.pushes:
            self._look_at_push(push)
        holding = {session.activity for session in self.sessions.values()}
        for sheet_id in plan.cancelled:
            sheet = self.sheets[sheet_id]
            if (
                sheet.session in self.sessions
                or r.Seen.parse(sheet.seen).activity_id not in holding
            ):
                self.broken.append(f"cancelled without a reason: {sheet}")

    def _look_at_place(self, session, batch, student):
        """Of a line that is made."""
        places = self.places(session, student)
        if batch not in places:
            self.broken.append(f"session {session.id}, student {student}: {batch}, not {places}")
        elif not session.group and len(places) == 1 and self.batches.moved(student):
            today = batch == self.batches.now(student)
            self.batches.placed["today" if today else "before"] += 1

    def places(self, session, student):
        """:return: set of batches to whose sheets a mark without a line may go; with 0 where
        nobody may be able to tell"""
        if session.group:
            return {GROUPS[session.group]}
        elsewhere = {
            sheet.batch
            for line in self.lines.values()
            if line.student == student
            and (sheet := self.sheets[line.sheet]).batch != self.batches.on(student, sheet.date)
        }
        return self.batches.may_be(student, self.rules.date(session.starts), elsewhere)

    def _look_at_push(self, push):
        session = self.sessions[push.session_id]
        said = self.said_by(session, push.user_id)
        lines = [self.lines[number] for number in push.line_ids]
        line = max(lines, key=lambda line: line.marked_at)
        where = f"session {session.id}, {session.log.get(push.user_id)}: {push}, {line}"
        if not self.counts(session):
            self.broken.append(f"outside the window: {where}")
        if said in (DOUBLED, push.status):
            self.broken.append(f"Moodle says {said}: {where}")
        if self.to_send(session.activity, push.status) != push.status_id:
            self.broken.append(f"another meaning: {where}")
        if {line.status for line in lines} != {push.status}:
            self.broken.append(f"another mark: {where}")
        if said == HELD_BACK and self.rules.direction == merge.BOTH:
            theirs, by = self.sheets[line.sheet].taken_at, session.taken_by
            if self.companion:
                theirs, by = self.counting(session, push.user_id)[0][1]
                theirs = theirs if by not in (SYNC, MACHINE) else 0
            elif by != SYNC:
                theirs = session.taken_at if by else 0
            if line.base in (None, line.status) or line.marked_at <= theirs - self.skew:
                self.broken.append(f"held back, and nobody was later: {where}")
        if self._lost.get((session.id, push.student_id)) == self._sides(session, push):
            self.broken.append(f"sent again: {where}")

    @staticmethod
    def _sides(session, push):
        return push.status, push.marked_at, tuple(session.log.get(push.user_id, ()))

    def _write_session(self, plan, order):
        for sheet_plan in order(list(plan.sheets)):
            register = sheet_plan.register_id
            if sheet_plan.needs_register:
                key = sheet_plan.date, sheet_plan.batch_id
                register = next((n for n, k in self.registers.items() if k == key), 0)
                if not register:
                    register = self.new_id()
                    self.registers[register] = key
            if not sheet_plan.sheet_id:
                sheet = Sheet(self.new_id(), register, sheet_plan.batch_id, sheet_plan.date)
                self.sheets[sheet.id] = sheet
            else:
                sheet = self.sheets[sheet_plan.sheet_id]
                if sheet_plan.moved:
                    sheet.register = register
            for name, attribute in (
                ("attendance_date", "date"), ("state", "state"), ("moodle_seen", "seen"),
                ("moodle_session_id", "session"), ("moodle_lasttaken", "taken_at"),
                ("moodle_starts", "held_at"), ("moodle_points", "points"),
            ):  # fmt: skip
                if name in sheet_plan.values:
                    setattr(sheet, attribute, sheet_plan.values[name])
                    self.writes["odoo"] += 1
            if sheet_plan.values.get("moodle_session_id"):
                sheet.link(self.sessions[sheet.session].lesson)
            sheet.by_sync = sheet.by_sync and sheet.state == "cancel"
            for line_plan in order(list(sheet_plan.lines)):
                self._write_line(sheet, line_plan)
        made = {
            line.student_id for sheet in plan.sheets for line in sheet.lines if not line.line_id
        }
        self._look_for_two(plan.session_id, made)

    def _look_for_two(self, session_id, made):
        """:param made: students of whom a run has made a line"""
        own = [s.id for s in self.sheets.values() if s.session == session_id]
        lines = Counter(line.student for line in self.lines.values() if line.sheet in own)
        for student in made:
            if lines[student] > 1:
                self.broken.append(f"session {session_id}: {lines[student]} lines of {student}")

    def _write_line(self, sheet, plan):
        self.writes["odoo"] += 1
        if not plan.line_id:
            line = Line(self.new_id(), sheet.id, plan.student_id, plan.status, plan.base)
            self.lines[line.id] = line
            return
        line = self.lines[plan.line_id]
        line.base = plan.base or None
        if plan.note_done:
            line.sending = ""
        if plan.status:
            line.status = plan.status

    def _confirm(self, session, pushes, misplaced):
        for push in pushes:
            key = session.id, push.student_id
            self.not_held.pop(key, None)
            self._lost.pop(key, None)
            shown = set(self.shown(session, push.user_id))
            if shown == {push.status_id}:
                for line_id in push.line_ids:
                    self.lines[line_id].base = push.status
                    self.lines[line_id].sending = ""
            elif session.taken_by == SYNC:
                held = min(shown, default=0) if len(shown) < 2 else -1
                self.not_held[key] = push.status, held, push.marked_at
                for line_id in push.line_ids:
                    self.lines[line_id].sending = ""
                self._lost[key] = self._sides(session, push)
        seen = self.as_read(session)
        for sheet in self.sheets.values():
            own = sheet.session == session.id and sheet.id not in misplaced
            if own and sheet.state == "done":
                sheet.seen = str(seen.seen)
                if session.taken_by != SYNC:
                    sheet.taken_at = session.taken_at

    def end(self):
        """Both sides, without the numbers that another order gives differently."""
        here = sorted(
            (
                sheet.session,
                sheet.batch,
                sheet.date,
                sheet.state,
                sorted(
                    (line.student, line.status or "", line.base or "")
                    for line in self.lines.values()
                    if line.sheet == sheet.id
                ),
            )
            for sheet in self.sheets.values()
        )
        return here, [(s.starts, s.group, sorted(s.log.items())) for s in self.sessions.values()]

    # --- what must hold -----------------------------------------------------------

    def is_held(self, sheet):
        """Whether a sheet is linked with the session of its lesson."""
        session = self.sessions.get(sheet.session)
        seen = r.Seen.parse(sheet.seen)
        place = session and (self.course.id, session.activity)
        return bool(
            session
            and session.lesson == sheet.lesson
            and seen
            and (seen.course_id, seen.activity_id) == place
        )

    def mistaken(self):
        """Lessons that have two sheets of a batch, or whose sheet was cancelled though they are
        held, as sentences."""
        held = {session.lesson for session in self.sessions.values() if self.counts(session)}
        standing = {}
        for sheet in self.sheets.values():
            if not sheet.session:
                continue
            if sheet.lesson in self.estranged or sheet.id in self.waiting.sheets:
                continue
            if sheet.by_sync and sheet.lesson in held:
                yield f"cancelled, and its lesson is held: {sheet}"
            if sheet.state != "cancel":
                standing.setdefault((sheet.lesson, sheet.batch), []).append(sheet)
        for (lesson, batch), sheets in standing.items():
            if len(sheets) > 1:
                yield f"lesson {lesson} has {len(sheets)} sheets of batch {batch}: {sheets}"

    def cells(self):
        """Each line of a session that speaks for its student, and what Moodle says."""
        done = set()
        for sheet in sorted(self.sheets.values(), key=lambda s: (not s.active, s.id)):
            session = self.sessions.get(sheet.session)
            if session is None or session.lesson not in sheet.lessons:
                continue
            by_student = {}
            for line in self.lines.values():
                if line.sheet == sheet.id:
                    by_student.setdefault(line.student, []).append(line)
            for student, lines in by_student.items():
                if (session.id, student) in done:
                    continue
                done.add((session.id, student))
                user = USERS[student]
                line = max(lines, key=lambda line: line.marked_at)
                yield sheet, session, line, self.said_by(session, user), user

    def differences(self, gaps=None):
        """What is not equal though it has to be, as sentences.

        :param gaps: keys of the gaps that are open; ``None`` if that is not known
        """
        direction = self.rules.direction
        for sheet, session, line, moodle, user in self.cells():
            where = f"session {session.id}, student {line.student}: {moodle} / {line}"
            if sheet.by_sync and self.counts(session):
                yield f"{where}: cancelled by the sync, and its session is there"
            if sheet.state == "cancel" or (direction != merge.MOODLE and sheet.state != "done"):
                continue
            waits = sheet.id in self.waiting.sheets
            if waits or not self.counts(session) or moodle in (DOUBLED, line.status):
                continue
            if direction == merge.MOODLE:
                if moodle in p_a_l_e and self.begun(session):
                    yield where
                continue
            if user not in self.listed(session) or line.status is None:
                continue
            if direction == merge.BOTH and (
                moodle == HELD_BACK or (moodle is None and line.status == line.base)
            ):
                continue
            gap = ""
            if line.status != line.base or direction == merge.OEC:
                # Moodle's turn, perhaps, and it can't be sent or is not kept.
                gap = self._not_sent(session, line)
            if not gap:
                yield where
            elif gaps is not None and p.gap_key("refused_push", self.course.id, gap) not in gaps:
                yield f"{where}: no gap {gap}"

    def _not_sent(self, session, line):
        """The gap that tells why a mark is not sent, if one is due."""
        if not self.to_send(session.activity, line.status):
            return f"status:{session.activity}:0:{line.status}"
        status, _held, marked_at = self.not_held.get((session.id, line.student), (None, 0, 0))
        if (status, marked_at) == (line.status, line.marked_at):
            return f"not_held:{session.id}:{line.student}"
        return ""

    def missing(self, unsure=(), homeless=()):
        """Marks of Moodle that have no line and should.

        :param unsure: ``(batch, date)`` of which a gap says that it can't be told which sheet
            is of which session
        :param homeless: students of whom a gap says that their batch is unknown
        """
        if self.rules.direction == merge.OEC:
            return
        here = {(session.id, line.student) for _s, session, line, _m, _u in self.cells()}
        for session in self.sessions.values():
            if not self.counts(session) or session.id in self.waiting.sessions:
                continue
            linked = [s for s in self.sheets.values() if s.session == session.id]
            for user in session.log:
                student = STUDENTS[user]
                said = self.said_by(session, user)
                places = self.places(session, student)
                day = self.rules.date(session.starts)
                waits = any(
                    self._waits(session, student, batch, linked, (batch, day) in unsure)
                    for batch in places - {NOBODY_KNOWS}
                ) or not (self.begun(session) or (self.rules.pushes and linked))
                if NOBODY_KNOWS in places and student in homeless:
                    waits = True
                if said in p_a_l_e and (session.id, student) not in here and not waits:
                    yield f"session {session.id}, student {student}: {said} has no line"

    def _waits(self, session, student, batch, linked, unsure):
        """Whether a mark without a line may wait for something about the sheet of a batch.

        :param linked: sheets of the session
        :param unsure: whether it can't be told which sheet is of which session
        """
        sheet = next((s for s in linked if s.batch == batch), None)
        if sheet is None:
            day = self.rules.date(session.starts)
            return not self.begun(session) or (unsure and bool(self.standing(batch, day)))
        pushed = self.rules.pushes and (
            sheet.state != "done" or (session.id, student) in self.dropped
        )
        return (sheet.state == "cancel" and not sheet.by_sync) or pushed

    def standing(self, batch, day):
        """Sheets of a batch and day that are linked with nothing."""
        return [
            sheet
            for sheet in self.sheets.values()
            if (sheet.batch, sheet.date) == (batch, day)
            and not sheet.session
            and sheet.active
            and sheet.state != "cancel"
        ]

    def untold(self, plan):
        """What waits for a person and is in no gap, or in a wrong one; what is not counted."""
        expected, letters = set(), set()
        older = 0
        for session in self.sessions.values():
            if not self.counts(session):
                older += bool(session.log)
                continue
            if session.id in self.waiting.sessions:
                continue
            for user in session.log:
                said = self.said_by(session, user)
                if said == DOUBLED:
                    expected.add(
                        p.gap_key("doubled", self.course.id, f"{session.id}:{STUDENTS[user]}")
                    )
                elif said == HELD_BACK and self.rules.direction != merge.OEC:
                    letter = ALL_LETTERS[self.shown(session, user)[0]]
                    row = self._row_for(letter, session.activity)
                    if not row and letter in self.present(session.activity):
                        letters.add((letter.status.acronym, letter.status.description))
        keys = [gap.key for gap in plan.gaps]
        found = {key for key in keys if key.startswith("doubled:")}
        if found != expected or len(keys) != len(set(keys)):
            yield f"doubled: {expected}, and gaps {keys}"
        told = {(g.letter.acronym, g.letter.description) for g in plan.gaps if g.letter}
        if not letters <= told:
            yield f"letters {letters} wait, told are {told}"
        if older != plan.sessions_older:
            yield f"{older} sessions are older, counted are {plan.sessions_older}"

    def inventions(self):
        """Marks that have a meaning which nobody wrote, nor chose; and, where both sides have
        come to agree, one that nobody wrote last on either side."""
        mistaken = {number for number, words in self.words.items() if len(words) > 1}
        for sheet, session, line, moodle, user in self.cells():
            # Of a copy, too, that it has followed since.
            lessons = {*sheet.lessons, session.lesson}
            keys = [(lesson, line.student) for lesson in lessons]
            there = [self.said_in_moodle.get(key, []) for key in keys]
            here = [
                self.said_here.get(other.id, [])
                for other in self.lines.values()
                if other.student == line.student and lessons & self.sheets[other.sheet].lessons
            ]
            before = [said for key in keys for said in self.said_before.get(key, [])]
            ever = {letter for said in (*here, *before) for letter in said}
            written = {number for said in there for number in said}
            sent = {number for key in keys for number in self.sent.get(key, ())}
            for number in written | (sent & mistaken):
                ever |= self.words[number]
            where = f"session {session.id}, student {line.student}: {moodle} / {line.status}"
            if line.status not in ever | {None}:
                yield f"{where}: nobody wrote {line.status}"
            for number in map(first, session.log.get(user, ())):
                if number not in written and not self.words[number] & ever:
                    yield f"{where}: nobody wrote {ALL_LETTERS[number]}"
            agreed = self.rules.direction == merge.BOTH and moodle == line.status
            if not (agreed and moodle) or mistaken or self.was_doubled & set(keys):
                continue
            if lessons & self.estranged:
                continue
            in_force = self.in_force(session.activity).items()
            meanings = {first(number): meaning for number, (meaning, _send) in in_force}
            last = {
                [letter for letter in said if letter in p_a_l_e][-1]
                for said in (*([meanings.get(number) for number in said] for said in there), *here)
                if p_a_l_e & set(said)
            }
            # Whoever deletes a line takes back what it said; some of it may have been sent.
            last |= {letter for said in before for letter in said}
            if moodle not in last:
                yield f"{where}: last written was {last}"


def homeless(gaps):
    """:param gaps: ``plan.Gap``
    :return: ids of students of whom nobody knows the batch, see :meth:`World.missing`
    """
    return {int(gap.key.split(":")[3]) for gap in gaps if gap.why in WHY_HOMELESS}


def unsure_days(gaps):
    """:param gaps: ``plan.Gap``
    :return: ``{(batch, date)}``, see :meth:`World.missing`
    """
    found = [gap.key.split(":")[-2:] for gap in gaps if gap.why == "sheets_unsure"]
    return {(int(batch), date.fromisoformat(day)) for batch, day in found}


# Why a batch is unknown.
WHY_HOMELESS = {own_batch.NONE, own_batch.SEVERAL, own_batch.EMPTY, own_batch.BETWEEN}
p_a_l_e = set("PALE")
