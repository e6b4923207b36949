"""Who is who: Moodle courses, groups and people to OpenEduCat's records, or why not.

Pure rules over plain data; the tables that they look things up in are filled by
``local_store``. A mapping row made by hand always wins; what is ambiguous is never
guessed. Ids taken from an idnumber are checked to be existing records.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from . import own_batch
from .gap_reason import Details
from .own_batch import NOWHERE, Enrolment, Held
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
    """A row of moodle.mapping as the rules see it; ``name`` is what Moodle calls it.
    ``idnumber`` and ``email``: what it was found by, as Moodle had it then; no e-mail where that
    is not known."""

    moodle_id: int
    record_id: int
    found_by: str
    idnumber: str = ""
    name: str = field(default="", compare=False)
    email: str = ""


@dataclass(frozen=True)
class Match:
    """``record_id`` 0: no match, and ``why`` (with ``details``) says the reason. With a record
    ``why`` says that its key is gone, and that the link is kept all the same."""

    moodle_id: int
    record_id: int = 0
    found_by: str = ""
    why: str = ""
    details: Details = ()

    @property
    def kept(self) -> bool:
        """Whether the key that it was found by is gone."""
        return bool(self.record_id and self.why)

    @property
    def waits(self) -> bool:
        """Whether a person has to choose between two records."""
        return self.why in WAITING


# Which of these records have attendance: asked once, and only where a key has changed.
Attended = Callable[[Collection[int]], Collection[int]]
# Of what a key names another record now than the one whose attendance is here.
WAITING = frozenset({"course_key_other", "student_key_other", "group_key_other"})


def _none_attended(records: Collection[int]) -> Collection[int]:
    return ()


def _by_hand(link: Link | None, exists: Callable[[int], bool], gone: str) -> Match | None:
    """The match of a manual mapping; ``None`` where there is none."""
    if link is None or link.found_by != MANUAL:
        return None
    if exists(link.record_id):
        return Match(link.moodle_id, link.record_id, MANUAL)
    return Match(link.moodle_id, why=gone, details=(link.record_id,))


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
class CourseLink:
    """What is kept of a matched course: ``idnumber`` as Moodle had it when it was found, and
    whether the course has ended, see ``course_links``."""

    pair: tuple[int, int]
    found_by: str
    idnumber: str = ""
    ended: bool = False


@dataclass(frozen=True)
class CourseTable:
    """``subjects`` and ``courses``: code by id of all that exist, archived ones too;
    ``links``: :class:`CourseLink` by id of the Moodle course;
    ``foreign_subjects`` and ``foreign_courses``: ids of another company's, which are in
    neither of the first two."""

    subjects: dict[int, str]
    courses: dict[int, str]
    links: dict[int, CourseLink]
    foreign_subjects: frozenset[int] = frozenset()
    foreign_courses: frozenset[int] = frozenset()

    def subject(self, pair: tuple[int, int]) -> Subject:
        """:return: ``Subject`` of a pair that exists"""
        return Subject(pair[0], pair[1], self.subjects[pair[0]])

    def has(self, pair: tuple[int, int]) -> bool:
        """Whether a pair exists and is not another company's."""
        return pair[0] in self.subjects and pair[1] in self.courses

    def shortname(self, pair: tuple[int, int]) -> str:
        """The short name by which a course is matched with a pair that exists."""
        return f"{self.subjects[pair[0]]}_{self.courses[pair[1]]}"

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
    not look as if it were meant has neither a pair nor a ``why``. With a pair ``why`` says that
    its key is gone, and that the link is kept all the same. ``elsewhere``: another company's
    instance takes it. ``ended``: its key is another Moodle course's now."""

    pair: tuple[int, int] | None = None
    found_by: str = ""
    why: str = ""
    details: Details = ()
    elsewhere: bool = False
    ended: bool = False

    @property
    def unmeant(self) -> bool:
        """Whether nothing says what the course is; it is looked for attendance."""
        return not (self.pair or self.why or self.elsewhere or self.ended)

    @property
    def waits(self) -> bool:
        """Whether a person has to choose what the course is."""
        return self.why in WAITING


def match_course(course: MoodleCourse, table: CourseTable) -> CourseMatch:
    """Manual mapping; else idnumber; else shortname ``{subject.code}_{course.code}``. What a
    changed key means for a course that was matched before: ``course_links``."""
    link = table.links.get(course.id)
    if link and link.found_by == MANUAL:
        if table.has(link.pair):
            return CourseMatch(link.pair, MANUAL)
        return CourseMatch(why="course_manual_gone")
    if course.idnumber:
        pair = course_ids(course.idnumber)
        if pair:
            if table.is_foreign(pair):
                return CourseMatch(elsewhere=True)
            if table.has(pair):
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


