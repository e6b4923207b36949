"""Whether a time zone can be the school's: what it does to the date of a lesson. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytz

DAY = timedelta(days=1)
NEXT_DAY, DAY_BEFORE = "next", "before"


def is_universal(zone: str) -> bool:
    """Whether a zone is UTC under one of its names, which no school has chosen."""
    return zone in pytz.all_timezones_set and pytz.timezone(zone).zone in (
        "Etc/GMT", "Etc/GMT0", "Etc/Greenwich", "Etc/UCT", "Etc/UTC", "Etc/Universal", "Etc/Zulu",
        "GMT", "GMT0", "Greenwich", "UCT", "UTC", "Universal", "Zulu",
    )  # fmt: skip


def likely_zone(zones: Iterable[str | None]) -> str | None:
    """:param zones: names or empty values, the surest first
    :return: the first that a school may have, ``None`` if there is none
    """
    known = (zone for zone in zones if zone in pytz.all_timezones_set)
    return next((zone for zone in known if not is_universal(zone)), None)


def time_in(zone: str, moment: datetime) -> str:
    """:param moment: aware ``datetime``
    :return: ``hh:mm`` of a clock there
    """
    return f"{moment.astimezone(pytz.timezone(zone)):%H:%M}"


def other_day(zone: str, home: str, moment: datetime) -> tuple[str, str] | None:
    """Which lessons of the day in ``home`` have another date in ``zone``.

    :param moment: aware ``datetime``, for summer time
    :return: ``(NEXT_DAY, "hh:mm")`` for lessons from that time on, ``(DAY_BEFORE, "hh:mm")``
        for those before it, or ``None``
    """
    ahead = _offset(zone, moment) - _offset(home, moment)
    if not ahead:
        return None
    edge = DAY - ahead if ahead > timedelta() else -ahead
    minutes = int(min(max(edge, timedelta()), DAY).total_seconds()) // 60
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return (NEXT_DAY if ahead > timedelta() else DAY_BEFORE), text


def _offset(zone: str, moment: datetime) -> timedelta:
    return moment.astimezone(pytz.timezone(zone)).utcoffset() or timedelta()
