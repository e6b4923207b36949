"""What a call from a shell or a script gets back: values that print well."""

from collections import Counter
from dataclasses import dataclass, field

from ..domain import plan as p
from ..texts import messages_gaps, told
from ..texts import messages_report as words


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
    """What would be done with one course (``plan``), or why it can't be read.

    ``held``: each ``plan.Gap`` because of which a run does less than that, until a person lets
    it through. ``told``: what ``error`` says, for whoever reads another language.
    """

    course: str
    plan: p.CoursePlan | None = None
    error: str = ""
    held: tuple = ()
    told: dict | None = None


class PlanReport(tuple):
    """:class:`CourseReport` of each course of one or several instances.

    ``problem`` says why there are none, where the instance can't be read at all.
    """

    problem = ""

    def bind(self, env, problem=""):
        self.env, self.problem = env, problem
        return self

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
            yield f"{report.course}: {told.shown(self.env, report.told, report.error)}"
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
            yield "  " + words.new_sessions(self.env, len(plan.new_sessions))
        if plan.cancelled:
            yield "  " + words.cancelled(self.env, len(plan.cancelled))
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
            f"{counts[action]} {self.env._(text)}"
            for action, text in words.LINES.items()
            if counts[action]
        ]
        yield from found or [self.env._(words.DETAILS)]


def _differences(plan):
    """Sheets and lines that do not say what Moodle says; notes of our own don't count."""
    lines = plan.line_actions()
    lines.pop(p.AGREE, None)
    moved = sum(sheet.moved for sheet in plan.sheets())
    return sum(lines.values()) + len(plan.cancelled) + len(plan.pushes) + moved
