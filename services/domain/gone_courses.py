"""Courses with attendance here that Moodle does not list any more. Pure.

Their sheets may follow into another course of the same subject and course (``following``). What
is left of them is synchronised by nobody, and a person is told.
"""

from collections.abc import Collection, Iterable, Mapping

from .matching import MANUAL, CourseLink


def missed(
    links: Mapping[int, CourseLink], gone: Iterable[int], off: Collection[int]
) -> frozenset[int]:
    """:param links: ``CourseLink`` by id of the Moodle course
    :param gone: ids of those that Moodle does not list any more
    :param off: ids of those that are switched off
    :return: ids of those that would be synchronised if they were there
    """
    return frozenset(number for number in gone if number not in off and not links[number].ended)


def may_follow(
    links: Mapping[int, CourseLink],
    missing: Iterable[int],
    read: Collection[tuple[int, int]],
) -> frozenset[int]:
    """:param missing: ids of courses that Moodle does not list any more
    :param read: pairs of the courses that a run is about to read
    :return: ids of those whose sheets may follow into one of these
    """
    return frozenset(number for number in missing if links[number].pair in read)


def mapped_by_hand(
    links: Mapping[int, CourseLink], gone: Iterable[int]
) -> dict[str, tuple[int, int]]:
    """:return: ``{ID number: pair}`` of the courses among ``gone`` that somebody has mapped; none
    where two of them say different things"""
    pairs: dict[str, set[tuple[int, int]]] = {}
    for number in gone:
        link = links[number]
        if link.found_by == MANUAL and link.idnumber:
            pairs.setdefault(link.idnumber, set()).add(link.pair)
    return {idnumber: pair for idnumber, (pair, *others) in pairs.items() if not others}
