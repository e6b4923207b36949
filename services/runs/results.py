"""What a call from a shell or a script gets back: values that print well."""

from collections import Counter
from dataclasses import dataclass, field

from ..domain import plan as p
from ..texts import messages_gaps, told
from ..texts import messages_report as words
from ..texts.messages_counts import counted


@dataclass(frozen=True)
class RunResult:
    """One run of one instance.

    ``state`` is a state of ``moodle.sync.run``, or ``busy`` where another run held the
    instance and nothing was done. ``counters`` are the run's numbers by field name.
    """

    instance: str
    state: str
    message: str
    run_id: int = 0
    counters: dict = field(default_factory=dict)

    def __str__(self):
        return f"{self.instance}: {self.state}. {self.message}"


class SyncResult(tuple):
    """The :class:`RunResult` of each instance; prints one paragraph each."""

    def __str__(self):
        return "\n\n".join(map(str, self)) or "No Moodle instance."

    __repr__ = __str__


@dataclass(frozen=True)
class CourseReport:
    """What would be done with one course (``plan``), or why it can't be read (``told``, a
    sentence that is kept, see there).

    ``held``: each ``plan.Gap`` because of which a run does less than that, until a person lets
    it through.
    """

    course: str
    plan: p.CoursePlan | None = None
    told: dict | None = None
    held: tuple = ()


class PlanReport(tuple):
    """:class:`CourseReport` of each course of one or several instances; prints one paragraph
    each, in the language of ``env``.

    ``problem`` says why there are none, where the instance can't be read at all.
    """

    def __new__(cls, reports, env, problem=""):
        report = super().__new__(cls, reports)
        report.env, report.problem = env, problem
        return report

    @property
    def differences(self):
        """Number of sheets and lines that differ between the two sides."""
        return sum(_differences(report.plan) for report in self if report.plan)

    def __str__(self):
        if self.problem:
            return self.problem
        return "\n".join(line for report in self for line in self._lines(report))

    __repr__ = __str__

    def _lines(self, report):
        if report.plan is None:
            yield f"{report.course}: {told.tell(self.env, report.told)}"
            return
        plan = report.plan
        for gap in report.held:
            yield f"{report.course}: " + messages_gaps.describe(self.env, gap)
        if plan.empty:
            yield f"{report.course}: " + self.env._(words.NOTHING)
        else:
            yield f"{report.course}:"
        for session in plan.sessions:
            for sheet in session.sheets:
                what = ", ".join(self._sheet_words(sheet))
                yield f"  {sheet.date.isoformat()} ({session.session_id}): {what}"
        for session_id, pushes in p.by_session(plan.pushes).items():
            marks = Counter(push.status for push in pushes)
            sent = ", ".join(f"{number} {status}" for status, number in sorted(marks.items()))
            yield "  " + words.to_moodle(self.env, session_id, sent)
        if plan.new_sessions:
            yield "  " + counted(self.env, "sessions_to_create", len(plan.new_sessions))
        if plan.cancelled:
            yield "  " + counted(self.env, "sheets_to_cancel", len(plan.cancelled))
        if plan.skipped:
            yield "  " + words.left_out(self.env, plan.skipped)

    def _sheet_words(self, sheet):
        if not sheet.sheet_id:
            yield self.env._(words.NEW)
        elif sheet.unlinked:
            yield self.env._(words.UNLINKED)
        elif sheet.restored:
            yield self.env._(words.RESTORED)
        elif "moodle_session_id" in sheet.values:
            yield self.env._(words.LINKED)
        elif sheet.moved:
            yield self.env._(words.MOVED)
        counts = p.CoursePlan(sessions=(p.SessionPlan(0, 0, (sheet,)),)).line_actions()
        found = [
            counted(self.env, what, counts[action])
            for action, what in words.LINES.items()
            if counts[action]
        ]
        yield from found or [self.env._(words.DETAILS)]


def _differences(plan):
    """Sheets and lines that do not say what Moodle says; notes of our own don't count."""
    lines = plan.line_actions()
    lines.pop(p.AGREE, None)
    moved = sum(sheet.moved for sheet in plan.sheets())
    return sum(lines.values()) + len(plan.cancelled) + len(plan.pushes) + moved
