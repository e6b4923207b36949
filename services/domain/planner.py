"""(what Moodle holds, what OpenEduCat holds, who is who, rules) -> plan.

Pure: no network, no database, no clock. This file is the table of contents: each step is a
rule in a file of its own, takes values and gives values back. What a rule meets beside that, a
gap or a mark that is left out, it notes on the ``Findings`` that it is handed.
"""

from . import plan as p
from .adopting import Adopted, adopt, report_misplaced, with_their_lines
from .changed_keys import report_changed_keys
from .course_index import CourseIndex
from .findings import Findings
from .following import follow
from .gone import (
    deleted_sessions,
    report_hidden_people,
    report_lacking,
    report_odd,
    report_unreadable,
)
from .manual_sheets import link
from .matching import People
from .merge import OEC
from .misdated import report_misdated
from .placing import placed_marks
from .records import CourseReading, LocalState
from .sheet_plans import session_work
from .window import Rules, counted


def plan_course(
    reading: CourseReading, local: LocalState, people: People, rules: Rules
) -> p.CoursePlan:
    """What a run is going to do with one Moodle course, which the first three are of."""
    index = CourseIndex.of(reading, local, people, rules)
    findings = Findings(reading.course.id)

    # What has come back under other numbers.
    following = follow(index, local, findings)
    rules, in_doubt = following.rules, following.waiting.sessions
    if following.matters:
        index = CourseIndex.of(reading, following.local, people, rules, following.waiting)

    # Which sessions count, and which sheets without a session are theirs.
    looked_at = counted(reading.sessions, reading.course, index.sheets_of_session, rules)
    links = link(index, looked_at.sessions, findings)
    index = index.linked(links.sheets_of_session)

    # What their marks say, of whom, and in which sheet that belongs.
    left = [one for one in looked_at.sessions if one.id in in_doubt]
    findings.skip("in_doubt", sum(len(session.marks) for session in left))
    sessions = [one for one in looked_at.sessions if one.id not in in_doubt]
    known = [one for one in sessions if not people.group_waits(one.group_id)]
    placed = [placed_marks(index, session, findings) for session in known]
    adopted = Adopted()
    if rules.direction != OEC:
        # A sheet may be of a session that waits; of its marks nothing is told.
        untold = Findings(reading.course.id)
        may_need = [one for one in left if not people.group_waits(one.group_id)]
        rivals = [placed_marks(index, session, untold) for session in may_need]
        adopted = adopt(index, links.linked, placed, findings, rivals)
        placed = [with_their_lines(index, one, adopted, findings) for one in placed]

    # What each sheet and its lines need, and what Moodle needs.
    work = [
        session_work(index, one, links.superseded.get(one.session.id, ()), adopted, findings)
        for one in placed
    ]

    # Whose key has changed; what Moodle has no more, or does not show.
    report_changed_keys(index, sessions, findings)
    report_misplaced(index, adopted.ids, findings)
    gone = deleted_sessions(index, findings)
    report_unreadable(index, findings)
    report_odd(index, looked_at.sessions, findings)
    report_misdated(index, reading.sessions, findings)
    report_hidden_people(index, looked_at.sessions, findings)
    report_lacking(index, findings)

    return p.CoursePlan(
        sessions=tuple(done.plan for done in work if done.plan.sheets),
        cancelled=gone.cancelled,
        gaps=findings.gaps,
        skipped=findings.skipped,
        sessions_seen=sum(bool(session.marks) for session in looked_at.sessions),
        marks_seen=sum(len(session.marks) for session in looked_at.sessions),
        pushes=tuple(push for done in work for push in done.pushes),
        new_sessions=links.new_sessions,
        conflicts=tuple(conflict for done in work for conflict in done.conflicts),
        sessions_older=looked_at.older,
        sessions_early=looked_at.early,
        emptied=gone.emptied,
        followed=following.followed,
        waiting=following.waiting,
        misplaced=frozenset(index.misplaced) - adopted.ids,
    )
