"""Hours and minutes of a session, as they stand beside its day."""

import pytz


def time_of_day(moment, zone):
    """:param moment: naive UTC datetime, or a false value
    :param zone: name of the time zone in which the session's day is read
    :return: such as ``09:00``; the same in all languages, so that it sorts
    """
    if not moment:
        return False
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).strftime("%H:%M")
