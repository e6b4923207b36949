from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime
from odoo.tools.translate import LazyTranslate

from ..services.domain.changes import NEW_SHEET, NOTE
from ..services.domain.moodle_text import clean_name
from ..services.runs.results import RunResult
from ..services.texts import messages_left_out, told
from ..services.texts.messages_counts import counted
from .of_each import count_of_each
from .search_operators import any_of, holds

_lt = LazyTranslate(__name__)

KEEP_DAYS = 90
# In the context of a run that others work on, too.
SHARED = "moodle_shared_run"

STATES = [
    ("running", "Running"),
    ("done", "Done"),
    ("partial", "Partly done"),
    ("skipped", "Skipped"),
    ("failed", "Failed"),
]

# Numbers that a course, or the run itself, adds to.
COUNTERS = (
    "moodle_calls",
    "seconds",
    "sessions_seen",
    "marks_seen",
    "marks_skipped",
    "sessions_older",
    "sessions_early",
    "registers_created",
    "sheets_created",
    "sheets_adopted",
    "sheets_updated",
    "sheets_moved",
    "sheets_cancelled",
    "sheets_restored",
    "sheets_followed",
    "lines_created",
    "lines_updated",
    "lines_put_back",
    "lines_agreed",
    "remarks_updated",
    "types_corrected",
    "marks_pushed",
    "moodle_sessions_created",
    "conflicts_moodle",
    "conflicts_oec",
    "gaps_opened",
    "gaps_closed",
)
# Those of them that say that something was written on either side, as the summary lists them.
WRITTEN = (
    "registers_created", "sheets_created", "sheets_adopted", "sheets_updated", "sheets_moved",
    "sheets_cancelled", "sheets_restored", "sheets_followed", "lines_created", "lines_updated",
    "lines_put_back", "remarks_updated", "types_corrected", "marks_pushed", "moodle_sessions_created",
)  # fmt: skip


