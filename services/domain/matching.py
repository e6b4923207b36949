"""Who is who: Moodle courses, groups and people to OpenEduCat's records, or why not.

Pure rules over plain data; the tables that they look things up in are filled by
``local_store``. A mapping row made by hand always wins; what is ambiguous is never
guessed. Ids taken from an idnumber are checked to be existing records.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import own_batch
from .gap_reason import Details
from .own_batch import Enrolment
from .records import MoodleCourse, MoodleGroup, MoodleUser, Subject

MANUAL = "manual"
IDNUMBER = "idnumber"
SHORTNAME = "shortname"
EMAIL = "email"
# An account that is gone: its old marks are still the student's, and it claims nothing.
FORMER = "former"
# The surer way wins where two Moodle users claim one student.
STRENGTH = {MANUAL: 3, IDNUMBER: 2, SHORTNAME: 1, EMAIL: 1}

_COURSE = re.compile(r"oec_subj_(\d{1,9})_course_(\d{1,9})")
_BATCH = re.compile(r"oec_batch_(\d{1,9})")
_STUDENT = re.compile(r"oec_student_(\d{1,9})")
OURS = "oec_"


def course_ids(idnumber: str) -> tuple[int, int] | None:
    """``(op.subject id, op.course id)`` that a course's idnumber names, or ``None``."""
    found = _COURSE.fullmatch(idnumber)
    return (int(found[1]), int(found[2])) if found else None


def batch_id(idnumber: str) -> int | None:
    """The op.batch id that a group's idnumber names, or ``None``."""
    found = _BATCH.fullmatch(idnumber)
    return int(found[1]) if found else None


def student_id(idnumber: str) -> int | None:
    """The op.student id that a user's idnumber names, or ``None``."""
    found = _STUDENT.fullmatch(idnumber)
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Link:
    """A row of moodle.mapping as the rules see it; ``name`` is what Moodle calls it."""

    moodle_id: int
    record_id: int
    found_by: str
    idnumber: str = ""
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Match:
    """``record_id`` 0: no match, and ``why`` (with ``details``) says the reason."""

    moodle_id: int
    record_id: int = 0
    found_by: str = ""
    why: str = ""
    details: Details = ()


def _from_link(
    link: Link | None, idnumber: str, exists: Callable[[int], bool], gone: str = "manual_gone"
) -> Match | None:
    """The match that a kept link gives, or ``None`` where it does not hold any more.

    A link found by an idnumber ends with that idnumber: an administrator who fixes a
    mistyped one in Moodle must not have to fix it here too.
    """
    if link is None or link.found_by == FORMER:
        return None
    if link.found_by == MANUAL:
        if exists(link.record_id):
            return Match(link.moodle_id, link.record_id, MANUAL)
        return Match(link.moodle_id, why=gone, details=(link.record_id,))
    if link.idnumber != idnumber or not exists(link.record_id):
        return None
    return Match(link.moodle_id, link.record_id, link.found_by)


# --- courses ------------------------------------------------------------------


def foreign_rows(rows: Iterable[Mapping[str, Any]], companies: Collection[int]) -> frozenset[int]:
    """Which records another company keeps for itself.

    :param rows: dicts with ``id`` and, if the model has companies, ``company_id``
    :param companies: ids of the instance's company and those above it
    :return: frozenset of ids; a record without a company is everybody's
    """
    return frozenset(
        row["id"] for row in rows if row.get("company_id") and row["company_id"] not in companies
    )


