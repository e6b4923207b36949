from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..services.domain import instance_state as s
from ..services.texts import messages_state, told
from .moodle_instance_status import CRON

STATES = [
    (s.SETUP, "Set-up not finished"),
    (s.WORKING, "Working"),
    (s.PARTLY, "Partly"),
    (s.FAILING, "Failing"),
    (s.WAITING, "Waiting for you"),
    (s.OFF, "Switched off"),
]
# What an administrator alone can do.
SETTINGS = (
    s.STEPS,
    s.UNTESTED,
    s.TOKEN,
    s.ERROR,
    s.ARCHIVED,
    s.SCHEDULE,
    s.DATABASE,
    s.SITE,
    s.TOKEN_ENDS,
)
# Runs that tell whether Moodle can be synchronised with.
TELLING = ("done", "partial", "failed")


class MoodleInstance(models.Model):
    """The one state of an instance, the same in the list, the form and on the card, with the
    one thing to do next."""

    _inherit = "moodle.instance"

    failing_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the first run failed since the last one that synchronised a course.",
    )
    state = fields.Selection(STATES, compute="_compute_state", search="_search_state")
    state_why = fields.Char(compute="_compute_state")
    state_words = fields.Char("State in words", compute="_compute_state")
    next_words = fields.Text("What to do", compute="_compute_state")
    next_label = fields.Char("Next step", compute="_compute_state")
    problem = fields.Text("What is wrong", compute="_compute_state")

    @api.depends_context("uid", "lang", "tz")
    @api.depends(
        "active",
        "setup_step",
        "has_token",
        "tested_at",
        "test_ok",
        "test_message",
        "checks",
        "failing_since",
        "last_try",
        "error_message",
        "error_told",
        "run_ids.state",
        "database_changed",
        "site_changed",
        "site_waits",
        "direction_changed",
        "meaning_changed",
        "open_gap_count",
        "course_ids.waits_since",
        "token_ends",
    )
    def _compute_state(self):
        names = dict(self._fields["state"]._description_selection(self.env))
        administrator = self.env.su or self.env.user.has_group("base.group_system")
        facts_of = self._facts()
        for instance in self:
            facts = facts_of[instance]
            state = s.state_of(facts)
            words = names[state.name]
            if state.since:
                since = format_datetime(self.env, state.since, dt_format="short")
                words = self.env._("Failing since %s", since)
            label = messages_state.BUTTONS.get(state.why)
            if state.why in SETTINGS and not administrator:
                label = None
            instance.state = state.name
            instance.state_why = state.why
            instance.state_words = words
            instance.next_words = state.why and self._next_words(state.why, administrator)
            instance.next_label = label and self.env._(label)
            instance.problem = instance._problem(facts, state)

    def _next_words(self, why, administrator):
        others = {} if administrator else messages_state.NEXT_FOR_MANAGERS
        return self.env._(others.get(why, messages_state.NEXT[why]))

    def _problem(self, facts, state):
        """What the last test or run said, where it still holds."""
        if state.name == s.FAILING and facts.test_failed:
            return self._test_words()
        if state.name in (s.FAILING, s.PARTLY) or state.why == s.STOPPED:
            return self._error_words()
        return False

    def _error_words(self):
        """What the last run that could not do everything said, in the language of who reads
        it."""
        return self.error_message and told.shown(self.env, self.error_told, self.error_message)

    def _facts(self):
        """:return: ``{instance: instance_state.Facts}``"""
        ids = self._origin.ids
        # sudo: whether the schedule is on is no secret.
        scheduled = self.env.ref(CRON).sudo().active
        last = self._last_runs([("state", "in", TELLING)])
        stopped = {
            instance.id
            for (instance,) in self.env["moodle.sync.gap"]._read_group(
                [("instance_id", "in", ids), ("kind", "=", "stopped"), ("state", "=", "open")],
                ["instance_id"],
            )
        }
        waiting = self.env["moodle.mapping"]._instances_with_waiting_courses(ids)
        return {
            instance: s.Facts(
                active=instance.active,
                in_setup=bool(instance.setup_step),
                has_token=instance.has_token,
                scheduled=scheduled,
                tested_at=instance.tested_at or None,
                test_ok=instance.test_ok,
                failing_since=instance.failing_since or None,
                tried_at=instance.last_try or None,
                ended_at=last[instance].ended_at or None,
                whole=last[instance].state == "done",
                waits=(
                    *instance._halts(),
                    *((s.STOPPED,) if instance._origin.id in stopped else ()),
                    *((s.COURSE,) if instance._origin.id in waiting else ()),
                ),
                gaps=instance.open_gap_count,
                token_ends_soon=instance.token_ends_soon,
            )
            for instance in self
        }

    def _halts(self):
        """Because of what the schedule does nothing until a person has looked."""
        self.ensure_one()
        holds = {
            s.DATABASE: self.database_changed,
            s.SITE: self.site_changed,
            s.SITE_WAITS: self.site_waits,
            s.DIRECTION: self.direction_changed,
            s.MEANING: self.meaning_changed,
        }
        return tuple(why for why in s.HALTS if holds[why])

    @api.model
    def _search_state(self, operator, value):
        """Instances are few: each is asked."""
        if operator not in ("=", "!=", "in", "not in"):
            raise UserError(self.env._("The state can be compared with a value only."))
        wanted = value if operator.endswith("in") else [value]
        everyone = self.with_context(active_test=False).search([("id", ">", 0)])
        found = everyone.filtered(lambda instance: instance.state in wanted)
        return [("id", "in" if operator in ("=", "in") else "not in", found.ids)]

    # --- the next thing to do -------------------------------------------------------

    def action_next_step(self):
        """What the button beside the state is for."""
        self.ensure_one()
        self._check_may_sync()
        if self.state_why in SETTINGS:
            self.check_access("write")
        steps = {
            s.STEPS: self._step_setup,
            s.UNTESTED: self._step_test,
            s.TOKEN: self._open_form,
            s.ERROR: self._step_test,
            s.MENDED: self._step_sync,
            s.ARCHIVED: self._step_unarchive,
            s.SCHEDULE: self._open_schedule,
            s.DATABASE: self._open_form,
            s.SITE: self._open_form,
            s.SITE_WAITS: self._step_preview,
            s.DIRECTION: self._step_preview,
            s.MEANING: self._step_preview,
            s.STOPPED: self._open_gaps,
            s.COURSE: self._step_preview,
            s.COURSES: self._open_last_run,
            s.FIRST: self._step_sync,
            s.GAPS: self._open_gaps,
            s.TOKEN_ENDS: self._step_test,
        }
        if self.state_why not in steps:
            raise UserError(self.env._("There is nothing to do."))
        return steps[self.state_why]()

    def _step_setup(self):
        return self.action_setup()

    def _step_test(self):
        return self.action_test_connection()

    def _step_sync(self):
        return self.action_sync_now()

    def _step_preview(self):
        return self.action_preview()

    def _step_unarchive(self):
        self.active = True
        return self._notify(self.name, self.env._("The schedule takes care of it."), "success")

    def _open_form(self):
        return self._open("moodle.instance", self.id)

    def _open_last_run(self):
        return self._open("moodle.sync.run", self.last_run_id.id)

    def _open_schedule(self):
        return self._open("ir.cron", self.env.ref(CRON).id)

    @api.model
    def _open(self, model, record_id):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": record_id,
            "views": [(False, "form")],
        }

    def _open_gaps(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "openeducat_moodle_attendance.action_moodle_sync_gap"
        )
        domain = [("instance_id", "=", self.id), ("state", "=", "open")]
        if self.state_why == s.STOPPED:
            domain.append(("kind", "=", "stopped"))
        # Many alike are one line that unfolds.
        return {**action, "domain": domain, "context": {"search_default_by_kind": 1}}

    # --- what ended in the background -------------------------------------------------

    def _tell(self, user, message, kind):
        """A notification on the screen of whoever waits for something.

        :param user: ``res.users``, who has started it
        :param kind: ``success``, ``warning`` or ``danger``
        """
        self.ensure_one()
        if not user.active or user.id == SUPERUSER_ID or self.database_changed:
            return
        here = self.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        if here.has_access("read"):
            values = {"title": self.name, "message": message, "type": kind}
            # What went well fades; what somebody has to read stays until it is closed.
            user._bus_send("simple_notification", {**values, "sticky": kind != "success"})