class MoodleSyncRun(models.Model):
    """One run for one instance.

    ``running`` -> ``done`` (all courses read), ``partial`` (some failed), ``failed``
    (none could be read), ``skipped`` (a prerequisite is missing). A run that is
    ``running`` while nobody holds the instance's lock was interrupted, or its time
    budget ended; the next one takes up what is queued.
    """

    _name = "moodle.sync.run"
    _inherit = ["moodle.guarded", "moodle.course.queue"]
    _description = "Moodle Sync Run"
    _order = "id desc"
    _rec_name = "started_at"
    _check_company_auto = True
    _fixed_fields = ("instance_id", "report_id")
    _queue_link = "run_id"

    instance_id = fields.Many2one(
        "moodle.instance", "Moodle", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="instance_id.company_id", store=True)
    trigger = fields.Selection(
        [
            ("cron", "Scheduled"),
            ("button", "Sync now"),
            ("preview", "Preview applied"),
            ("shell", "Shell"),
        ],
        "Started by",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Person", readonly=True)
    report_id = fields.Many2one(
        "moodle.sync.report",
        "Preview",
        readonly=True,
        # Without its preview an unfinished run would do whatever there is to do.
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        help="This run did what that preview says and nothing else.",
    )
    direction = fields.Selection(
        [("moodle", "Moodle"), ("oec", "OpenEduCat"), ("both", "Both sides")],
        "Attendance from",
        readonly=True,
    )
    meanings = fields.Char(
        readonly=True, help="Fingerprint of what had been chosen for the letters of Moodle."
    )
    state = fields.Selection(STATES, required=True, default="running", readonly=True, index=True)
    started_at = fields.Datetime("Start", default=fields.Datetime.now, readonly=True)
    ended_at = fields.Datetime("End", readonly=True)
    summary = fields.Text("Summary as it was found", readonly=True)
    skipped_by_reason = fields.Json(readonly=True)
    line_ids = fields.One2many("moodle.sync.report.line", "run_id", "Changes", readonly=True)
    line_count = fields.Integer("Changed", compute="_compute_line_count")
    with_changes = fields.Boolean(
        compute="_compute_with_changes", search="_search_with_changes",
        help="Whether it has written anything on either side, or is still under way.",
    )  # fmt: skip
    sheet_count = fields.Integer("Sheets changed", compute="_compute_sheet_count")
    courses_in_moodle = fields.Integer("Courses in Moodle", readonly=True)
    courses_mapped = fields.Integer("Courses matched", readonly=True)
    courses_quiet = fields.Integer(
        readonly=True, help="Matched courses in which nothing happens, not read this time."
    )
    courses_done = fields.Integer(readonly=True)
    courses_failed = fields.Integer(readonly=True)
    courses_held = fields.Integer(
        readonly=True, help="Courses of those that a person has to look at first."
    )
    errors = fields.Text("Errors as they were found", readonly=True)
    told = fields.Json(
        readonly=True,
        help="What the summary and the errors say, for readers of any language: see told.py.",
    )
    summary_words = fields.Text("Summary", compute="_compute_told")
    errors_words = fields.Text("Errors", compute="_compute_told")
    progress = fields.Float(compute="_compute_progress")
    progress_words = fields.Char("Progress details", compute="_compute_progress")
    clock_offset = fields.Float(
        readonly=True, help="Seconds that Moodle's clock is ahead of Odoo's."
    )

    moodle_calls = fields.Integer("Moodle calls", readonly=True)
    seconds = fields.Float(readonly=True)
    sessions_seen = fields.Integer("Sessions with marks", readonly=True)
    marks_seen = fields.Integer("Marks", readonly=True)
    marks_skipped = fields.Integer("Marks left out", readonly=True)
    sessions_older = fields.Integer("Sessions older than Days back", readonly=True)
    sessions_early = fields.Integer("Sessions before their course's start", readonly=True)
    registers_created = fields.Integer("New registers", readonly=True)
    sheets_created = fields.Integer("New sheets", readonly=True)
    sheets_adopted = fields.Integer("Sheets linked", readonly=True)
    sheets_updated = fields.Integer("Sheets updated", readonly=True)
    sheets_moved = fields.Integer("Sheets moved", readonly=True)
    sheets_cancelled = fields.Integer("Sheets cancelled", readonly=True)
    sheets_restored = fields.Integer("Sheets restored", readonly=True)
    sheets_followed = fields.Integer(
        "Sheets linked to new numbers",
        readonly=True,
        help="Their sessions are in Moodle under new numbers, for example after a restore.",
    )
    lines_created = fields.Integer("New lines", readonly=True)
    lines_updated = fields.Integer("Lines changed in Moodle", readonly=True)
    lines_put_back = fields.Integer("Lines reset to match Moodle", readonly=True)
    lines_agreed = fields.Integer("Equal lines", readonly=True)
    remarks_updated = fields.Integer("Remarks", readonly=True)
    types_corrected = fields.Integer("Attendance types corrected", readonly=True)
    marks_pushed = fields.Integer("Marks sent to Moodle", readonly=True)
    moodle_sessions_created = fields.Integer("Sessions created in Moodle", readonly=True)
    conflicts_moodle = fields.Integer("Conflicts won by Moodle", readonly=True)
    conflicts_oec = fields.Integer("Conflicts won by OpenEduCat", readonly=True)
    gaps_opened = fields.Integer("Gaps opened", readonly=True)
    gaps_closed = fields.Integer("Gaps closed", readonly=True)

    def _compute_line_count(self):
        counts = count_of_each(self, "moodle.sync.report.line", "run_id")
        for run in self:
            run.line_count = counts[run.id]

    @api.depends("state", *WRITTEN)
    def _compute_with_changes(self):
        for run in self:
            run.with_changes = run.state == "running" or any(run[name] for name in WRITTEN)

    @api.model
    def _search_with_changes(self, operator, value):
        written = [[(name, ">", 0)] for name in WRITTEN]
        return holds(any_of([[("state", "=", "running")], *written]), operator, value)

    def action_lines(self):
        self.ensure_one()
        self.check_access("read")
        name = self.env._("Changes")
        return self.env["moodle.sync.report.line"]._shown(name, [("run_id", "=", self.id)])

    def _compute_sheet_count(self):
        sheets = self._sheets()
        for run in self:
            run.sheet_count = len(sheets[run])

    def _sheets(self):
        """The sheets in which each run has changed something; one that it has made is known by
        its session and batch, and of several by its day: Moodle may have given a number out again.

        :return: ``{run: set of ids}``
        """
        lines = self.env["moodle.sync.report.line"]._read_group(
            [("run_id", "in", self.ids), "|", ("sheet_id", "!=", False), ("kind", "=", NEW_SHEET)],
            ["run_id", "sheet_id", "session_id", "batch_id", "day:day"],
        )
        Sheet = self.env["op.attendance.sheet"]
        # An administrator may be no attendance manager.
        sheets = Sheet.has_access("read") and Sheet.search(
            [
                "|",
                ("id", "in", [sheet.id for _run, sheet, *_rest in lines if sheet]),
                "&",
                ("moodle_instance_id", "in", self.instance_id.ids),
                ("moodle_session_id", "in", [line[2] for line in lines if not line[1]]),
            ]
        )
        found = {run: set() for run in self}
        if not sheets:
            return found
        shown = set(sheets.ids)
        made = defaultdict(set)
        for sheet in sheets:
            place = sheet.moodle_instance_id, sheet.moodle_session_id, sheet.batch_id
            for key in (place, (*place, sheet.attendance_date)):
                made[key].add(sheet.id)
        for run, sheet, session, batch, day in lines:
            place = run.instance_id, session, batch
            ids = {sheet.id} & shown if sheet else made.get((*place, day)) or made.get(place, ())
            found[run].update(ids)
        return found

    def action_sheets(self):
        """Without the filter Today, with which OpenEduCat opens its sheets."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openeducat_attendance.act_open_op_attendance_sheet_view"
        )
        return {**action, "domain": [("id", "in", sorted(self._sheets()[self]))], "context": {}}

    @api.depends("summary", "errors", "told", "skipped_by_reason", "courses_mapped")
    @api.depends("courses_in_moodle", *COUNTERS)
    @api.depends_context("lang")
    def _compute_told(self):
        """In the language of who reads it. What an older version wrote down stays as it was
        found."""
        for run in self:
            run.summary_words = run._summary() or run.summary
            run.errors_words = "\n".join(told.tell(run.env, one) for one in run._kept_errors())

    def _summary(self):
        """:return: text, empty as long as the run has not ended"""
        kept = self.told or {}
        if "problem" not in kept:
            return ""
        lines = [told.tell(self.env, kept["problem"])]
        if kept.get("counts"):
            lines.append(self._describe_counts())
        lines += [told.tell(self.env, hint) for hint in kept.get("hints", ())]
        return "\n".join(filter(None, lines))

    def _kept_errors(self):
        """:return: list of sentences, see ``told``"""
        # A run that an older version has begun holds texts.
        return (self.told or {}).get("errors") or (self.errors or "").splitlines()

    @api.depends("started_at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for run in self:
            when = run.started_at
            run.display_name = when and format_datetime(self.env, when, dt_format="medium")

    @api.depends("courses_mapped", "courses_done", "courses_failed", "state", "marks_seen")
    @api.depends_context("lang")
    def _compute_progress(self):
        running = self._origin.filtered(lambda run: run.state == "running")
        noted = self.env["moodle.run.noted"]._numbers(running)
        for run in self:
            more = noted.get(run._origin.id, Counter())
            finished = run.courses_done + run.courses_failed
            finished += more["courses_done"] + more["courses_failed"]
            run.progress_words = (
                self.env._(
                    "%(finished)s of %(courses)s, %(marks)s compared",
                    finished=finished,
                    courses=counted(run.env, "courses", run._courses_wanted()),
                    marks=counted(run.env, "marks", run.marks_seen + more["marks_seen"]),
                )
                if run.courses_mapped
                else self.env._("about to begin")
            )
            run.progress = run._percent(finished, run._courses_wanted())

    def _courses_wanted(self):
        """How many courses this run reads."""
        return self.courses_mapped - self.courses_quiet

    @api.autovacuum
    def _gc_runs(self):
        """A cron every 15 minutes leaves 35,000 runs a year."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([("state", "!=", "running"), ("started_at", "<", limit)]).unlink()

    # --- what the service tells -------------------------------------------------

    def _enqueue(self, course_ids, in_moodle, quiet=0):
        """Queue the courses, or find those that are left from before.

        :param quiet: number of those that are matched, too, and are not read this time
        :return: ids of the courses to be done now
        """
        if self._queue_up(courses=course_ids):
            self.write(
                {
                    "courses_mapped": len(course_ids) + quiet,
                    "courses_in_moodle": in_moodle,
                    "courses_quiet": quiet,
                }
            )
        return set(self._left())

    def _shared(self, run_id):
        """:param run_id: of a run that others work on, too
        :return: the run for whoever does so, see :meth:`_gain`; none if it has ended or can't
            go on
        """
        run = self.browse(run_id).exists().filtered(lambda run: run.state == "running")
        stopped = self.env["moodle.run.noted"]._problem(run) if run else False
        return self.browse() if stopped else run.with_context(**{SHARED: True})

    def _outdated(self):
        """:return: sentence that says why this run must not go on, or ``None``"""
        instance = self.instance_id
        if self.direction != instance.sync_attendance_from:
            return _lt("The direction was changed meanwhile.")
        if (self.meanings or "") != instance._meanings_fingerprint():
            return _lt("The meaning of a letter was changed meanwhile.")
        return None

    def _hand_over(self, portions):
        """Have jobs do the courses.

        :param portions: tuple of tuples of ids of Moodle courses
        :return: whether they do; without any, see ``queue_jobs.py``, nobody does
        """
        return False

    def _jobs_at_work(self):
        """Whether jobs do the courses of this run."""
        return False

    def _keep_hints(self, clock_offset, hints, gone=()):
        """For whoever will complete the run. See :meth:`_complete`.

        :param gone: see ``chosen_courses.note_left``
        """
        kept = {name: value for name, value in (self.told or {}).items() if name != "gone"}
        kept["hints"] = [told.keep(hint) for hint in hints]
        if gone:
            kept["gone"] = sorted(gone)
        self.write({"clock_offset": clock_offset or 0, "told": kept})

    def _kept_hints(self):
        return list((self.told or {}).get("hints", ()))

    def _kept_gone(self):
        return list((self.told or {}).get("gone", ()))

    def _approved_plans(self):
        """Of the preview that this run applies: ``{Moodle course id: fingerprint of its
        plan}``; ``None`` for a run that does whatever there is to do."""
        if not self.report_id:
            return None
        return {int(course): plan for course, plan in (self.report_id.fingerprints or {}).items()}

    def _count(self, **numbers):
        self._gain(numbers)

    def _gain(self, numbers, skipped=None, errors=(), problem=None):
        """Add something to the run; of several processes that share it, each notes what the one
        that has it to itself gathers.

        :param numbers: ``{name of a field: number}``
        :param skipped: ``{reason: marks left out}``
        :param errors: list of sentences, see ``told``
        :param problem: sentence because of which the run can't go on
        """
        self.ensure_one()
        if self.env.context.get(SHARED):
            gained = {
                "numbers": {name: number for name, number in numbers.items() if number},
                "skipped": dict(skipped or {}),
                "errors": [told.keep(error) for error in errors],
                "problem": problem and told.keep(problem),
            }
            gained = {name: value for name, value in gained.items() if value}
            if gained:
                self.env["moodle.run.noted"]._note(self, gained)
            return
        values = {name: self[name] + number for name, number in numbers.items() if number}
        if skipped:
            left_out = Counter(self.skipped_by_reason or {})
            left_out.update(skipped)
            values["skipped_by_reason"] = dict(left_out)
        if errors:
            kept = [*self._kept_errors(), *errors]
            values["told"] = {**(self.told or {}), "errors": kept}
            lines = [self.errors] if self.errors else []
            values["errors"] = "\n".join([*lines, *(told.tell(self.env, one) for one in errors)])
        if values:
            self.write(values)

    def _gather(self):
        """Add what others have noted. Whoever does it has the instance's lock for itself.

        :return: sentence because of which the run can't go on, see ``told``, or ``None``
        """
        noted = self.env["moodle.run.noted"]._take(self)
        numbers, skipped, errors, problems = Counter(), Counter(), [], []
        for gained in noted:
            numbers.update(gained.get("numbers", {}))
            skipped.update(gained.get("skipped", {}))
            errors += gained.get("errors", ())
            problems += filter(None, [gained.get("problem")])
        self._gain(numbers, skipped, errors)
        return problems[0] if problems else None

    def _course_done(self, course, outcome, calls):
        """In the transaction of what was done: a killed run repeats neither.

        :param course: ``MoodleCourse``
        :param outcome: ``CourseOutcome``
        :param calls: of Moodle, since they were last counted
        """
        plan = outcome.plan
        self._done_with(course.id)
        numbers = {
            "courses_done": 1,
            "moodle_calls": calls,
            **_seen(plan),
            **outcome.done,
        }
        self._gain(numbers, plan.skipped)
        Line = self.env["moodle.sync.report.line"]
        Line._note({"run_id": self.id}, course, [c for c in outcome.changes if c.kind != NOTE])

    def _courses_unchanged(self, found):
        """Courses that need not be read: Moodle says that they are as they were.

        :param found: list of ``digests.Unchanged``
        """
        if not found:
            return
        numbers, skipped = Counter(courses_done=len(found)), Counter()
        for course in found:
            numbers.update(_seen(course.idle.plan))
            skipped.update(course.idle.skipped)
        self._done_with_all([course.course_id for course in found])
        self._gain(numbers, skipped)
        mappings = self.env["moodle.mapping"].browse([course.mapping_id for course in found])
        mappings._found_unchanged()
        units = [course.course_id for course in found if course.idle.gaps]
        self.env["moodle.sync.gap"]._meet_again(self.instance_id, self, units)

    def _course_failed(self, course_id, course_name, sentence, held=False):
        """:param course_name: as Moodle has it, or a sentence
        :param sentence: what was wrong, see ``told``
        :param held: whether it waits for a person, and nothing was wrong with Moodle
        """
        name = clean_name(course_name) if isinstance(course_name, str) else course_name
        failed = told.joined(": ", name, sentence)
        self._done_with(course_id)
        self._gain({"courses_failed": 1, "courses_held": int(held)}, errors=[failed])

    def _complete(self, clock_offset, hints=()):
        """:param hints: what a person should know though nothing has failed, see ``told``"""
        self.clock_offset = clock_offset or 0
        if not self.courses_failed:
            self._finish("done", "", hints=hints)
        else:
            problem = told.joined("\n", *self._kept_errors())
            self._finish("partial" if self.courses_done else "failed", problem)

    def _finish(self, state, problem, waits=False, hints=()):
        """:param problem: what an administrator has to know, see ``told``, or an empty text
        :param waits: whether it was skipped until a person has looked
        :param hints: see :meth:`_complete`
        """
        self.ensure_one()
        kept = told.keep(problem)
        self._no_more()
        self.write(
            {
                "state": state,
                "ended_at": fields.Datetime.now(),
                "told": {
                    **(self.told or {}),
                    "problem": kept,
                    "counts": bool(self.courses_mapped or not kept),
                    "hints": [told.keep(hint) for hint in hints],
                },
            }
        )
        self.summary = self._summary()
        instance = self.instance_id
        if state == "done":
            values = {"last_success": self.ended_at, "error_message": False, "error_told": False}
        else:
            values = {"error_message": told.tell(self.env, kept), "error_told": kept}
        if state == "done" or self.courses_done:
            values["failing_since"] = False
        elif state in ("failed", "skipped") and not waits and not self._only_held():
            values["failing_since"] = instance.failing_since or self.ended_at
        changed = {name: value for name, value in values.items() if instance[name] != value}
        if "error_message" in changed:
            # The two are written together: a message alone ends what was told before it.
            changed["error_told"] = values["error_told"]
        if changed:
            instance.write(changed)

    def _only_held(self):
        """Whether Moodle was read and each course waits for a person."""
        return bool(self.courses_held) and self.courses_held == self.courses_failed

    def _tell_end(self):
        """Whoever has started it looks at something else since."""
        self.ensure_one()
        here = self.with_context(lang=self.user_id.lang)
        states = dict(here._fields["state"]._description_selection(here.env))
        problem = told.tell(here.env, (self.told or {}).get("problem"))
        message = here.env._(
            "%(state)s: %(what)s",
            state=states[self.state],
            what=problem or f"{here.progress_words}.",
        )
        kinds = {"done": "success", "failed": "danger"}
        self.instance_id._tell(self.user_id, message, kinds.get(self.state, "warning"))

    # --- in words ---------------------------------------------------------------

    def _result(self):
        self.ensure_one()
        message = self.summary_words
        if self.state == "running":
            message = self.env._(
                "%(finished)s of %(courses)s.",
                finished=self.courses_done + self.courses_failed,
                courses=counted(self.env, "courses", self._courses_wanted()),
            )
        return RunResult(
            instance=self.instance_id.name,
            state=self.state,
            message=message or "",
            run_id=self.id,
            counters={name: self[name] for name in (*COUNTERS, "courses_done", "courses_failed")},
        )

    def _describe_counts(self):
        """What was read and written, in a few lines."""
        lines = [
            self.env._(
                "%(mapped)s of %(courses)s matched; %(sessions)s with %(marks)s.",
                mapped=self.courses_mapped,
                courses=counted(self.env, "moodle_courses", self.courses_in_moodle),
                sessions=counted(self.env, "sessions", self.sessions_seen),
                marks=counted(self.env, "marks", self.marks_seen),
            )
        ]
        if not self.courses_mapped:
            lines.append(
                self.env._(
                    "No course is matched yet: in Moodle, give courses the ID number "
                    "oec_subj_…_course_… or the short name SUBJECTCODE_COURSECODE, or map them "
                    "manually."
                )
            )
        written = ", ".join(counted(self.env, name, self[name]) for name in WRITTEN if self[name])
        lines.append(
            self.env._("Written: %s.", written)
            if written
            else self.env._("There was nothing to write.")
        )
        if self.skipped_by_reason:
            lines.append(
                self.env._(
                    "Marks left out: %s.",
                    messages_left_out.skipped(self.env, self.skipped_by_reason),
                )
            )
        lines += messages_left_out.not_looked_at(self.env, self.sessions_older, self.sessions_early)
        if self.conflicts_moodle or self.conflicts_oec:
            lines.append(
                self.env._(
                    "%(moodle)s won by Moodle, %(oec)s by OpenEduCat (the later change counts).",
                    moodle=counted(self.env, "conflicts", self.conflicts_moodle),
                    oec=self.conflicts_oec,
                )
            )
        if self.gaps_opened or self.gaps_closed:
            lines.append(
                self.env._(
                    "Gaps: %(opened)s opened, %(closed)s closed.",
                    opened=self.gaps_opened,
                    closed=self.gaps_closed,
                )
            )
        return "\n".join(lines)


def _seen(plan):
    """What was looked at.

    :param plan: ``CoursePlan``
    :return: ``{name of a field: number}``
    """
    return {
        "sessions_seen": plan.sessions_seen,
        "marks_seen": plan.marks_seen,
        "marks_skipped": sum(plan.skipped.values()),
        "sessions_older": plan.sessions_older,
        "sessions_early": plan.sessions_early,
    }