@dataclass(frozen=True)
class CourseTable:
    """``subjects`` and ``courses``: code by id of all that exist, archived ones too;
    ``links``: ``{Moodle id: ((op.subject id, op.course id), found by)}``;
    ``foreign_subjects`` and ``foreign_courses``: ids of another company's, which are in
    neither of the first two."""

    subjects: dict[int, str]
    courses: dict[int, str]
    links: dict[int, tuple[tuple[int, int], str]]
    foreign_subjects: frozenset[int] = frozenset()
    foreign_courses: frozenset[int] = frozenset()

    def subject(self, pair: tuple[int, int]) -> Subject:
        """:return: ``Subject`` of a pair that exists"""
        return Subject(pair[0], pair[1], self.subjects[pair[0]])

    def is_foreign(self, pair: tuple[int, int]) -> bool:
        """Whether a pair is another company's: its own instance takes the course."""
        return pair[0] in self.foreign_subjects or pair[1] in self.foreign_courses

    def pairs_named(self, shortname: str) -> list[tuple[int, int]]:
        """All pairs whose codes, joined by an underscore, are this shortname. A code
        may hold underscores itself, so every one of them is tried as the joint."""
        subjects = {code: number for number, code in self.subjects.items()}
        courses = {code: number for number, code in self.courses.items()}
        parts = shortname.strip().split("_")
        splits = (("_".join(parts[:i]), "_".join(parts[i:])) for i in range(1, len(parts)))
        return [(subjects[s], courses[c]) for s, c in splits if s in subjects and c in courses]


@dataclass(frozen=True)
class CourseMatch:
    """``pair`` is ``(op.subject id, op.course id)`` or ``None``; a course that does
    not look as if it were meant has neither a pair nor a ``why``. ``elsewhere``: another
    company's instance takes it."""

    pair: tuple[int, int] | None = None
    found_by: str = ""
    why: str = ""
    details: Details = ()
    elsewhere: bool = False

    @property
    def unmeant(self) -> bool:
        """Whether nothing says what the course is; it is looked for attendance."""
        return not (self.pair or self.why or self.elsewhere)


def match_course(course: MoodleCourse, table: CourseTable) -> CourseMatch:
    """Manual mapping; else idnumber; else shortname ``{subject.code}_{course.code}``."""
    link = table.links.get(course.id)
    if link and link[1] == MANUAL:
        subject, op_course = link[0]
        if subject in table.subjects and op_course in table.courses:
            return CourseMatch(link[0], MANUAL)
        return CourseMatch(why="course_manual_gone")
    if course.idnumber:
        pair = course_ids(course.idnumber)
        if pair:
            if table.is_foreign(pair):
                return CourseMatch(elsewhere=True)
            if pair[0] in table.subjects and pair[1] in table.courses:
                return CourseMatch(pair, IDNUMBER)
            return CourseMatch(why="idnumber_unknown", details=(course.idnumber,))
        if course.idnumber.startswith(OURS):
            return CourseMatch(why="idnumber_nonsense", details=(course.idnumber,))
    pairs = table.pairs_named(course.shortname)
    if len(pairs) == 1:
        return CourseMatch(pairs[0], SHORTNAME)
    if pairs:
        return CourseMatch(why="shortname_ambiguous", details=(course.shortname,))
    return CourseMatch()


# --- groups -------------------------------------------------------------------


@dataclass(frozen=True)
class BatchTable:
    """``course_of``: op.course id by id of each existing batch; ``links`` by group id."""

    course_of: dict[int, int]
    links: dict[int, Link]


def match_group(
    group_id: int, groups: Mapping[int, MoodleGroup], op_course_id: int, table: BatchTable
) -> Match:
    """The batch that a session's group stands for.

    :param group_id: the session's group, not 0
    :param groups: ``{id: MoodleGroup}`` of the course
    """
    group = groups.get(group_id)
    idnumber = group.idnumber if group else ""
    kept = _from_link(
        table.links.get(group_id), idnumber, table.course_of.__contains__, "group_manual_gone"
    )
    if kept and (kept.found_by == MANUAL or not kept.record_id):
        return kept
    name = group.name if group else ""
    wanted = batch_id(idnumber)
    if wanted is None:
        why = "group_nonsense" if idnumber.startswith(OURS) else "group_without_idnumber"
        return Match(group_id, why=why, details=(name, idnumber))
    if wanted not in table.course_of:
        return Match(group_id, why="group_unknown_batch", details=(name, idnumber))
    if table.course_of[wanted] != op_course_id:
        return Match(group_id, why="group_of_other_course", details=(name, idnumber))
    return Match(group_id, wanted, IDNUMBER)


