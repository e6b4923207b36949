"""What a token may do, held against what is needed; and when it ends. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

DAY = 86400
# Before its end a token is spoken of for so many seconds.
NOTICE = 30 * DAY

# What the account needs where our own plug-in is used; it stands for all that its functions do.
RIGHT = "local/wsattendance:sync"
RIGHTS = frozenset({"webservice/rest:use", RIGHT})


@dataclass(frozen=True)
class TokenStatus:
    """What our plug-in says of the token's account.

    * ``can_log_in``: whether somebody can log in with it on Moodle's pages;
    * ``has_right``: whether it has :data:`RIGHT` in the whole site;
    * ``rights``: names of the rights that its roles in the whole site give, the first hundred;
    * ``ends``: when the token ends, unix seconds, 0 for never.
    """

    can_log_in: bool
    has_right: bool
    rights: tuple[str, ...]
    ends: int


def too_many_rights(status: TokenStatus) -> tuple[str, ...]:
    """Names of the rights that the account has and does not need. One that lacks ours works by
    all the others."""
    return tuple(sorted(set(status.rights) - RIGHTS)) if status.has_right else ()


def too_many(functions: Collection[str], needed: Collection[str]) -> tuple[str, ...]:
    """:param functions: names of those in the token's service
    :return: names of those that are never called
    """
    return tuple(sorted(set(functions) - set(needed)))


def ends_soon(ends: int, now: float) -> bool:
    """:param ends: unix seconds, 0 for never
    :param now: unix seconds
    """
    return bool(ends) and ends - now <= NOTICE
