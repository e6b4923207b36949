"""Which sheets follow their sessions to new numbers. Pure.

What is restored in Moodle, from the recycle bin or a backup, comes back under other numbers. It
is the same if what was there before is gone, the new one was never met, and their sessions fit one
to one. What is not sure waits for a person, and so does a copy beside what still lives: no second
sheet is made, none is cancelled, and no mark is written over.
"""

from dataclasses import dataclass, replace

from . import plan as p
from .course_index import CourseIndex
from .findings import Findings
from .followed import followed_by, with_followed
from .lessons import with_meanings
from .lost_and_new import Sides
from .pairing import Pairing
from .records import LocalState
from .waiting import Waits
from .window import Rules


@dataclass(frozen=True)
class Following:
    """* ``local``, ``rules``: as if what follows had always been where it is now;
    * ``followed``, ``waiting``: see ``CoursePlan``.
    """

    local: LocalState
    rules: Rules
    followed: p.Followed = p.NOTHING_FOLLOWS
    waiting: p.Waiting = p.NOTHING_WAITS

    @property
    def matters(self) -> bool:
        """Whether anything follows or waits."""
        return bool(self.followed.sheets) or self.waiting != p.NOTHING_WAITS


def follow(index: CourseIndex, local: LocalState, findings: Findings) -> Following:
    """:param index: of both sides as they are
    :param local: that it was made of
    :param findings: gets what waits
    """
    nothing = Following(local, index.rules)
    if local.met is None:
        return nothing
    sides = Sides.of(index, local.met)
    if not (sides.new or sides.again):
        return nothing
    pairing = Pairing(sides)
    pairing.by_beginning()
    pairing.by_shift()
    followed = followed_by(sides, pairing.pairs)
    done = Following(
        with_followed(local, followed),
        replace(index.rules, chosen=with_meanings(index.rules.chosen, followed.activities)),
        followed,
    )
    waits = Waits()
    waits.add_unsure(sides, pairing.unsure(), findings)
    waits.add_again(sides, pairing.pairs, findings)
    if sides.never:
        if followed.sheets:
            after = CourseIndex.of(index.reading, done.local, index.people, done.rules)
            sides = Sides.of(after, local.met)
        waits.add_beside(sides, findings)
    return replace(done, waiting=waits.waiting)
