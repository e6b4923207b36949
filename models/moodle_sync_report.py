from collections import Counter
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..services.domain import changes as c
from ..services.domain import plan as p
from ..services.domain.moodle_text import clean_name
from ..services.openeducat.local_store import moment
from ..services.texts import messages_left_out, told
from ..services.texts.messages_counts import counted
from ..services.texts.messages_dates import with_days
from .session_time import time_of_day

KEEP_DAYS = {"preview": 7, "verify": 400}

CHANGES = [
    (c.NEW_SHEET, "New sheet"),
    (c.NEW_LINE, "New line"),
    (c.UPDATE, "Changed in Moodle"),
    (c.PUT_BACK, "Reset to match Moodle"),
    (c.REMARK, "Remark"),
    (c.TYPE, "Attendance type corrected"),
    (c.PUSH, "Sent to Moodle"),
    (c.NEW_SESSION, "New session in Moodle"),
    (c.MOVE_SHEET, "Sheet moved"),
    (c.CANCEL_SHEET, "Sheet cancelled"),
    (c.RESTORE_SHEET, "Sheet restored"),
    (c.LINK_SHEET, "Sheet linked"),
    (c.FOLLOW_SHEET, "New session number"),
    (c.NOTE, "Equal on both sides"),
]
# Which number of a report counts the marks of which entries.
COUNTED = {
    c.NEW_SHEET: "marks_new",
    c.NEW_LINE: "marks_new",
    c.UPDATE: "marks_changed",
    c.REMARK: "remarks",
    c.TYPE: "types_corrected",
    c.PUT_BACK: "marks_put_back",
    c.PUSH: "marks_pushed",
    c.NEW_SESSION: "sessions_new",
    c.MOVE_SHEET: "sheets_moved",
    c.CANCEL_SHEET: "sheets_cancelled",
    c.RESTORE_SHEET: "sheets_restored",
    c.FOLLOW_SHEET: "sheets_followed",
}
ONE_EACH = {c.NEW_SESSION, c.MOVE_SHEET, c.CANCEL_SHEET, c.RESTORE_SHEET, c.FOLLOW_SHEET}


