"""The days that a run looks at: from *Days back* before today. Pure."""

from datetime import datetime, timedelta

import pytz


def window_start(today, days):
    """:param days: how many days back; 0 for all sessions
    :return: the first day, ``None`` for no such limit
    """
    return today - timedelta(days=days) if days else None


def earliest(start, zone):
    """:param start: of :func:`window_start`
    :return: unix seconds, 0 for no limit
    """
    return first_moment(start, zone) if start else 0


def first_moment(day, zone):
    """When a day begins: before all that is of it, also where its midnight is there twice.

    :param zone: name of a time zone
    :return: unix seconds
    """
    midnight = datetime(day.year, day.month, day.day)
    zone = pytz.timezone(zone)
    return min(int(zone.localize(midnight, is_dst=dst).timestamp()) for dst in (True, False))