# --- students -----------------------------------------------------------------


@dataclass(frozen=True)
class StudentTable:
    """What the rules for people look up.

    * ``exists``: ids of op.student, archived ones included;
    * ``by_email``: ``{lower-case e-mail: [student ids]}``, empty where the instance
      does not match by e-mail;
    * ``links``: :class:`Link` by Moodle user id;
    * ``holders``: ``{student id: [Link, …]}`` of all Moodle users of the instance;
    * ``enrolments``: by student id, in the pair's course;
    * ``taught``: ids of batches of students who are in several, of which the pair's subject is
      taught.
    """

    exists: frozenset[int]
    by_email: dict[str, list[int]]
    links: dict[int, Link]
    holders: dict[int, list[Link]]
    enrolments: dict[int, Enrolment]
    taught: frozenset[int] = frozenset()


# Of whoever is only asked for a match.
NOBODY = StudentTable(frozenset(), {}, {}, {}, {})


def match_students(users: Iterable[MoodleUser], table: StudentTable) -> dict[int, Match]:
    """Every user's student, or why there is none.

    :return: ``{user id: Match}``
    """
    users = list(users)
    same_idnumber: dict[str, list[int]] = {}
    same_email: dict[str, list[int]] = {}
    for user in users:
        if user.idnumber:
            same_idnumber.setdefault(user.idnumber, []).append(user.id)
        if user.email:
            same_email.setdefault(user.email.lower(), []).append(user.id)
    matches = {
        user.id: _match_student(
            user,
            table,
            same_idnumber.get(user.idnumber, ()),
            same_email.get(user.email.lower(), ()),
        )
        for user in users
    }
    return _without_rivals(matches, table, {user.id: user.fullname for user in users})


CONTESTED = {"student_claimed", "idnumber_shared", "email_shared_moodle"}


def rivals(users: Sequence[MoodleUser], people: "People") -> dict[Link, list[MoodleUser]]:
    """Automatic links of accounts that are not in a course and keep somebody in it from being
    matched; nearly always none.

    :param users: of the course
    :param people: of the same course
    :return: ``{Link: [MoodleUser who claim its student]}``
    """
    claims: dict[int, list[MoodleUser]] = {}
    for user in users:
        if people.student(user.id).why not in CONTESTED:
            continue
        student = student_id(user.idnumber)
        by_email = people.table.by_email.get(user.email.lower(), ())
        for found in by_email if student is None else [student]:
            claims.setdefault(found, []).append(user)
    here = {user.id for user in users}
    held = [link for student in claims for link in people.table.holders.get(student, ())]
    return {
        link: claims[link.record_id]
        for link in held
        if link.moodle_id not in here and link.found_by not in (MANUAL, FORMER)
    }


def given_up(link: Link, account: MoodleUser | None, claimants: Iterable[MoodleUser]) -> str:
    """Whether a kept link gives way to an account that claims its student now.

    :param link: automatic :class:`Link` of an account that is not in the course
    :param account: ``MoodleUser`` as Moodle knows it by id, or ``None``
    :param claimants: ``MoodleUser`` in the course who claim the student
    :return: :data:`FORMER` where the account is gone, and its old marks stay the student's;
        ``"ended"`` where it is somebody's and has lost what it was found by; else ``""``
    """
    if account is None or is_deleted(account):
        return FORMER
    if link.found_by == EMAIL:
        emails = {user.email.lower() for user in claimants}
        return "" if account.email.lower() in emails else "ended"
    return "" if account.idnumber == link.idnumber else "ended"


def is_deleted(user: MoodleUser) -> bool:
    """Whether a Moodle account was deleted: Moodle puts a hash for its e-mail address."""
    return bool(user.email) and "@" not in user.email


