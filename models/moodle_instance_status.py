from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..services.domain import instance_state
from ..services.moodle.module_detector import LEGACY, detect
from ..services.openeducat.local_store import LocalStore
from ..services.runs.checklist import Check, CheckList, result_of
from .guards import right_name
from .kept_error import with_error_told
from .of_each import count_of_each

MANAGER = "openeducat_attendance.group_op_attendance_manager"
PLUGIN_PAGE = "/openeducat_moodle_attendance/moodle-plugin"
CRON = "openeducat_moodle_attendance.ir_cron_sync_attendance"
ICONS = {True: "fa-check text-success", False: "fa-times text-danger", None: "fa-minus text-muted"}


class MoodleInstance(models.Model):
    """What the form shows at a glance, and whom it calls when something fails."""

    _name = "moodle.instance"
    _inherit = ["moodle.instance", "mail.thread", "mail.activity.mixin"]

    checks = fields.Json(readonly=True, copy=False, help="Result of the last connection test.")
    checklist = fields.Html("Prerequisites", compute="_compute_checklist", sanitize=False)
    needs_backfill = fields.Boolean(readonly=True, copy=False)
    next_run = fields.Datetime(compute="_compute_next_run")
    run_state = fields.Char(compute="_compute_last_run")
    run_progress = fields.Float("Progress of the run", compute="_compute_last_run")
    run_words = fields.Char("Progress details", compute="_compute_last_run")
    last_summary = fields.Text("Result", compute="_compute_last_run")
    run_count = fields.Integer("Runs", compute="_compute_counts")
    sheet_count = fields.Integer("Sheets", compute="_compute_counts")
    mapping_count = fields.Integer("Mappings", compute="_compute_counts")

    @api.depends("checks", "failing_since", "tested_at", "last_try")
    @api.depends_context("lang", "uid")
    def _compute_checklist(self):
        facts = self._facts()
        # The zip is for whoever may set up a Moodle.
        download = self.browse().has_access("create") and Markup(
            '<br/><a href="%s" download="">%s</a>'
        ) % (PLUGIN_PAGE, self.env._("Download the plug-in (zip)"))
        for instance in self:
            # What a test has found says nothing once a run has failed.
            stale = facts[instance].stale
            rows = Markup().join(
                Markup(
                    '<li class="d-flex mb-1"><i class="fa fa-fw flex-shrink-0 %s mt-1 me-2"></i>'
                    "<span><b>%s</b><br/>%s%s</span></li>"
                )
                % (
                    ICONS[None if stale else check.ok],
                    check.name,
                    check.words,
                    (check.offers_zip and download) or "",
                )
                for check in instance._kept_checks()
            )
            if rows and stale:
                words = self.env._("A run has failed since this test. Test the connection again.")
                rows = Markup('<li class="mb-1 text-warning">%s</li>') % words + rows
            instance.checklist = rows and Markup('<ul class="list-unstyled">%s</ul>') % rows

    def _kept_checks(self):
        """:return: list of ``checklist.Check``, in the language of who reads them"""
        return [Check.from_json(self.env, check) for check in self.checks or ()]

    def _test_words(self):
        """The result of the test, in the language of who reads it."""
        checks = self._kept_checks()
        return self.test_message and (result_of(checks) if checks else self.test_message)

    @api.depends("run_ids.state", "run_ids.courses_done", "run_ids.courses_failed")
    @api.depends_context("lang")
    def _compute_last_run(self):
        for instance in self:
            run = instance.last_run_id
            instance.run_state = run.state
            instance.run_progress = run.progress
            instance.run_words = run.progress_words
            instance.last_summary = run.summary_words

    def _compute_next_run(self):
        # sudo: when the schedule runs next is no secret.
        cron = self.env.ref(CRON).sudo()
        for instance in self:
            runs = instance.active and not instance.setup_step and cron.active
            instance.next_run = runs and not instance._halts() and cron.nextcall

    def _compute_counts(self):
        for name, model, domain in (
            ("run_count", "moodle.sync.run", []),
            ("mapping_count", "moodle.mapping", []),
            ("sheet_count", "op.attendance.sheet", [("moodle_session_id", ">", 0)]),
        ):
            key = "moodle_instance_id" if model == "op.attendance.sheet" else "instance_id"
            counts = count_of_each(self, model, key, domain)
            for instance in self:
                instance[name] = counts[instance.id]

    @api.model
    def get_empty_list_help(self, help_message):
        """Not to press a button that only administrators have."""
        if not self.has_access("create"):
            help_message = Markup('<p class="o_view_nocontent_smiling_face">%s</p>') % self.env._(
                "No Moodle is connected: ask an administrator to set one up."
            )
        return super().get_empty_list_help(help_message)

    def _check_may_sync(self):
        """:raise AccessError: neither an administrator nor an attendance manager"""
        self.check_access("read")
        if self.env.su or self.env.user.has_group(MANAGER):
            return
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "Only attendance managers (Settings > Users: %s) and administrators may "
                    "synchronise.",
                    right_name(self.env, MANAGER),
                )
            )

    # --- testing ----------------------------------------------------------------

    def _test_connection(self, client, site_info):
        checks = super()._test_connection(client, site_info)
        direction = self._widest_direction()
        detection = detect(site_info, direction, self.attendance_api)
        self.needs_backfill = detection.listing == LEGACY
        found = CheckList(
            self.env,
            client,
            detection,
            direction,
            self.create_moodle_sessions,
            # sudo: a course is matched with subjects that this user may not read.
            LocalStore(self.sudo().with_context(active_test=False)).course_table(),
            administrator=site_info.administrator,
        )
        checks += found.checks()
        if found.token_ends is not None:
            self._note_token_end(found.token_ends)
        return checks

    def _keep_checks(self, checks):
        self.checks = [check.to_json() for check in checks]
        return super()._keep_checks(checks)

    # --- whom to call -------------------------------------------------------------

    def write(self, vals):
        vals = with_error_told(vals)
        failing = {instance.id: bool(instance.error_message) for instance in self}
        result = super().write(vals)
        if "error_message" in vals:
            for instance in self:
                if failing[instance.id] != bool(instance.error_message):
                    instance._call_or_release()
        return result

    def _call_or_release(self):
        """One activity when it starts to fail, none any more when it has recovered."""
        self.ensure_one()
        if not self.error_message:
            self.activity_unlink(["openeducat_moodle_attendance.activity_failing"])
            return
        user = self.user_id
        if self.database_changed:
            # A copy has people's addresses, too.
            return
        if user and self.with_user(user).has_access("read"):
            # Without an e-mail of its own: it stands among the person's activities.
            here = self.with_context(mail_activity_quick_update=True, lang=user.lang)
            here.activity_schedule(
                "openeducat_moodle_attendance.activity_failing",
                summary=here._stopped_courses(),
                note=Markup("<p>%s</p>") % self.error_message,
                user_id=user.id,
            )

    def _stopped_courses(self):
        """What an activity is called where nothing fails, and stopped courses wait for somebody;
        else nothing, and it is called as its type is."""
        if self.state_why != instance_state.STOPPED:
            return None
        gaps = self.env["moodle.sync.gap"].search(
            [("instance_id", "=", self.id), ("kind", "=", "stopped"), ("state", "=", "open")]
        )
        if len(gaps) == 1:
            return self.env._("%s waits for your decision", gaps.course_name)
        return self.env._("%s courses wait for your decision", len(gaps))
