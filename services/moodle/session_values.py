"""What of a session all families of functions answer alike. Pure."""

from ..domain.records import MoodleStatus
from .answer_values import DATE, Json, OddValue, grade, identity, moment, plain, text


def status(item: Json) -> MoodleStatus:
    """A status of a set."""
    return MoodleStatus(
        id=identity(item["id"]),
        acronym=text(item["acronym"]),
        description=plain(item.get("description")),
        grade=grade(item.get("grade")),
    )


def beginning(value: Json) -> int:
    """When a session begins: one that begins at no time is none.

    :return: unix seconds
    :raise OddValue: see ``answer_values.moment``
    """
    starts = moment(value)
    if not starts:
        raise OddValue(DATE)
    return starts