def _match_student(
    user: MoodleUser, table: StudentTable, same_idnumber: Sequence[int], same_email: Sequence[int]
) -> Match:
    link = table.links.get(user.id)
    if link and link.found_by == FORMER and not (user.idnumber or user.email):
        return Match(user.id, link.record_id, FORMER)
    kept = _from_link(table.links.get(user.id), user.idnumber, table.exists.__contains__)
    if kept and (kept.found_by == MANUAL or not kept.record_id):
        return kept
    wanted = student_id(user.idnumber)
    if wanted is not None:
        if len(same_idnumber) > 1:
            return Match(user.id, why="idnumber_shared", details=(user.idnumber,))
        if wanted in table.exists:
            return Match(user.id, wanted, IDNUMBER)
        return Match(user.id, why="student_unknown", details=(user.idnumber,))
    if kept:
        return kept
    students: Sequence[int] = table.by_email.get(user.email.lower(), ()) if user.email else ()
    if len(students) == 1:
        if len(same_email) > 1:
            return Match(user.id, why="email_shared_moodle", details=(user.email,))
        return Match(user.id, students[0], EMAIL)
    if students:
        return Match(user.id, why="email_shared_odoo", details=(user.email,))
    if user.idnumber.startswith(OURS):
        return Match(user.id, why="student_nonsense", details=(user.idnumber,))
    if is_deleted(user):
        return Match(user.id, why="account_deleted")
    return Match(user.id, why="no_match", details=(user.idnumber, user.email))


def _without_rivals(
    matches: Mapping[int, Match], table: StudentTable, names: Mapping[int, str]
) -> dict[int, Match]:
    """Of several Moodle users with one student only the surest keeps it; equals
    keep nothing. Users met in other courses count through their links.

    :param names: by user id, as far as they are known
    """
    names = dict(names)
    claims: dict[int, dict[int, str]] = {}
    for match in matches.values():
        if match.record_id and match.found_by != FORMER:
            claims.setdefault(match.record_id, {})[match.moodle_id] = match.found_by
    for record_id, claim in claims.items():
        for link in table.holders.get(record_id, ()):
            # A user who is here too speaks for himself.
            if link.moodle_id not in matches and link.found_by != FORMER:
                claim.setdefault(link.moodle_id, link.found_by)
                names[link.moodle_id] = link.name
    result = dict(matches)
    for record_id, claim in claims.items():
        if len(claim) == 1:
            continue
        best = max(STRENGTH[found_by] for found_by in claim.values())
        winners = [user for user, found_by in claim.items() if STRENGTH[found_by] == best]
        for user in claim:
            if user in matches and winners != [user]:
                others = tuple(names.get(other) or other for other in sorted(set(claim) - {user}))
                result[user] = Match(user, why="student_claimed", details=(record_id, others))
    return result


# --- the whole course ---------------------------------------------------------


@dataclass(frozen=True)
class People:
    """Answers for one course: who each user is, and the batch of each group."""

    students: dict[int, Match] = field(default_factory=dict)
    batches: dict[int, Match] = field(default_factory=dict)
    batch_links: dict[int, Link] = field(default_factory=dict)
    table: StudentTable = NOBODY
    names: dict[int, str] = field(default_factory=dict)
    group_names: dict[int, str] = field(default_factory=dict)

    def student(self, user_id: int) -> Match:
        """The :class:`Match` of a Moodle user; unknown people have no match."""
        return self.students.get(user_id) or Match(user_id, why="account_unknown")

    def batch(self, group_id: int) -> Match:
        return self.batches[group_id]

    def own_batch(
        self, student: int, day: date, held: own_batch.Held = own_batch.NOWHERE
    ) -> tuple[int, str]:
        """:return: see ``own_batch.own_batch``"""
        enrolment = self.table.enrolments.get(student, Enrolment())
        return own_batch.own_batch(day, enrolment, held, self.table.taught)
