import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from ..services import SyncAttendance
from ..services.domain import window
from ..services.runs.results import RunResult, SyncResult
from .moodle_instance_preview import BUTTON_SECONDS, GRACE_SECONDS
from .moodle_instance_status import CRON
from .of_each import count_of_each, last_of_each

_logger = logging.getLogger(__name__)

# Of a cron job's budget: what was begun within it must end before the rest that Odoo
# allows is used up, or Odoo ends the job, and in the end switches it off.
CRON_SHARE = 1.8
# What a course may take beyond its instance's slice of the time, if there is that much.
LEAST_GRACE = 60  # seconds


class MoodleInstance(models.Model):
    """The attendance part of a Moodle instance."""

    _inherit = "moodle.instance"

    sync_attendance_from = fields.Selection(
        [("moodle", "Moodle"), ("oec", "OpenEduCat"), ("both", "Both sides")],
        "Attendance comes from",
        required=True,
        default="moodle",
        tracking=True,
        help="Moodle: what teachers mark in Moodle is brought to OpenEduCat, and a line changed "
        "here is reset to match Moodle.\n"
        "OpenEduCat: what is marked here is sent to Moodle, and a mark changed there is "
        "overwritten.\n"
        "Both sides: the side that changed a mark wins; if both did, the later change wins.",
    )
    attendance_api = fields.Selection(
        [
            ("auto", "Automatic"),
            ("companion", "Plug-in OpenEduCat attendance"),
            ("wsattendance", "Functions mod_wsattendance_…"),
            ("native", "Built into the Attendance activity"),
        ],
        "Attendance functions",
        required=True,
        default="auto",
        tracking=True,
        help="Which web service functions are used. Automatic: those of the plug-in OpenEduCat "
        "attendance where Moodle has it, else those built into the Attendance activity. Test "
        "connection says which are used.",
    )
    match_by_email = fields.Boolean(
        "Match students by e-mail",
        default=True,
        tracking=True,
        help="People without an ID number oec_student_… in Moodle are matched by their "
        "e-mail address, if exactly one student and one Moodle account have it.",
    )
    sync_window_days = fields.Integer(
        "Days back",
        default=30,
        tracking=True,
        help="Sessions that began more than this many days ago are left alone, unless they were "
        "taken or changed in Moodle since. 0: all sessions are synchronised.",
    )
    create_moodle_sessions = fields.Boolean(
        "Create missing Moodle sessions",
        tracking=True,
        help="When a sheet of OpenEduCat has no session in Moodle, one is created there, in the "
        "course's one Attendance activity.",
    )
    brake_share = fields.Integer(
        "Stop above",
        default=30,
        required=True,
        tracking=True,
        help="A course is stopped, and a gap asks you what to do, when a run would change, cancel "
        "or send more than this share of the marks that both sides agreed on. 100: no course is "
        "stopped.",
    )
    brake_marks = fields.Integer(
        "From this many marks",
        default=50,
        required=True,
        tracking=True,
        help="Fewer marks than this never stop a course.",
    )
    run_ids = fields.One2many("moodle.sync.run", "instance_id")
    last_run_id = fields.Many2one("moodle.sync.run", compute="_compute_last_run_id")
    last_try = fields.Datetime("Last attempt", readonly=True, copy=False)
    last_success = fields.Datetime(readonly=True, copy=False)
    error_message = fields.Text("Error as it was found", readonly=True, copy=False)
    error_told = fields.Json(
        readonly=True,
        copy=False,
        help="What the error says, for readers of any language: see told.py.",
    )
    direction_changed = fields.Boolean(compute="_compute_direction_changed")
    open_gap_count = fields.Integer(compute="_compute_open_gap_count")

    @api.depends("run_ids")
    def _compute_last_run_id(self):
        last = self._last_runs([])
        for instance in self:
            instance.last_run_id = last[instance]

    @api.depends("sync_attendance_from", "run_ids.state")
    def _compute_direction_changed(self):
        """Whether no run has worked in this direction since it was chosen."""
        runs = self._last_working_runs()
        for instance in self:
            last = runs[instance]
            instance.direction_changed = bool(
                last and last.direction != instance.sync_attendance_from
            )

    @api.constrains("brake_share", "brake_marks")
    def _check_brake(self):
        for instance in self:
            if not 1 <= instance.brake_share <= 100 or instance.brake_marks < 1:
                raise ValidationError(
                    self.env._(
                        "Stop above must be from 1 to 100 per cent, and From this many marks at "
                        "least 1."
                    )
                )

    def _note_let_through(self, course_name, what):
        """Who has let through what was held back."""
        self.ensure_one()
        about = f"{course_name}: {what}" if course_name else what
        # sudo: attendance managers may not write instances; the right to sync was checked.
        self.sudo().message_post(body=self.env._("Allowed manually: %s", about))

    def _note_answer(self, course_name, question, follow):
        """Who has said what of lessons that may be the same."""
        self.ensure_one()
        said = {"course": course_name, "question": question}
        if follow:
            body = self.env._("Answered manually, Follow: %(course)s: %(question)s", **said)
        else:
            body = self.env._("Answered manually, Other lessons: %(course)s: %(question)s", **said)
        # sudo: see _note_let_through.
        self.sudo().message_post(body=body)

    def _last_working_runs(self):
        """The last run of each that has done a course: see :meth:`_last_runs`."""
        return self._last_runs([("courses_done", ">", 0)])

    def _last_runs(self, domain):
        """:return: ``{instance: its last run that fits, or none}``"""
        last = last_of_each(self._origin, "moodle.sync.run", "instance_id", domain)
        runs = self.env["moodle.sync.run"].browse(last.values())
        return {
            instance: runs.browse(last.get(instance._origin.id, ())).with_prefetch(runs.ids)
            for instance in self
        }

    def _compute_open_gap_count(self):
        counts = count_of_each(self, "moodle.sync.gap", "instance_id", [("state", "=", "open")])
        for instance in self:
            instance.open_gap_count = counts[instance.id]

    def _session_address(self, seen, module_id, day):
        """Where a teacher finds a session in Moodle: its day in the activity. (The page of
        the session itself wants the session's group, too, which is not kept here.)

        :param seen: ``records.Seen``
        :param module_id: what Moodle's addresses call the activity, 0 for not known
        """
        if not module_id:
            return self._moodle_address("mod/attendance/index.php", id=seen.course_id)
        noon = window.noon(day, self.tz)
        return self._moodle_address("mod/attendance/manage.php", id=module_id, view=1, curdate=noon)

    # --- running --------------------------------------------------------------

    def sync_attendance(self):
        """Synchronise now, to the end, and wait for it::

            >>> env["moodle.instance"].search([]).sync_attendance()
            My Moodle: done. 3 courses, 12 sessions, …

        Each course is committed in a transaction of its own, whatever becomes of the
        caller's. Instances and settings must be committed before.

        :return: ``SyncResult``, a tuple of one ``RunResult`` per instance that prints well
        """
        if self._in_web_request():
            return SyncResult(instance._sync_by_rpc(len(self)) for instance in self)
        return self._sync_attendance("shell")

    @api.model
    def _in_web_request(self):
        """Whether somebody waits in a browser or by RPC: no shell, script or schedule."""
        return bool(request)

    def _sync_attendance(self, trigger, seconds=None, report=None):
        """:param report: the ``moodle.sync.report`` that is applied, and nothing else"""
        self._check_may_sync()
        return SyncResult(
            instance._runner(self.env.uid, self.env.lang).run(
                trigger, seconds, report and report.id, GRACE_SECONDS
            )
            for instance in self
        )

    def _runner(self, user_id, reader_lang=None):
        """See ``SyncAttendance``."""
        self.ensure_one()
        return SyncAttendance(self.env.registry, self.id, user_id, reader_lang, self._clock())

    def _sync_by_rpc(self, sharing):
        """As the button does it, for a script that calls from outside.

        :param sharing: number of instances that share the time of one request
        :return: ``RunResult``
        """
        self._check_may_sync()
        if self._rests():
            return RunResult(self.name, "skipped", self._rests())
        if self._works_in_background():
            run = self._begin_in_background()
            message = self.env._("Started in the background.")
            return RunResult(self.name, "running", message, run.id)
        result = self._sync_attendance("button", BUTTON_SECONDS / sharing)[0]
        if result.state == "running":
            self._continue_in_background()
        return result

    def _rests(self, finishing=False):
        """Why this instance is not synchronised at all, or an empty text.

        :param finishing: whether its set-up is finished by this
        """
        silent = self._why_silent()
        if silent:
            return silent
        if self.setup_step and not finishing:
            return self.env._("The set-up of this instance is not finished.")
        return ""

    def action_sync_now(self):
        self.ensure_one()
        return self._sync_by_button()

    def _sync_by_button(self, report=None, finishing=False):
        """:param report: the preview to be applied; without one all there is to do
        :param finishing: whether an open set-up is finished by this
        """
        self._check_may_sync()
        if self._rests(finishing):
            raise UserError(self._rests(finishing))
        if self._works_in_background():
            if finishing:
                self._end_setup()
            return self._sync_in_background(report, finishing)
        trigger = "preview" if report else "button"
        result = self._sync_attendance(trigger, BUTTON_SECONDS, report)[0]
        message, following = result.message, None
        if finishing and result.state in ("done", "partial", "running"):
            self._end_setup_at_once()
            following = self._open_form()
        if result.state == "running":
            self._continue_in_background()
            message = self.env._("The rest continues in the background. %s", message)
        kinds = {"done": "success", "running": "info", "busy": "info", "failed": "danger"}
        return self._notify(
            self.name,
            message,
            kinds.get(result.state, "warning"),
            sticky=result.state not in ("done", "running"),
            following=following,
        )

    def _sync_in_background(self, report, finishing):
        self._begin_in_background(report)
        return self._notify(
            self.name,
            self.env._("Started in the background. The form shows the progress."),
            "info",
            following=self._open_form() if finishing else None,
        )

    def _begin_in_background(self, report=None):
        """Odoo repeats a web request whose transaction could not be serialised, and
        Moodle would be written each time: marks are sent by the cron alone.

        :return: the ``moodle.sync.run`` that the cron takes up
        """
        # sudo: whether the schedule is on is no secret.
        if not self.env.ref(CRON).sudo().active:
            raise UserError(
                self.env._(
                    "Marks are sent to Moodle by the scheduled action Moodle: synchronise "
                    "attendance, which is switched off. Switch it on in Settings > Technical > "
                    "Scheduled Actions."
                )
            )
        run = self._start_run("preview" if report else "button", self.env.uid, report)
        if report and run.report_id != report:
            raise UserError(self._other_run())
        self._continue_in_background()
        return run

    def _other_run(self):
        return self.env._(
            "Another run of this instance has not finished yet. Wait until it ends, then make a "
            "new preview."
        )

    @api.model
    def _cron_sync_attendance(self):
        """All active instances, the one first that was tried longest ago: not by success,
        or one that never succeeds would always be the first. Nothing is raised, whatever
        one of them does: Odoo would switch the cron off, for all of them."""
        domain = [("active", "=", True), ("setup_step", "=", False)]
        instances = self.search(domain, order="last_try asc nulls first, id")
        states = self._one_after_another(
            instances,
            lambda instance, seconds, grace: (
                instance._runner(SUPERUSER_ID).run("cron", seconds, grace=grace).state
            ),
        )
        if "running" in states:
            self._continue_in_background()

    @api.model
    def _one_after_another(self, records, act):
        """Something for each record, in a share of the cron's time, whatever the others do.

        :param act: function (record, seconds, grace) that returns a state
        :return: list of the states; ``running`` for those that had no turn, ``failed``
            for those that raised
        """
        clock, budget = self._clock(), self._cron_seconds()
        started = clock.now()
        states = []
        for position, record in enumerate(records):
            now = clock.now()
            left = started + budget - now
            if position and left <= 0:
                return [*states, "running"]
            seconds = max(left, 0) / (len(records) - position)
            rest = started + CRON_SHARE * budget - now - seconds
            grace = max(min(rest, max(LEAST_GRACE, (CRON_SHARE - 1) * seconds)), 1)
            try:
                states.append(act(record, seconds, grace))
            except Exception:
                # The work is done on cursors of its own: this transaction is whole.
                _logger.exception("%s", record)
                states.append("failed")
        return states

    @api.model
    def _continue_in_background(self):
        # sudo: whoever may sync may have the cron take up the rest; it does nothing else.
        self.env.ref(CRON).sudo()._trigger()

    # --- bookkeeping of a run ---------------------------------------------------

    def _start_run(self, trigger, user_id, report=None):
        """A new run, or the one that was left unfinished.

        :param report: the ``moodle.sync.report`` that is applied
        """
        self.ensure_one()
        # sudo: runs are written by the sync alone; the right to sync was checked.
        Run = self.env["moodle.sync.run"].sudo()
        unfinished = Run.search(
            [("instance_id", "=", self.id), ("state", "=", "running")], order="id desc", limit=1
        )
        outdated = unfinished and unfinished._outdated()
        if outdated:
            unfinished._gather()
            unfinished._finish("partial", outdated)
            unfinished = Run
        return unfinished or Run.create(
            {
                "instance_id": self.id,
                "trigger": trigger,
                "user_id": user_id,
                "direction": self.sync_attendance_from,
                "meanings": self._meanings_fingerprint(),
                "report_id": report.id if report else False,
            }
        )
