from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..services import SkippedError, SyncAttendance
from ..services import moodle_errors as errors
from ..services.merge import MOODLE
from ..services.module_detector import detect
from ..services.results import PlanReport, SyncResult

CRON = "openeducat_moodle_attendance.ir_cron_sync_attendance"
# A button press answers within seconds; the rest goes on in the background.
BUTTON_SECONDS = 8
# Without a limit on cron jobs in Odoo's configuration.
CRON_SECONDS = 600


class MoodleInstance(models.Model):
    """The attendance part of a Moodle instance."""

    _inherit = "moodle.instance"

    sync_attendance_from = fields.Selection(
        [("moodle", "Moodle"), ("oec", "OpenEduCat"), ("both", "Both sides")],
        "Attendance comes from",
        required=True,
        default="moodle",
        help="Moodle: what teachers mark in Moodle is brought to OpenEduCat.\n"
        "OpenEduCat: what is marked here is brought to Moodle.\n"
        "Both sides: the later mark wins.",
    )
    attendance_api = fields.Selection(
        [
            ("auto", "Automatic"),
            ("wsattendance", "Plug-in local_wsattendance"),
            ("native", "Built into the Attendance activity"),
        ],
        "Attendance functions",
        required=True,
        default="auto",
    )
    match_by_email = fields.Boolean(
        "Match students by e-mail",
        default=True,
        help="People without an ID number oec_student_… in Moodle are matched by their "
        "e-mail address, if exactly one student and one Moodle account have it.",
    )
    sync_window_days = fields.Integer(
        "Days back",
        default=30,
        help="Sessions older than this are left alone. 0 means all sessions.",
    )
    create_moodle_sessions = fields.Boolean(
        "Create missing Moodle sessions",
        help="When attendance goes to Moodle and a sheet has no session there.",
    )
    prerequisites = fields.Text(readonly=True, copy=False)
    run_ids = fields.One2many("moodle.sync.run", "instance_id")
    last_run_id = fields.Many2one("moodle.sync.run", compute="_compute_last_run_id")
    last_success = fields.Datetime(readonly=True, copy=False)
    error_message = fields.Text("Error", readonly=True, copy=False)
    direction_changed = fields.Boolean(compute="_compute_direction_changed")
    open_gap_count = fields.Integer(compute="_compute_open_gap_count")

    @api.depends("run_ids")
    def _compute_last_run_id(self):
        rows = self.env["moodle.sync.run"]._read_group(
            [("instance_id", "in", self.ids)], ["instance_id"], ["id:max"]
        )
        last = {instance.id: run_id for instance, run_id in rows}
        for instance in self:
            instance.last_run_id = last.get(instance.id)

    @api.depends("sync_attendance_from", "run_ids.state")
    def _compute_direction_changed(self):
        """Whether no run has worked in this direction since it was chosen."""
        runs = self.env["moodle.sync.run"]
        for instance in self:
            domain = [("instance_id", "=", instance._origin.id), ("courses_done", ">", 0)]
            last = runs.search(domain, order="id desc", limit=1)
            instance.direction_changed = bool(
                last and last.direction != instance.sync_attendance_from
            )

    def _compute_open_gap_count(self):
        rows = self.env["moodle.sync.gap"]._read_group(
            [("instance_id", "in", self.ids), ("state", "=", "open")], ["instance_id"], ["__count"]
        )
        counts = {instance.id: count for instance, count in rows}
        for instance in self:
            instance.open_gap_count = counts.get(instance.id, 0)

    # --- running --------------------------------------------------------------

    def sync_attendance(self):
        """Synchronise now, to the end, and wait for it::

            >>> env["moodle.instance"].search([]).sync_attendance()
            My Moodle: done. 3 courses, 12 sessions, …

        Each course is committed in a transaction of its own, whatever becomes of the
        caller's. Instances and settings must be committed before.

        :return: ``SyncResult``, a tuple of one ``RunResult`` per instance that prints well
        """
        return self._sync_attendance("shell")

    def _sync_attendance(self, trigger, seconds=None):
        self.check_access("write")
        return SyncResult(
            SyncAttendance(self.env.registry, instance.id, self.env.uid).run(trigger, seconds)
            for instance in self
        )

    def preview_attendance(self):
        """What a run would do now; nothing is written on either side.

        :return: ``PlanReport``, which prints well
        """
        return self._report()

    def verify_attendance(self):
        """Compare everything inside the window, trusting nothing that was kept.

        The planner always compares mark by mark, so this is the preview by the name
        under which a consistency check is looked for.

        :return: ``PlanReport``; its ``differences`` is 0 if both sides are equal
        """
        return self._report()

    def _report(self):
        self.check_access("write")
        reports, problems = [], []
        for instance in self:
            runner = SyncAttendance(self.env.registry, instance.id, self.env.uid)
            report, problem = runner.preview()
            reports += report
            if problem:
                problems.append(f"{instance.name}: {problem}")
        return PlanReport(reports).bind(self.env, "\n".join(problems))

    def backfill_attendance(self, first_id, last_id):
        """Look for past sessions by their ids (legacy functions can't list them).

        :param first_id: first Moodle session id to try
        :param last_id: last one
        :return: number of sessions found; the next run reads them
        :raise UserError: Moodle can't be asked, or a prerequisite is missing
        """
        self.ensure_one()
        self.check_access("write")
        try:
            return SyncAttendance(self.env.registry, self.id, self.env.uid).backfill(
                first_id, last_id
            )
        except errors.MoodleError as error:
            raise UserError(error.explain(self.env)) from None
        except SkippedError as reason:
            raise UserError(str(reason)) from None

    def action_sync_now(self):
        self.ensure_one()
        if self.sync_attendance_from != MOODLE:
            return self._sync_in_background()
        result = self._sync_attendance("button", BUTTON_SECONDS)[0]
        message = result.message
        if result.state == "running":
            self._continue_in_background()
            message = self.env._("The rest goes on in the background. %s", message)
        kinds = {"done": "success", "running": "info", "busy": "info", "failed": "danger"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.name,
                "message": message,
                "type": kinds.get(result.state, "warning"),
                "sticky": result.state not in ("done", "running"),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _sync_in_background(self):
        """Odoo repeats a web request whose transaction could not be serialised, and
        Moodle would be written each time: marks are sent by the cron alone."""
        self.check_access("write")
        # sudo: whether the schedule is on is no secret.
        if not self.env.ref(CRON).sudo().active:
            raise UserError(
                self.env._(
                    "Marks are sent to Moodle by the scheduled action Moodle: synchronise "
                    "attendance, which is switched off. Switch it on in Settings > Technical > "
                    "Scheduled Actions."
                )
            )
        self._start_run("button", self.env.uid)
        self._continue_in_background()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.name,
                "message": self.env._("Started in the background. Runs shows how far it is."),
                "type": "info",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_sync_attendance(self):
        """All active instances, the one that waited longest first. Nothing is raised for
        a dead or refusing Moodle: Odoo would switch the cron off."""
        instances = self.search([("active", "=", True)], order="last_success asc nulls first, id")
        limit = config["limit_time_real_cron"]
        if limit is None or limit < 0:
            limit = config["limit_time_real"]
        seconds = limit / 2 if limit else CRON_SECONDS
        unfinished = False
        for instance in instances:
            runner = SyncAttendance(self.env.registry, instance.id, SUPERUSER_ID)
            result = runner.run("cron", seconds / len(instances))
            unfinished = unfinished or result.state == "running"
        if unfinished:
            self._continue_in_background()

    @api.model
    def _continue_in_background(self):
        # sudo: whoever may sync may have the cron take up the rest; it does nothing else.
        self.env.ref(CRON).sudo()._trigger()

    # --- bookkeeping of a run ---------------------------------------------------

    def _start_run(self, trigger, user_id):
        """A new run, or the one that was left unfinished."""
        self.ensure_one()
        # sudo: runs are written by the sync alone; the right to sync was checked.
        Run = self.env["moodle.sync.run"].sudo()
        unfinished = Run.search(
            [("instance_id", "=", self.id), ("state", "=", "running")], order="id desc", limit=1
        )
        if unfinished and unfinished.direction != self.sync_attendance_from:
            unfinished._finish("partial", self.env._("The direction was changed meanwhile."))
            unfinished = Run
        return unfinished or Run.create(
            {
                "instance_id": self.id,
                "trigger": trigger,
                "user_id": user_id,
                "direction": self.sync_attendance_from,
            }
        )

    # --- testing --------------------------------------------------------------

    def _test_connection(self, client, site_info):
        message = super()._test_connection(client, site_info)
        detection = detect(site_info, self.sync_attendance_from, self.attendance_api)
        lines = []
        for plugin in (detection.mod_attendance, detection.local_wsattendance):
            if not plugin.present:
                lines.append(self.env._("%s: not found", plugin.name))
            elif plugin.family == "native" and plugin.name == "local_wsattendance":
                lines.append(
                    self.env._(
                        "%s: not found; the functions built into mod_attendance do as well",
                        plugin.name,
                    )
                )
            else:
                lines.append(
                    self.env._(
                        "%(name)s: found, version %(version)s",
                        name=plugin.name,
                        version=plugin.version or "?",
                    )
                )
        if detection.problem is not None:
            lines.append(self.env._(detection.problem))
        self.prerequisites = "\n".join(lines)
        if detection.problem is not None:
            return f"{message} {self.env._(detection.problem)}"
        return message
