"""What is remembered of a Moodle course from one scheduled run to the next: its people, groups
and activities. They change rarely, and asking for them is most of the calls of a run in which
nothing has happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .records import MoodleActivity, MoodleGroup, MoodleSession, MoodleUser

HOUR = 3600
# Gaps that may be closed in Moodle by what is remembered: as long as a course has one, it is
# asked anew in each run, so that a gap closes with the next run after it was fixed.
FIXED_IN_MOODLE = frozenset(
    {
        "ambiguous_student",
        "changed_group",
        "changed_student",
        "no_batch",
        "odd_record",
        "refused_push",
        "rights",
        "sheet_without_session",
        "stopped",
        "unmatched_group",
        "unmatched_student",
    }
)


@dataclass(frozen=True)
class Remembered:
    """* ``at``: when it was asked, unix seconds;
    * ``users``: everyone enrolled;
    * ``roles``: whether it is known who of them teaches;
    * ``unlisted``: ids of those whom sessions named, and who were not among them;
    * ``groups``: ``None`` where they were not asked for;
    * ``activities``: ``None`` where Moodle lists none (the legacy family).
    """

    at: int
    users: tuple[MoodleUser, ...] = ()
    roles: bool = False
    unlisted: frozenset[int] = frozenset()
    groups: tuple[MoodleGroup, ...] | None = None
    activities: tuple[MoodleActivity, ...] | None = None

    def holds(self, now: int, hours: int) -> bool:
        """Whether it is new enough.

        :param now: unix seconds
        :param hours: after which all is asked anew; 0: in each run
        """
        return self.at <= now < self.at + hours * HOUR

    def knows_all_of(self, sessions: Iterable[MoodleSession]) -> bool:
        """Whether these sessions name nobody who is not known."""
        return named(sessions) <= {user.id for user in self.users} | self.unlisted

    def knows_groups_of(self, sessions: Iterable[MoodleSession]) -> bool:
        known = {group.id for group in self.groups or ()}
        return {session.group_id for session in sessions if session.group_id} <= known

    def to_json(self) -> dict[str, Any]:
        """A list for each record: a course has many, and their names would be most of it."""
        return {
            "at": self.at,
            "users": [[u.id, u.fullname, u.idnumber, u.email, u.teacher] for u in self.users],
            "roles": self.roles,
            "unlisted": sorted(self.unlisted),
            "groups": _rows(self.groups, lambda g: [g.id, g.name, g.idnumber, g.participates]),
            "activities": _rows(
                self.activities, lambda a: [a.id, a.name, a.groupmode, a.module_id]
            ),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> "Remembered | None":
        """:return: ``None`` of nothing"""
        if not data:
            return None
        groups, activities = data["groups"], data["activities"]
        return cls(
            at=data["at"],
            users=tuple(MoodleUser(*row) for row in data["users"]),
            roles=data["roles"],
            unlisted=frozenset(data["unlisted"]),
            groups=None if groups is None else tuple(MoodleGroup(*row) for row in groups),
            activities=(
                None if activities is None else tuple(MoodleActivity(*row) for row in activities)
            ),
        )


def named(sessions: Iterable[MoodleSession]) -> set[int]:
    """:return: ids of all whom the sessions list, or hold a mark of"""
    found: set[int] = set()
    for session in sessions:
        found |= session.user_ids
        found.update(mark.user_id for mark in session.marks)
    return found


def may_be_remembered(kinds: Iterable[str]) -> bool:
    """:param kinds: of the gaps of a course"""
    return FIXED_IN_MOODLE.isdisjoint(kinds)


def _rows(records: Sequence[Any] | None, row: Any) -> list[list[Any]] | None:
    return None if records is None else [row(record) for record in records]
