"""The rows that Moodle keeps of the marks of a session, where each tells its own time: which of
several counts, what a write expects to find, and what is there afterwards. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .fingerprint import ASIDE
from .records import MoodleMark, MoodleSession

# What became of a mark that was sent.
WRITTEN, SAME, CHANGED, REFUSED = "written", "same", "changed", "refused"


@dataclass(frozen=True)
class Expected:
    """The row that a write replaces: it is written only if Moodle still holds that one.

    :param taken_at: unix seconds by Moodle's clock
    """

    status_id: int
    taken_at: int = field(metadata={ASIDE: "to mark the same again is no other plan"})
    remark: str = ""


@dataclass(frozen=True)
class MarkResult:
    """What became of one mark that was sent.

    :param outcome: :data:`WRITTEN`, :data:`SAME` (it was so already), :data:`CHANGED` (it is
        not what was expected, and stays) or :data:`REFUSED`
    :param reason: why it was refused, by the plug-in's name for it
    :param marks: rows of that student that are there now, see :func:`counting`
    """

    user_id: int
    outcome: str
    reason: str = ""
    marks: tuple[MoodleMark, ...] = ()


def counting(rows: Iterable[MoodleMark]) -> tuple[MoodleMark, ...]:
    """Of several rows of one student the one made last: two teachers have saved at once. Of
    rows of the same second that say different things nobody knows which counts; they stay.

    :param rows: of one session
    :return: by user
    """
    of_user: dict[int, list[MoodleMark]] = {}
    for row in rows:
        of_user.setdefault(row.user_id, []).append(row)
    found = []
    for _user_id, own in sorted(of_user.items()):
        last = max(row.taken_at or 0 for row in own)
        latest = [row for row in own if (row.taken_at or 0) == last]
        said = {row.status_id: row for row in latest}
        found += [said[status_id] for status_id in sorted(said)]
    return tuple(found)


def expected_of(session: MoodleSession, user_id: int) -> Expected | None:
    """:return: what a write of a student's mark replaces; ``None`` where there is none, or Moodle
    does not tell the times of marks
    """
    for mark in session.marks:
        if mark.user_id == user_id and mark.taken_at is not None:
            if not mark.status_id and not mark.remark:
                # A cleared mark is as good as none.
                return None
            return Expected(mark.status_id, mark.taken_at, mark.remark)
    return None


def with_results(
    session: MoodleSession, results: Iterable[MarkResult], taker_id: int
) -> MoodleSession:
    """The session as Moodle has it after marks were sent.

    :param results: of all marks that were sent, of each student the last one
    :param taker_id: Moodle user id that was written down as the taker
    """
    results = tuple(results)
    told = {result.user_id for result in results if result.marks or result.outcome != REFUSED}
    now = [mark for result in results if result.user_id in told for mark in result.marks]
    kept = [mark for mark in session.marks if mark.user_id not in told]
    written = [
        mark.taken_at or 0
        for result in results
        if result.outcome == WRITTEN
        for mark in result.marks
    ]
    return replace(
        session,
        # By user and status, of which no two are alike, see counting.
        marks=tuple(sorted((*kept, *now))),
        taken_at=max([session.taken_at, *written]),
        taken_by=taker_id if written else session.taken_by,
    )
