"""In what portions the marks of a course go to Moodle, and how each is read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .plan import PushPlan, by_session

# Marks after which what was sent is read back and kept before more is sent: what a run that
# dies has to find out again.
MARKS = 60
# An activity is read back by one call where that saves calls and does not bring much more than
# was asked for: from this many sessions, and up to this many times as many in the activity.
SESSIONS = 3
TIMES = 6

T = TypeVar("T")


@dataclass(frozen=True)
class Batch:
    """Of one activity.

    * ``sessions``: ``(session id, its pushes)``; of each student one at most;
    * ``whole``: whether the whole activity is read back, by one call.
    """

    activity_id: int
    sessions: tuple[tuple[int, Sequence[PushPlan]], ...]
    whole: bool = False


def batches(
    pushes: Iterable[PushPlan], activities: Mapping[int, int], lists: bool
) -> tuple[Batch, ...]:
    """:param pushes: of one course
    :param activities: ``{session id: activity id}`` of all sessions of the course
    :param lists: whether Moodle can list the sessions of an activity
    :return: tuple of :class:`Batch`, each of whole sessions
    """
    by_activity: dict[int, list[tuple[int, Sequence[PushPlan]]]] = {}
    for session_id, found in by_session(pushes).items():
        sessions = by_activity.setdefault(activities[session_id], [])
        sessions.append((session_id, tuple(found)))
    sizes: dict[int, int] = {}
    for activity in activities.values():
        sizes[activity] = sizes.get(activity, 0) + 1
    result = []
    for activity, sessions in by_activity.items():
        for portion in portions(sessions):
            few = len(portion) < SESSIONS or sizes[activity] > TIMES * len(portion)
            result.append(Batch(activity, tuple(portion), lists and not few))
    return tuple(result)


def portions(
    sessions: Iterable[tuple[T, Sequence[PushPlan]]],
) -> Iterable[list[tuple[T, Sequence[PushPlan]]]]:
    """What is kept together, after :data:`MARKS` marks.

    :param sessions: something of each session, with its pushes
    """
    portion: list[tuple[T, Sequence[PushPlan]]] = []
    marks = 0
    for session in sessions:
        portion.append(session)
        marks += len(session[1])
        if marks >= MARKS:
            yield portion
            portion, marks = [], 0
    if portion:
        yield portion
