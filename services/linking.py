"""Which Moodle session an unlinked sheet belongs to, or which has to be made. Pure."""

from dataclasses import dataclass
from datetime import datetime

import pytz

from . import plan as p

# A sheet without a timetable session has no time of day.
DEFAULT_HOUR = 12
DEFAULT_DURATION = 3600  # seconds
SEPARATE_GROUPS = 1


@dataclass(frozen=True)
class Choice:
    """``session`` is ``None`` where none, or more than one, fits; ``fitting`` counts.
    ``sure`` is whether all sessions of the date could be judged."""

    session: object | None
    fitting: int = 0
    sure: bool = True


def choose_sessions(sheets, sessions, taken, people, rules, left=frozenset()):
    """For each sheet the session of its date whose group is its batch, or that is for
    all; of several the one nearest to the sheet's timetable session. Never a guess: two
    equally near, or two sheets for one session, leave both without.

    :param sheets: unlinked ``Sheet``
    :param sessions: ``MoodleSession`` of the course
    :param taken: set of ``(session id, batch id)`` that have a sheet
    :param left: set of ``(session id, batch id)`` of which people have cancelled the sheet;
        they are taken where no other session fits
    :return: ``{sheet id: Choice}``
    """
    by_date = {}
    for session in sessions:
        by_date.setdefault(rules.date(session.starts), []).append(session)
    choices, wanted_by = {}, {}
    for sheet in sheets:
        fitting = [
            session
            for session in by_date.get(sheet.date, ())
            if (session.id, sheet.batch_id) not in taken and _is_for(session, sheet, people)
        ]
        fitting = [s for s in fitting if (s.id, sheet.batch_id) not in left] or fitting
        made = [s for s in fitting if p.reference(sheet.id) in s.description]
        chosen = _nearest(sheet, made or fitting)
        # Of a group that Moodle does not list (any more) nobody knows the batch.
        sure = all(
            not session.group_id or session.group_id in people.group_names
            for session in by_date.get(sheet.date, ())
        )
        choices[sheet.id] = Choice(chosen, len(fitting), sure)
        if chosen:
            wanted_by.setdefault((chosen.id, sheet.batch_id), []).append(sheet.id)
    for rivals in wanted_by.values():
        if len(rivals) > 1:
            choices.update((rival, Choice(None, len(rivals))) for rival in rivals)
    return choices


def _is_for(session, sheet, people):
    if not session.group_id:
        return True
    return people.batch(session.group_id).record_id == sheet.batch_id


def _nearest(sheet, sessions):
    if len(sessions) < 2 or not sheet.starts:
        return sessions[0] if len(sessions) == 1 else None
    by_distance = sorted(sessions, key=lambda session: abs(session.starts - sheet.starts))
    first, second = (abs(session.starts - sheet.starts) for session in by_distance[:2])
    return by_distance[0] if first < second else None


def new_session(sheet, activities, people, rules):
    """The session to make for a sheet, or ``None`` where the course has not exactly one
    attendance activity, or that one needs a group which the batch does not have.

    :param activities: ``MoodleActivity`` of the course
    :return: ``plan.NewSession`` or ``None``
    """
    if len(activities) != 1:
        return None
    (activity,) = activities
    groups = [group for group, match in people.batches.items() if match.record_id == sheet.batch_id]
    group_id = groups[0] if activity.groupmode and len(groups) == 1 else 0
    if activity.groupmode == SEPARATE_GROUPS and not group_id:
        return None
    starts = sheet.starts or _at_noon(sheet.date, rules.zone)
    duration = sheet.ends - sheet.starts if sheet.ends > sheet.starts else DEFAULT_DURATION
    return p.NewSession(
        sheet_id=sheet.id,
        activity_id=activity.id,
        group_id=group_id,
        starts=starts,
        duration=duration,
        description=f"{sheet.name} {p.reference(sheet.id)}".strip(),
    )


def _at_noon(day, zone):
    moment = datetime(day.year, day.month, day.day, DEFAULT_HOUR)
    return int(pytz.timezone(zone).localize(moment).timestamp())