def match_groups(
    group_ids: Iterable[int],
    groups: Mapping[int, MoodleGroup],
    op_course_id: int,
    table: BatchTable,
    attended: Attended = _none_attended,
) -> dict[int, Match]:
    """The batches that sessions' groups stand for.

    :param group_ids: of sessions, none of them 0
    :param groups: ``{id: MoodleGroup}`` of the course
    :param attended: which batches have attendance of this Moodle course
    :return: ``{group id: Match}``
    """
    matches: dict[int, Match] = {}
    doubted: dict[int, Link] = {}
    for group_id in group_ids:
        link = table.links.get(group_id)
        by_hand = _by_hand(link, table.course_of.__contains__, "group_manual_gone")
        named = _group_named(groups.get(group_id), group_id, op_course_id, table)
        matches[group_id] = by_hand or named
        usable = link and not by_hand and table.course_of.get(link.record_id) == op_course_id
        if link and usable and named.record_id != link.record_id:
            doubted[group_id] = link
    with_attendance = attended({link.record_id for link in doubted.values()}) if doubted else ()
    for group_id, link in doubted.items():
        if link.record_id in with_attendance:
            group, named = groups.get(group_id), matches[group_id]
            matches[group_id] = _group_key_changed(link, group, named)
    return matches


def _group_named(
    group: MoodleGroup | None, group_id: int, op_course_id: int, table: BatchTable
) -> Match:
    """What a group's ID number says now."""
    name, idnumber = (group.name, group.idnumber) if group else ("", "")
    wanted = batch_id(idnumber)
    if wanted is None:
        why = "group_nonsense" if idnumber.startswith(OURS) else "group_without_idnumber"
        return Match(group_id, why=why, details=(name, idnumber))
    if wanted not in table.course_of:
        return Match(group_id, why="group_unknown_batch", details=(name, idnumber))
    if table.course_of[wanted] != op_course_id:
        return Match(group_id, why="group_of_other_course", details=(name, idnumber))
    return Match(group_id, wanted, IDNUMBER)


def _other_batch(named: Match) -> int:
    """The batch of another course that an ID number names; 0 for none."""
    return (named.why == "group_of_other_course" and batch_id(named.details[1])) or 0


def _group_key_changed(link: Link, group: MoodleGroup | None, named: Match) -> Match:
    """Of a group whose ID number names its batch no longer, which has attendance."""
    name, now = (group.name, group.idnumber) if group else (link.name, "")
    other = named.record_id or _other_batch(named)
    if other:
        details: Details = (name, link.record_id, other, link.idnumber, now)
        return Match(link.moodle_id, why="group_key_other", details=details)
    details = (name, link.record_id, link.idnumber, now)
    return Match(link.moodle_id, link.record_id, link.found_by, "group_key_lost", details)


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


def match_students(
    users: Iterable[MoodleUser], table: StudentTable, attended: Attended = _none_attended
) -> dict[int, Match]:
    """Every user's student, or why there is none.

    A link holds as long as its key names the same student. A key that is gone, or that names
    nobody, keeps the link of a student who has attendance, unless somebody else claims the
    student now. One that names another student waits for a person.

    :param attended: which students have attendance from this Moodle
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
    matches: dict[int, Match] = {}
    doubted: list[tuple[MoodleUser, Link]] = []
    for user in users:
        named = _student_named(
            user,
            table,
            same_idnumber.get(user.idnumber, ()),
            same_email.get(user.email.lower(), ()),
        )
        held = _by_link(user, named, table)
        matches[user.id] = held or named
        if held is None and (link := table.links.get(user.id)) and link.found_by != FORMER:
            doubted.append((user, link))
    with_attendance = attended({link.record_id for _user, link in doubted}) if doubted else ()
    changed = {user.id for user, link in doubted if link.record_id in with_attendance}
    claimed = {
        match.record_id
        for match in matches.values()
        if match.moodle_id not in changed and match.found_by != FORMER
    }
    for user, link in doubted:
        named = matches[user.id]
        if user.id in changed:
            matches[user.id] = _student_key_changed(user, link, named, claimed)
        elif link.found_by == EMAIL and link.idnumber == user.idnumber and not named.record_id:
            # Its e-mail is nobody's now: that takes nothing away from anybody.
            matches[user.id] = Match(user.id, link.record_id, link.found_by)
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


@dataclass(frozen=True)
class Accounts:
    """What Moodle says of accounts that were asked for by id.

    * ``known``: by id; ``None``: there is none. Of those that are missing Moodle says nothing,
      which it does of a deleted account, too, if it may not be seen;
    * ``idnumbers``: whether their ID numbers are shown; if not, none of them says anything.
    """

    known: Mapping[int, MoodleUser | None]
    idnumbers: bool = True

    @property
    def shown(self) -> list[MoodleUser]:
        """Those that there are."""
        return [user for user in self.known.values() if user]


def given_up(link: Link, accounts: Accounts, claimants: Iterable[MoodleUser]) -> str:
    """Whether a kept link gives way to an account that claims its student now. What Moodle does
    not show is no reason.

    :param link: automatic :class:`Link` of an account that is not in the course
    :param claimants: ``MoodleUser`` in the course who claim the student
    :return: :data:`FORMER` where the account is gone, and its old marks stay the student's;
        ``"ended"`` where it is somebody's and has lost what it was found by; else ``""``
    """
    if link.moodle_id not in accounts.known:
        return ""
    account = accounts.known[link.moodle_id]
    if account is None or is_deleted(account):
        return FORMER
    if link.found_by == EMAIL:
        emails = {user.email.lower() for user in claimants}
        return "ended" if account.email and account.email.lower() not in emails else ""
    return "ended" if accounts.idnumbers and account.idnumber != link.idnumber else ""


def is_deleted(user: MoodleUser) -> bool:
    """Whether a Moodle account was deleted: Moodle puts a hash for its e-mail address."""
    return bool(user.email) and "@" not in user.email


def _student_named(
    user: MoodleUser, table: StudentTable, same_idnumber: Sequence[int], same_email: Sequence[int]
) -> Match:
    """What an account's ID number and e-mail say now."""
    wanted = student_id(user.idnumber)
    if wanted is not None:
        if len(same_idnumber) > 1:
            return Match(user.id, why="idnumber_shared", details=(user.idnumber,))
        if wanted in table.exists:
            return Match(user.id, wanted, IDNUMBER)
        return Match(user.id, why="student_unknown", details=(user.idnumber,))
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


