import logging
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, config
from odoo.tools.translate import LazyTranslate

from ..services import SkippedError, Survey
from ..services.moodle import moodle_errors as errors
from ..services.runs.results import PlanReport
from ..services.texts import told
from .of_each import last_of_each

SURVEY_CRON = "openeducat_moodle_attendance.ir_cron_survey"
# A button press answers within seconds; the rest goes on in the background.
BUTTON_SECONDS = 8
# What a call to Moodle that was begun within them may take longer; then it is given up.
GRACE_SECONDS = 4
# A script that calls from outside waits longer than a person, but not for ever.
RPC_SECONDS = 60
# Session ids that one backfill may try; more would keep a Moodle busy for days.
BACKFILL_MOST = 200_000
LARGEST_ID = 2**31 - 1
# Of a cron job, without a limit in Odoo's configuration.
CRON_SECONDS = 600


_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)


class MoodleInstance(models.Model):
    """Looking before and after: preview, verification, backfill."""

    _inherit = "moodle.instance"

    report_ids = fields.One2many("moodle.sync.report", "instance_id")
    last_verification_id = fields.Many2one(
        "moodle.sync.report", compute="_compute_last_verification"
    )
    last_differences = fields.Integer("Differences", compute="_compute_last_verification")
    # What is left of a backfill that goes on in the background.
    backfill_next = fields.Integer(readonly=True, copy=False)
    backfill_last = fields.Integer(readonly=True, copy=False)
    backfill_found = fields.Integer("Sessions found", readonly=True, copy=False)

    @api.depends("report_ids.state")
    def _compute_last_verification(self):
        done = [("kind", "=", "verify"), ("state", "=", "done")]
        last = last_of_each(self, "moodle.sync.report", "instance_id", done)
        for instance in self:
            instance.last_verification_id = last.get(instance.id)
            instance.last_differences = instance.last_verification_id.differences

    # --- from the shell -----------------------------------------------------------

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
        self._check_may_sync()
        reports, problems = [], []
        for instance in self:
            seconds = RPC_SECONDS if self._in_web_request() else None
            found, problem = instance._survey().preview(seconds)
            reports += found
            if problem:
                problems.append(f"{instance.name}: {told.say(self.env, problem)}")
        return PlanReport(reports, self.env, "\n".join(problems))

    def backfill_attendance(self, first_id, last_id):
        """Look for past sessions by their ids (legacy functions can't list them).

        :param first_id: first Moodle session id to try
        :param last_id: last one
        :return: number of sessions found; the next run reads them
        :raise UserError: Moodle can't be asked, or a prerequisite is missing
        """
        if not self._in_web_request():
            return self._backfill(first_id, last_id)[0]
        found, following = self._backfill(first_id, last_id, BUTTON_SECONDS)
        if following:
            self._backfill_in_background(following, last_id, found)
        return found

    def _backfill(self, first_id, last_id, seconds=None):
        """:return: ``(number found, next id or None)``"""
        self.ensure_one()
        self._check_may_sync()
        self._check_range(first_id, last_id)
        try:
            return self._survey().backfill(first_id, last_id, seconds, GRACE_SECONDS)
        except errors.MoodleError as error:
            raise UserError(error.explain(self.env)) from None
        except SkippedError as reason:
            raise UserError(reason.explain(self.env)) from None

    @api.model
    def _check_range(self, first_id, last_id):
        """:raise UserError: these are no numbers of sessions, or too many"""
        if not (type(first_id) is type(last_id) is int and 0 <= first_id <= last_id <= LARGEST_ID):
            raise UserError(
                self.env._(
                    "The numbers must be above zero, and the first must not be greater than the "
                    "last."
                )
            )
        if last_id - first_id >= BACKFILL_MOST:
            raise UserError(
                self.env._(
                    "At most %s numbers can be tried at once: begin with the newest.",
                    f"{BACKFILL_MOST:,}",
                )
            )

    def _survey(self):
        self.ensure_one()
        return Survey(self.env.registry, self.id, self.env.uid, self._clock())

    # --- from the form --------------------------------------------------------------

    def action_preview(self):
        return self._open_report("preview")

    def action_verify(self):
        return self._open_report("verify")

    def _open_report(self, kind, course_id=0):
        """:param course_id: the only Moodle course to look at; 0 for all"""
        report_id = self._make_report(kind, BUTTON_SECONDS, course_id)
        kinds = dict(
            self.env["moodle.sync.report"]._fields["kind"]._description_selection(self.env)
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "moodle.sync.report",
            "res_id": report_id,
            "name": kinds[kind],
            "views": [(False, "form")],
        }

    def _make_report(self, kind, seconds, course_id=0):
        """A report, as far as the time goes; the background does the rest.

        :param course_id: see :meth:`_open_report`
        :return: id of the ``moodle.sync.report``
        """
        self.ensure_one()
        self._check_may_sync()
        if self._why_silent():
            raise UserError(self._why_silent())
        # On a cursor of its own, so that the survey's cursor finds it. This request's own
        # transaction began before and will not see it.
        with self._on_own_cursor() as here:
            report_id = here._new_report(kind, course_id).id
        if self._survey().report(report_id, seconds, GRACE_SECONDS) == "running":
            self._survey_in_background()
        return report_id

    @contextmanager
    def _on_own_cursor(self):
        """These records in a transaction of their own, which is committed at the end."""
        with self.env.registry.cursor() as cr:
            here = self.with_env(self.env(cr=cr))
            yield here
            # At a commit 18.0 writes only what an environment that is still there holds.
            here.env.flush_all()

    def _new_report(self, kind, course_id=0):
        # sudo: reports are written by the survey alone; the right to sync was checked.
        return (
            self.env["moodle.sync.report"]
            .sudo()
            .create(
                {
                    "instance_id": self.id,
                    "kind": kind,
                    "direction": self.sync_attendance_from,
                    "course_id": course_id,
                    "user_id": self.env.uid,
                }
            )
        )

    # --- from the schedule ------------------------------------------------------------

    @api.model
    def _cron_verify_attendance(self):
        """Weekly: every instance is compared, in the background."""
        if self._database_facts().asked:
            return
        for instance in self.search([("setup_step", "=", False)]):
            try:
                with self.env.cr.savepoint():
                    instance._new_report("verify")
            except Exception:
                # One that can't even be noted keeps no other from being compared.
                _logger.exception("Verification of Moodle instance %s", instance.id)
        self._survey_in_background()

    @api.model
    def _cron_survey(self):
        """Reports and backfills that a button or the schedule has begun; each by itself,
        whatever the others do. In what may be a copy they wait: it may be the real one."""
        if self._database_facts().asked:
            return
        reports = self.env["moodle.sync.report"].search([("state", "=", "running")], order="id")
        states = self._one_after_another(
            reports,
            lambda report, seconds, grace: report.instance_id._survey().report(
                report.id, seconds, grace, in_background=True
            ),
        )
        backfilling = self.search([("backfill_next", ">", 0)])
        states += self._one_after_another(
            backfilling,
            lambda instance, seconds, grace: instance._go_on_with_backfill(seconds, grace),
        )
        if "running" in states:
            self._survey_in_background()

    def _backfill_in_background(self, first_id, last_id, found):
        """:param found: number of sessions found so far"""
        self.ensure_one()
        # sudo: bookkeeping; the right to sync was checked.
        self.sudo().write(
            {"backfill_next": first_id, "backfill_last": last_id, "backfill_found": found}
        )
        self._survey_in_background()

    def action_backfill(self):
        self.ensure_one()
        self._check_may_sync()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find past sessions"),
            "res_model": "moodle.backfill",
            "view_mode": "form",
            "target": "new",
            "context": {"default_instance_id": self.id},
        }

    def action_stop_backfill(self):
        """What was found is kept. A step that is under way just now is the last one."""
        self.ensure_one()
        self._check_may_sync()
        # sudo: bookkeeping; the right to sync was checked.
        self.sudo()._end_backfill()
        return self._notify(self.name, self.env._("The search was stopped."), "info")

    def _go_on_with_backfill(self, seconds, grace=None):
        """:return: ``running`` or ``done``"""
        self.ensure_one()
        try:
            self._survey().go_on_with_backfill(seconds, grace)
        except (errors.MoodleError, SkippedError):
            # The next run says on the instance what is wrong with Moodle; begun again
            # from there by hand, nothing is lost.
            self._end_backfill_at_once()
        except Exception:
            # Left as it is, it would be taken up again and again.
            _logger.exception("Search for past sessions of Moodle instance %s", self.id)
            self._end_backfill_at_once()
        self.invalidate_recordset(["backfill_next", "backfill_found"])
        with self._on_own_cursor() as here:
            left = here.backfill_next
        return "running" if left else "done"

    def _end_backfill_at_once(self):
        """On a cursor of its own: this transaction began before the steps that were kept,
        and could not write over them."""
        with self._on_own_cursor() as here:
            here._end_backfill()

    def _end_backfill(self):
        self.env.cr.execute(
            SQL("UPDATE moodle_instance SET backfill_next = 0 WHERE id = %s", self.id)
        )
        self.invalidate_recordset(["backfill_next"], flush=False)

    def _move_backfill(self, begun, following, found):
        """A step was done; unless it was stopped meanwhile.

        :param begun: number that the step began with
        :param following: the next one, 0 at the end
        :param found: how many sessions it found
        :return: whether it goes on from there
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                "UPDATE moodle_instance SET backfill_next = %s, "
                "backfill_found = coalesce(backfill_found, 0) + %s "
                "WHERE id = %s AND backfill_next = %s",
                following,
                found,
                self.id,
                begun,
            )
        )
        moved = bool(self.env.cr.rowcount)
        self.invalidate_recordset(["backfill_next", "backfill_found"], flush=False)
        return moved

    @api.model
    def _cron_seconds(self):
        """Half of what Odoo lets a cron job take: what was begun is ended in the rest."""
        limit = config["limit_time_real_cron"]
        if limit is None or limit < 0:
            limit = config["limit_time_real"]
        return limit / 2 if limit else CRON_SECONDS

    @api.model
    def _survey_in_background(self):
        # sudo: whoever may sync may have the cron go on with it; it does nothing else.
        self.env.ref(SURVEY_CRON).sudo()._trigger()

    @api.autovacuum
    def _gc_begun_reports(self):
        """Reports that nothing goes on with, after a crash."""
        limit = fields.Datetime.now() - timedelta(days=1)
        domain = [("state", "=", "running"), ("started_at", "<", limit)]
        for report in self.env["moodle.sync.report"].search(domain):
            report._fail(_lt("This was interrupted. Make a new one."))
