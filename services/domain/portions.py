"""Which courses of a run are done together, where several processes share it. Pure."""

from collections.abc import Hashable, Iterable

# Each portion asks Moodle twice before its first course, so it must be worth it; and it has to end
# within the time that Odoo gives a request.
FEWEST, MOST = 5, 25
# So many at least, if there are courses for them: whoever is done first has something left to do.
PORTIONS = 24


def portions(courses: Iterable[tuple[int, Hashable]]) -> tuple[tuple[int, ...], ...]:
    """:param courses: ``(Moodle course id, what it stands for here)`` in their order; those that
        stand for the same stay together
    :return: ids of Moodle courses, each once; those of a portion are at least :data:`FEWEST`, but
        for the last one
    """
    alike: dict[Hashable, list[int]] = {}
    for course, meaning in courses:
        alike.setdefault(meaning, []).append(course)
    number = sum(map(len, alike.values()))
    size = min(max(-(-number // PORTIONS), FEWEST), MOST)
    found: list[list[int]] = []
    for together in alike.values():
        if not found or len(found[-1]) >= size:
            found.append([])
        found[-1] += together
    return tuple(map(tuple, found))