class MoodleSyncReport(models.Model):
    """What a run would do, course by course: a preview that can be applied, or a
    verification that is only looked at. The planner's result, written down."""

    _name = "moodle.sync.report"
    _inherit = ["moodle.guarded", "moodle.course.queue"]
    _description = "Moodle Preview"
    _order = "id desc"
    _rec_name = "started_at"
    _fixed_fields = ("instance_id", "kind")
    _queue_link = "report_id"

    instance_id = fields.Many2one(
        "moodle.instance", "Moodle", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="instance_id.company_id", store=True)
    kind = fields.Selection(
        [("preview", "Preview"), ("verify", "Verification")], required=True, readonly=True
    )
    direction = fields.Selection(
        [("moodle", "Moodle"), ("oec", "OpenEduCat"), ("both", "Both sides")],
        "Attendance from",
        required=True,
        readonly=True,
    )
    setup_step = fields.Selection(related="instance_id.setup_step")
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="running",
        readonly=True,
        index=True,
    )
    user_id = fields.Many2one("res.users", "Requested by", readonly=True)
    started_at = fields.Datetime("Start", default=fields.Datetime.now, readonly=True)
    ended_at = fields.Datetime("End", readonly=True)
    course_id = fields.Integer(
        "Moodle course number", readonly=True, help="The only course checked; 0: all of them."
    )
    problem = fields.Text("Problem as it was found", readonly=True)
    held = fields.Text("Held back, as it was found", readonly=True)
    told = fields.Json(
        readonly=True,
        help="What the problem is and what is held back, for readers of any language: see told.py.",
    )
    problem_words = fields.Text("Problem", compute="_compute_told")
    held_words = fields.Text(
        "Held back",
        compute="_compute_told",
        help="What a run leaves alone until a person allows it.",
    )
    fingerprints = fields.Json(readonly=True, help="Of each course's plan: what Apply may do.")
    courses_total = fields.Integer("Courses", readonly=True)
    courses_done = fields.Integer("Courses checked", readonly=True)
    progress = fields.Float(compute="_compute_progress")
    line_ids = fields.One2many("moodle.sync.report.line", "report_id", readonly=True)
    differences = fields.Integer(
        readonly=True, help="Marks, sheets and sessions that differ between the two sides."
    )
    marks_new = fields.Integer("New marks", readonly=True)
    marks_changed = fields.Integer("Marks changed in Moodle", readonly=True)
    marks_put_back = fields.Integer("Marks reset to match Moodle", readonly=True)
    marks_pushed = fields.Integer("Marks sent to Moodle", readonly=True)
    remarks = fields.Integer(readonly=True)
    types_corrected = fields.Integer("Attendance types corrected", readonly=True)
    marks_left_out = fields.Integer(readonly=True)
    left_out = fields.Json(readonly=True, help="Marks left out, by reason.")
    left_out_words = fields.Text("Left out", compute="_compute_left_out_words")
    gaps_met = fields.Integer("Gaps found", readonly=True)
    gap_letters = fields.Json(readonly=True, help="Keys of the letters without a meaning.")
    marks_in_gaps = fields.Integer(readonly=True)
    sessions_older = fields.Integer("Sessions older than Days back", readonly=True)
    sessions_early = fields.Integer("Sessions before the course's start", readonly=True)
    courses_unmatched = fields.Integer("Courses with attendance and no match", readonly=True)
    result_words = fields.Text("Result", compute="_compute_result_words")
    sessions_new = fields.Integer("Sessions created in Moodle", readonly=True)
    sheets_moved = fields.Integer("Sheets moved", readonly=True)
    sheets_cancelled = fields.Integer("Sheets cancelled", readonly=True)
    sheets_restored = fields.Integer("Sheets restored", readonly=True)
    sheets_followed = fields.Integer("Sheets linked to new numbers", readonly=True)
    run_ids = fields.One2many("moodle.sync.run", "report_id", "Runs", readonly=True)
    applied_run_id = fields.Many2one(
        "moodle.sync.run", "Applied on", compute="_compute_applied_run_id",
        help="The run that applied this preview, by its start.",
    )  # fmt: skip

    @api.depends("kind", "instance_id", "started_at")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for report in self:
            when = report.started_at and format_datetime(
                self.env, report.started_at, dt_format="medium"
            )
            report.display_name = " ".join(filter(None, [kinds.get(report.kind), when]))

    @api.depends("courses_total", "courses_done", "state")
    def _compute_progress(self):
        for report in self:
            report.progress = report._percent(report.courses_done, report.courses_total)

    @api.depends("problem", "held", "told")
    @api.depends_context("lang")
    def _compute_told(self):
        """In the language of who reads it. What an older version wrote down stays as it was
        found."""
        for report in self:
            report.problem_words = report._told("problem")
            report.held_words = report._told("held")

    def _told(self, name):
        """:param name: ``problem`` or ``held``"""
        # sudo: the names that a sentence holds stand in what was written down, too.
        env = self.sudo().env
        return "\n".join(told.tell(env, one) for one in self._kept(name))

    def _kept(self, name):
        """:return: list of sentences, see ``told``"""
        # A report that an older version has begun holds texts.
        return (self.told or {}).get(name) or (self[name] or "").splitlines()

    def _with_told(self, name, sentences):
        """:param sentences: to be put behind those that are kept
        :return: values
        """
        new = [told.keep(one) for one in sentences]
        lines = [told.tell(self.env, one) for one in new]
        return {
            "told": {**(self.told or {}), name: [*self._kept(name), *new]},
            name: "\n".join(filter(None, [self[name], *lines])),
        }

    @api.depends("left_out")
    @api.depends_context("lang")
    def _compute_left_out_words(self):
        for report in self:
            report.left_out_words = messages_left_out.skipped(self.env, report.left_out or {})

    @api.depends("run_ids")
    def _compute_applied_run_id(self):
        for report in self:
            report.applied_run_id = report.run_ids.sorted("id")[:1]

    @api.depends("state", "problem", "differences", "marks_in_gaps", "gaps_met", "marks_left_out")
    @api.depends_context("lang")
    def _compute_result_words(self):
        """What an end without differences means: not that nothing is left out."""
        for report in self:
            equal = report.state == "done" and not report.problem and not report.differences
            report.result_words = equal and messages_left_out.equal_except(
                self.env, report.marks_in_gaps, report.gaps_met, report.marks_left_out
            )

    # --- for people ---------------------------------------------------------------

    def action_apply(self):
        """Do exactly what stands here, wherever nothing has moved meanwhile. While the set-up
        is open, this finishes it: from here on the schedule does the rest."""
        self.ensure_one()
        self.check_access("read")
        instance = self.instance_id
        instance._check_may_sync()
        finishing = bool(instance.setup_step)
        if finishing:
            instance.check_access("write")
        if self.kind != "preview" or self.state != "done":
            raise UserError(self.env._("Only a finished preview can be applied."))
        if self.run_ids:
            raise UserError(self.env._("This preview has already been applied. Make a new one."))
        if not self.fingerprints:
            raise UserError(self.env._("No course could be checked, so there is nothing to apply."))
        if self.direction != instance.sync_attendance_from:
            raise UserError(
                self.env._("The direction was changed since this preview. Make a new one.")
            )
        answer = instance._sync_by_button(report=self, finishing=finishing)
        if self.held:
            instance._note_let_through("", self.held_words)
        return answer

    def action_setup(self):
        """Back to the set-up that this was looked at for."""
        self.ensure_one()
        self.check_access("read")
        instance = self.instance_id
        instance.check_access("write")
        instance._check_in_setup()
        return instance.action_setup() if self.run_ids else instance._setup_dialog()

    def action_lines(self):
        self.ensure_one()
        self.check_access("read")
        return self.env["moodle.sync.report.line"]._shown(
            self.display_name, [("report_id", "=", self.id)]
        )

    def _words(self):
        """The numbers in a list, for where the report itself is not shown."""
        self.ensure_one()
        names = [name for name in dict.fromkeys(COUNTED.values()) if self[name]]
        labels = self.fields_get(names, ["string"])
        items = [f"{labels[name]['string']}: {self[name]}" for name in names]
        if self.left_out_words:
            items.append(self.env._("Marks left out: %s.", self.left_out_words))
        items += messages_left_out.not_looked_at(self.env, self.sessions_older, self.sessions_early)
        if self.problem:
            items += self.problem_words.splitlines()
        elif self.result_words:
            items.insert(0, self.result_words)
        elif self.gaps_met:
            items.append(counted(self.env, "gaps_met", self.gaps_met))
        return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % i for i in items)

    # --- what the survey tells --------------------------------------------------------

    def _enqueue(self, course_ids, unmeant):
        """Queue the courses, or find those that are left from before.

        :param unmeant: ids of unmatched courses that are looked through for attendance
        :return: ids of the courses to be looked at now
        """
        if self._queue_up(courses=course_ids, unmeant=unmeant):
            self.courses_total = len(course_ids)
        return set(self._left())

    def _add_course(self, course, found, lines, fingerprint):
        """:param course: ``MoodleCourse``
        :param found: ``CourseReport``
        :param lines: iterable of ``changes.Change``
        :param fingerprint: of the plan, empty where there is none
        """
        self._done_with(course.id)
        values = {"courses_done": self.courses_done + 1}
        if found.plan is None:
            problem = told.joined(": ", clean_name(found.course), found.told)
            values.update(self._with_told("problem", [problem]))
        else:
            values["fingerprints"] = {**(self.fingerprints or {}), str(course.id): fingerprint}
            left_out = Counter(self.left_out or {})
            left_out.update(found.plan.skipped)
            values["left_out"] = dict(left_out)
            values["marks_left_out"] = left_out.total()
            values.update(self._gaps_with(found.plan.gaps))
            values["sessions_older"] = self.sessions_older + found.plan.sessions_older
            values["sessions_early"] = self.sessions_early + found.plan.sessions_early
            if found.held:
                name = clean_name(found.course)
                held = [told.joined(": ", name, gap) for gap in found.held]
                values.update(self._with_told("held", held))
        if self.kind == "verify":
            lines = [line for line in lines if line.kind not in c.EQUAL]
        counts = {}
        for line in lines:
            if line.kind in COUNTED:
                number = 1 if line.kind in ONE_EACH else line.marks
                name = COUNTED[line.kind]
                counts[name] = counts.get(name, self[name]) + number
                counts["differences"] = counts.get("differences", self.differences) + number
        self.write({**values, **counts})
        self.env["moodle.sync.report.line"]._note({"report_id": self.id}, course, lines)

    def _gaps_with(self, gaps):
        """The numbers with the gaps of one more course; a letter is one gap of them all.

        :return: values
        """
        letters = {*(self.gap_letters or ()), *(gap.key for gap in gaps if gap.letter)}
        others = self.gaps_met - len(self.gap_letters or ()) + sum(not gap.letter for gap in gaps)
        return {
            "gap_letters": sorted(letters) or False,
            "gaps_met": others + len(letters),
            "marks_in_gaps": self.marks_in_gaps + sum(gap.marks for gap in gaps),
        }

    def _add_unmeant(self, course, has_attendance):
        """:param course: ``MoodleCourse`` that matches nothing"""
        gaps = [p.course_gap(course.id, course.fullname, p.UNMEANT)] if has_attendance else []
        without = () if has_attendance else (course.id,)
        self.env["moodle.sync.gap"]._note_courses(self.instance_id, gaps, without)
        self._done_with(course.id, "unmeant")
        self.courses_unmatched += len(gaps)

    def _complete(self):
        self._no_more()
        self.write({"state": "done", "ended_at": fields.Datetime.now()})

    def _fail(self, problem):
        """:param problem: see ``told``; it takes the place of those of single courses"""
        kept = told.keep(problem)
        self._no_more()
        self.write(
            {
                "state": "failed",
                "ended_at": fields.Datetime.now(),
                "problem": told.tell(self.env, kept),
                "told": {**(self.told or {}), "problem": [kept]},
            }
        )

    def _tell_end(self):
        """Whoever has asked for it looks at something else since."""
        self.ensure_one()
        env = self.with_context(lang=self.user_id.lang).env
        found = counted(env, "differences", self.differences)
        if self.state == "failed":
            message, kind = env._("The preview or verification has failed."), "danger"
        elif self.kind == "preview":
            message = env._("The preview is finished: %s.", found)
            kind = "success"
        else:
            words = self.with_env(env).result_words
            message = words or env._("The verification is finished: %s.", found)
            kind = "success"
        self.instance_id._tell(self.user_id, message, kind)

    @api.autovacuum
    def _gc_reports(self):
        """A first preview of a large school has thousands of lines."""
        for kind, days in KEEP_DAYS.items():
            limit = fields.Datetime.now() - timedelta(days=days)
            # An applied one stays with its run, which may not do more than it says.
            domain = [("kind", "=", kind), ("started_at", "<", limit), ("run_ids", "=", False)]
            self.search(domain).unlink()


