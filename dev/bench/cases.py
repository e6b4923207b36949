"""What is measured, by name: runs of the synchronisation, and the floors beside them."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from world import IN_ONE_COURSE, SCATTERED

# The two databases of a world: before the first run, and after a pull of everything.
EMPTY, PULLED = "empty", "pulled"
SMALL = ("S",)


@dataclass(frozen=True)
class Case:
    """* ``direction``: of a run, as ``moodle.instance`` has it; ``None``: a floor, which is
      the function of that name in ``floors.py``;
    * ``base``: the database it begins with;
    * ``there``, ``here``: how marks are changed in Moodle and in OpenEduCat, if at all;
    * ``blank``: nobody has marked anything in Moodle;
    * ``scheduled``: whether it is the schedule that starts it, and not a person;
    * ``worlds``: what it is measured for, unless it is named by itself;
    * ``latent``: whether Moodle is asked, so that its latency matters;
    * ``writes``: whether it writes, so that both sides hold the same marks afterwards.
    """

    name: str
    direction: str | None
    base: str = PULLED
    there: str | None = None
    here: str | None = None
    blank: bool = False
    scheduled: bool = False
    worlds: tuple = ()
    latent: bool = True
    writes: bool = True

    @property
    def is_floor(self):
        return self.direction is None

    def changes(self, world):
        """Which marks are changed first.

        :return: ``(in Moodle, in OpenEduCat)``, lists of ``(course, session, seat)``; where
            both are, each has one half
        """
        how = self.there or self.here
        marks = world.changed(how) if how else []
        if self.there and self.here:
            return marks[::2], marks[1::2]
        return (marks, []) if self.there else ([], marks)


def _of(name, direction):
    """Nothing changed, one mark in a hundred anywhere, one in a hundred in one course."""
    yield Case(f"{name}-same", direction)
    for how in (SCATTERED, IN_ONE_COURSE):
        there = how if direction != "oec" else None
        here = how if direction != "moodle" else None
        yield Case(f"{name}-{how}", direction, there=there, here=here)


CASES = {
    case.name: case
    for case in (
        Case("pull-cold", "moodle", EMPTY),
        *_of("pull", "moodle"),
        Case("pull-beat", "moodle", scheduled=True),
        # A call for each mark: 30,000 of them would take an hour of waiting.
        Case("push-cold", "oec", blank=True, worlds=SMALL),
        *_of("push", "oec"),
        Case("both-cold", "both", EMPTY),
        *_of("both", "both"),
        Case("fetch-1", None, EMPTY, writes=False),
        Case("fetch-4", None, EMPTY, writes=False),
        Case("create", None, EMPTY, latent=False),
        Case("insert", None, EMPTY, latent=False),
        Case("naive", None, EMPTY, worlds=SMALL),
    )
}


def chosen(patterns, world):
    """:param patterns: names or patterns of names (``pull-*``); empty for all
    :param world: ``World``
    :return: list of :class:`Case`
    """
    found = [
        case
        for case in CASES.values()
        if case.name in patterns
        or (
            (not patterns or any(fnmatchcase(case.name, pattern) for pattern in patterns))
            and (not case.worlds or world.name in case.worlds)
        )
    ]
    if not found:
        raise SystemExit(f"no case is named {' '.join(patterns)}; there are {' '.join(CASES)}")
    return found