def _by_link(user: MoodleUser, named: Match, table: StudentTable) -> Match | None:
    """The match of an account of which a link is kept, where that and what its key says now do
    not differ.

    :return: ``None`` where they do, or where there is no such link
    """
    link = table.links.get(user.id)
    if link is None:
        return None
    if link.found_by == FORMER:
        unknown = not (user.idnumber or user.email) or is_deleted(user)
        return Match(user.id, link.record_id, FORMER) if unknown else None
    by_hand = _by_hand(link, table.exists.__contains__, "manual_gone")
    if by_hand:
        return by_hand
    if link.record_id not in table.exists or named.why == "idnumber_shared":
        return named
    if named.record_id == link.record_id:
        return named
    here = Match(user.id, link.record_id, link.found_by)
    if not user.read:
        # Nothing is known of it but the link.
        return here
    if link.found_by == EMAIL and link.idnumber == user.idnumber:
        # Of one that was found before its e-mail was noted nobody knows whether that has changed;
        # one that several have still is the student's, too.
        same = table.by_email.get(user.email.lower(), ())
        return here if not link.email or link.record_id in same else None
    return None


def _student_key_changed(
    user: MoodleUser, link: Link, named: Match, claimed: Collection[int]
) -> Match:
    """Of an account whose key names its student no longer, who has attendance.

    :param claimed: ids of students whom others in the course claim by a key
    """
    was = link.email if link.found_by == EMAIL else link.idnumber
    if named.record_id:
        now = user.email if named.found_by == EMAIL else user.idnumber
        details: Details = (
            link.record_id, named.record_id, link.found_by, was, named.found_by, now,
        )  # fmt: skip
        return Match(user.id, why="student_key_other", details=details)
    if link.record_id in claimed:
        return named
    if is_deleted(user):
        # Its old marks are still the student's.
        return Match(user.id, link.record_id, FORMER)
    details = (link.record_id, link.found_by, was, user.idnumber, user.email)
    return Match(user.id, link.record_id, link.found_by, "student_key_lost", details)


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
    for match in matches.values():
        if match.waits:
            # It may be the one it was.
            link = table.links[match.moodle_id]
            claims.setdefault(link.record_id, {})[match.moodle_id] = link.found_by
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
            if user in matches and winners != [user] and not matches[user].waits:
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

    def group_waits(self, group_id: int) -> bool:
        """Whether a person has to choose first of which batch a group is."""
        return group_id in self.batches and self.batches[group_id].waits

    @cached_property
    def in_doubt(self) -> frozenset[int]:
        """Students who may be an account that waits for a person, and are no other."""
        waiting = [match for match in self.students.values() if match.waits]
        maybe = {student for match in waiting for student in match.details[:2]}
        return frozenset(maybe - {match.record_id for match in self.students.values()})

    def own_batch(self, student: int, day: date, held: Held = NOWHERE) -> tuple[int, str]:
        """:return: see ``own_batch.own_batch``"""
        enrolment = self.table.enrolments.get(student, Enrolment())
        return own_batch.own_batch(day, enrolment, held, self.table.taught)
