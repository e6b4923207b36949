"""What Moodle does not show: sessions that were deleted, activities that were emptied, and
answers that can't be used. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import brake, linking, merge
from . import plan as p
from .course_index import CourseIndex
from .findings import Findings
from .gaps import REASONS
from .records import MoodleSession, Sheet
from .window import Rules


@dataclass(frozen=True)
class Gone:
    """* ``cancelled``: ids of sheets to cancel;
    * ``emptied``: tuple of ``plan.Emptied``.
    """

    cancelled: tuple[int, ...] = ()
    emptied: tuple[p.Emptied, ...] = ()


def deleted_sessions(index: CourseIndex, findings: Findings) -> Gone:
    """Sheets whose session is gone are cancelled, if its activity could be listed whole. Where
    that holds no session at all any more, they wait for a person.

    :param findings: gets what waits
    """
    reading = index.reading
    activities = {activity.id for activity in reading.activities}
    odd_activities = {r.id for r in reading.odd if r.what == "activity"}
    odd_sessions = {r.activity_id for r in reading.odd if r.what == "session"}
    holding = {session.activity_id for session in reading.sessions} | odd_sessions
    cancelled: list[int] = []
    emptied: dict[int, list[Sheet]] = {}
    removed: dict[int, list[Sheet]] = {}
    for sheet, activity in _without_their_session(index):
        listed = activity in reading.listed
        if listed and index.rules.direction != merge.OEC:
            if activity in holding:
                cancelled.append(sheet.id)
            else:
                emptied.setdefault(activity, []).append(sheet)
        elif listed or sheet.session_id in reading.gone:
            session_gone(sheet, findings)
        elif (
            reading.listed_all
            and activity not in activities
            and not odd_activities & {0, activity}
            # Others are read only to see whether they follow.
            and index.rules.in_window(sheet.date)
        ):
            removed.setdefault(activity, []).append(sheet)
    waiting = []
    for why, found in (("activity_emptied", emptied), ("activity_gone", removed)):
        for activity, sheets in sorted(found.items()):
            one = _emptied(index, activity, sheets)
            waiting.append(one)
            if _may_cancel(one, index.rules):
                cancelled += one.sheets
            else:
                _tell_emptied(index, one, why, findings)
    return Gone(tuple(cancelled), tuple(waiting))


def _without_their_session(index: CourseIndex) -> list[tuple[Sheet, int]]:
    """:return: sheets that are not cancelled and do not wait, of sessions of this course that
    Moodle does not list and has not failed to deliver, each with the id of its activity
    """
    reading = index.reading
    here = set(index.sessions)
    here |= {item.session_id for item in reading.unreadable}
    here |= {record.id for record in reading.odd if record.what == "session"}
    return [
        (sheet, sheet.seen.activity_id)
        for sheet in index.local.sheets
        if sheet.session_id
        and sheet.session_id not in here
        and sheet.state != "cancel"
        and sheet.seen
        and sheet.seen.course_id == reading.course.id
        and sheet.id not in index.waiting.sheets
        and not linking.is_detached(sheet)
    ]


def session_gone(sheet: Sheet, findings: Findings) -> None:
    """Note a sheet that is left as it is, though its session does not exist any more."""
    findings.gap(
        "session_gone",
        f"session:{sheet.session_id}",
        {"sheet": sheet.name, "day": sheet.date.isoformat()},
        moodle_id=sheet.session_id,
        record=("op.attendance.sheet", sheet.id),
    )


def _emptied(index: CourseIndex, activity: int, sheets: Sequence[Sheet]) -> p.Emptied:
    marks = sum(len(index.lines(sheet.id)) for sheet in sheets)
    return p.Emptied(activity, tuple(sorted(sheet.id for sheet in sheets)), marks)


def _may_cancel(emptied: p.Emptied, rules: Rules) -> bool:
    """Whether a person lets the sheets of an activity be cancelled."""
    what = brake.activity_key(emptied.activity_id)
    return rules.direction != merge.OEC and rules.allowance.covers(what, emptied.numbers)


def _tell_emptied(index: CourseIndex, emptied: p.Emptied, why: str, findings: Findings) -> None:
    activity, can_cancel = emptied.activity_id, index.rules.direction != merge.OEC
    what = brake.activity_key(activity)
    name = index.activity_names.get(activity) or activity
    findings.gap(
        why if can_cancel else "activity_gone_here",
        what,
        {"activity": name, "sheets": len(emptied.sheets), "marks": emptied.marks},
        moodle_id=activity,
        marks=emptied.marks,
        allows={what: emptied.numbers} if can_cancel else {},
    )


def report_unreadable(index: CourseIndex, findings: Findings) -> None:
    """Note sessions, and whole activities, that Moodle could not deliver."""
    for item in index.reading.unreadable:
        name = index.activity_name(item)
        if item.session_id:
            sheets = index.sheets_of_session.get(item.session_id)
            findings.gap(
                "unreadable_session",
                f"session:{item.session_id}",
                {"activity": name, "day": sheets[0].date.isoformat() if sheets else ""},
                moodle_id=item.session_id,
            )
        else:
            findings.gap(
                "unreadable_activity",
                f"activity:{item.activity_id}",
                {"activity": name},
                moodle_id=item.activity_id,
            )
    for failed in index.reading.failed:
        findings.gap(
            "activity_failed",
            f"activity:{failed.activity_id}",
            {
                "activity": index.activity_names.get(failed.activity_id) or failed.activity_id,
                "words": failed.words,
            },
            moodle_id=failed.activity_id,
        )


def report_odd(index: CourseIndex, sessions: Iterable[MoodleSession], findings: Findings) -> None:
    """Note what an answer held and nothing can be made of, each by itself.

    :param sessions: ``MoodleSession`` that are looked at
    """
    for record in (*index.reading.odd, *(record for s in sessions for record in s.odd)):
        why, marks = f"odd_{record.what}", int(record.what == "mark")
        activity = index.activity_names.get(record.activity_id, "")
        findings.gap(
            why,
            f"odd:{record.what}:{record.where}:{record.id}",
            # What it is the number of is called otherwise in each.
            REASONS[why].by_name((record.id, record.reason, activity, record.where)),
            moodle_id=record.id,
            marks=marks,
        )
        findings.skip("odd", marks)


def report_hidden_people(
    index: CourseIndex, sessions: Sequence[MoodleSession], findings: Findings
) -> None:
    """Note that nobody is listed where somebody has to be: in a course with separate groups
    Moodle does so to an account that may not see all groups, without an error."""
    if not index.reading.people_listed and any(s.user_ids or s.marks for s in sessions):
        marks = sum(len(session.marks) for session in sessions)
        findings.gap("people_hidden", "people", marks=marks)


def report_lacking(index: CourseIndex, findings: Findings) -> None:
    """Note what Moodle has left out for want of a right."""
    if index.reading.lacking:
        rights = ", ".join(index.reading.lacking)
        findings.gap("rights_lacking", "rights", {"rights": rights})
