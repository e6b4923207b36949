"""Whether the Moodle that answers is the one that was known. Pure.

Numbers of courses, activities, sessions and people mean something in one Moodle only. Another
one behind the same instance (its address was changed, or its host has a new Moodle) has the
same numbers for other things, so it has to be told apart before anything is read or written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .records import LARGEST, MoodleCourse
from .site_key import site_key

# Of the oldest courses; the front page is the oldest one, made with the site itself.
KEPT = 6
FRONT_PAGE = 1
# What the oldest courses say.
SAME, OTHER, UNKNOWN = "same", "other", "unknown"


@dataclass(frozen=True)
class Site:
    """:param address: as Moodle itself names it (``siteurl``)
    :param times: when the oldest courses were made, ``(course id, unix seconds)`` of each;
        empty where Moodle keeps it from the token's account (without moodle/course:update)
    :param name, release: shown to people; an upgrade and a new name change them
    """

    address: str = ""
    times: tuple[tuple[int, int], ...] = ()
    name: str = ""
    release: str = ""

    @property
    def line(self) -> str:
        """What people read: its name, release and address."""
        release = f"Moodle {self.release}" if self.release else ""
        return ", ".join(part for part in (self.name, release, self.address) if part)

    def to_json(self) -> dict[str, object]:
        return {
            "address": self.address,
            "times": {str(course): made for course, made in self.times},
            "name": self.name,
            "release": self.release,
        }

    @classmethod
    def from_json(cls, data: object) -> "Site | None":
        """The reverse; ``None`` for what is none of it."""
        if not isinstance(data, dict) or not isinstance(data.get("address"), str):
            return None
        times = data.get("times")
        return cls(
            data["address"],
            _oldest({int(course): made for course, made in (times or {}).items()}),
            str(data.get("name") or ""),
            str(data.get("release") or ""),
        )


class Introduced(Protocol):
    """What a site says of itself, such as ``module_detector.SiteInfo`` or ``Detection``."""

    @property
    def address(self) -> str: ...

    @property
    def sitename(self) -> str: ...

    @property
    def release(self) -> str: ...


@dataclass(frozen=True)
class Change:
    """:param moved: whether Moodle names another address
    :param courses: whether the oldest courses are the same ones: :data:`SAME`,
        :data:`OTHER` or :data:`UNKNOWN`
    """

    moved: bool
    courses: str


def site_of(site_info: Introduced, courses: Iterable[MoodleCourse], site_made: int) -> Site:
    """:param courses: those of the site
    :param site_made: unix seconds, 0 for not known
    """
    made = {course.id: course.made for course in courses} | {FRONT_PAGE: site_made}
    return Site(site_info.address, _oldest(made), site_info.sitename, site_info.release)


def _oldest(made: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    known = sorted((course, made) for course, made in made.items() if 0 < made <= LARGEST)
    return tuple(known[:KEPT])


def difference(known: Site | None, seen: Site) -> Change | None:
    """:param known: :class:`Site` as it was remembered, or ``None`` for nothing yet
    :param seen: :class:`Site` that answers now
    :return: ``None`` where nothing speaks against its being the same
    """
    if known is None:
        return None
    old, new = site_key(known.address), site_key(seen.address)
    moved = bool(old and new and old != new)
    courses = _courses(dict(known.times), dict(seen.times))
    return Change(moved, courses) if moved or courses == OTHER else None


def _courses(known: Mapping[int, int], seen: Mapping[int, int]) -> str:
    """Some may differ: after a backup was restored, a number can be another course's."""
    shared = known.keys() & seen.keys()
    if not shared:
        return UNKNOWN
    return SAME if any(known[course] == seen[course] for course in shared) else OTHER


def same_address(known: Site | None, address: str) -> bool:
    """Whether a Moodle that was remembered calls itself by this address.

    :param address: as a Moodle gives it (``siteurl``), whatever it was reached by
    """
    key = site_key(address)
    return known is not None and key != "" and site_key(known.address) == key


def remembered(known: Site | None, seen: Site) -> Site:
    """What is to be kept of a site that was taken for the known one: what it says now, and
    what it does not say any more (a course that is hidden, a right that was taken away).
    """
    if known is None:
        return seen
    times = dict(seen.times)
    for course, made in known.times:
        if len(times) < KEPT:
            times.setdefault(course, made)
    return Site(
        seen.address or known.address,
        tuple(sorted(times.items())),
        seen.name or known.name,
        seen.release or known.release,
    )