class MoodleSyncReportLine(models.Model):
    """One entry of a preview or a verification; or one change that a run has made."""

    _name = "moodle.sync.report.line"
    _inherit = "moodle.guarded"
    _description = "Moodle Preview Line"
    _order = "course_name, day, starts, session_id, id"
    _rec_name = "course_name"
    _fixed_fields = ("report_id", "run_id")

    report_id = fields.Many2one(
        "moodle.sync.report", index="btree_not_null", ondelete="cascade", readonly=True
    )
    run_id = fields.Many2one(
        "moodle.sync.run", index="btree_not_null", ondelete="cascade", readonly=True
    )
    course_id = fields.Integer("Moodle course number", readonly=True)
    course_name = fields.Char("Moodle Course", readonly=True)
    kind = fields.Selection(CHANGES, "Change", required=True, readonly=True)
    day = fields.Date("Date", readonly=True)
    starts = fields.Datetime("Start", readonly=True)
    time = fields.Char(
        compute="_compute_time", help="When the session begins, in the time zone of the school."
    )
    session_id = fields.Integer("Moodle session number", readonly=True)
    sheet_id = fields.Many2one(
        "op.attendance.sheet", readonly=True, ondelete="set null", index="btree_not_null"
    )
    batch_id = fields.Many2one("op.batch", readonly=True, ondelete="set null")
    student_id = fields.Many2one("op.student", readonly=True, ondelete="set null")
    moodle = fields.Char("In Moodle", readonly=True)
    odoo = fields.Char("In OpenEduCat", readonly=True)
    after = fields.Char("After the run", readonly=True)
    marks = fields.Integer(readonly=True)
    detail = fields.Char("Details as found", readonly=True)
    detail_words = fields.Char("Details", compute="_compute_detail_words")
    moodle_user = fields.Char(
        "Marked in Moodle by",
        readonly=True,
        help="Who last took the session there; Moodle does not record it for each mark.",
    )
    odoo_user_id = fields.Many2one(
        "res.users", "Marked here by", readonly=True, ondelete="set null"
    )
    changed_at = fields.Datetime("When", related="run_id.started_at")

    @api.depends("detail")
    @api.depends_context("lang")
    def _compute_detail_words(self):
        for line in self:
            line.detail_words = line.detail and with_days(self.env, line.detail)

    @api.depends("starts", "report_id.instance_id.tz", "run_id.instance_id.tz")
    def _compute_time(self):
        for line in self:
            instance = (line.report_id or line.run_id).instance_id
            line.time = time_of_day(line.starts, instance.tz or "UTC")

    @api.model
    def _shown(self, name, domain):
        """:param name: of what the entries belong to
        :return: action that lists the entries of ``domain``
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openeducat_moodle_attendance.action_moodle_sync_report_line"
        )
        return {**action, "name": name, "display_name": name, "domain": domain}

    @api.model
    def _note(self, keys, course, lines):
        """:param keys: ``{"report_id": id}`` or ``{"run_id": id}``
        :param course: ``MoodleCourse``
        :param lines: iterable of ``changes.Change``
        """
        self.create(
            [
                {
                    **keys,
                    "course_id": course.id,
                    "course_name": course.fullname,
                    "kind": line.kind,
                    "day": line.day,
                    "starts": moment(line.starts),
                    "session_id": line.session_id,
                    "sheet_id": line.sheet_id or False,
                    "batch_id": line.batch_id or False,
                    "student_id": line.student_id or False,
                    "moodle": line.moodle,
                    "odoo": line.odoo,
                    "after": line.after,
                    "marks": line.marks,
                    "detail": line.detail,
                    "moodle_user": clean_name(line.moodle_user) or False,
                    "odoo_user_id": line.odoo_user or False,
                }
                for line in lines
            ]
        )
