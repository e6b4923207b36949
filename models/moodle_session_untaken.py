import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.domain.moodle_text import clean_name
from ..services.domain.records import Seen
from ..services.openeducat.local_store import moment

_logger = logging.getLogger(__name__)

REMINDER = "openeducat_moodle_attendance.activity_untaken"


class MoodleSessionUntaken(models.Model):
    """A session that ended and has not been taken, or hardly, as the last run of its course saw
    it; see ``domain/untaken``."""

    _name = "moodle.session.untaken"
    _inherit = "moodle.guarded"
    _description = "Register Not Taken"
    _order = "starts_at desc, id"
    _rec_name = "mapping_id"
    _fixed_fields = ("mapping_id", "session_id")

    mapping_id = fields.Many2one(
        "moodle.mapping", "Moodle Course", required=True, index=True, ondelete="cascade",
        readonly=True,
    )  # fmt: skip
    instance_id = fields.Many2one(related="mapping_id.instance_id", store=True)
    company_id = fields.Many2one(related="mapping_id.company_id", store=True)
    record_name = fields.Char(related="mapping_id.record_name")
    session_id = fields.Integer("Moodle session number", required=True, readonly=True)
    activity_id = fields.Integer(readonly=True)
    group_id = fields.Integer("Moodle group number", readonly=True)
    group_name = fields.Char("Group", compute="_compute_group_name")
    day = fields.Date("Date", required=True, index=True, readonly=True)
    starts_at = fields.Datetime("Start", required=True, readonly=True)
    ends_at = fields.Datetime("End", required=True, readonly=True)
    teacher = fields.Char(
        readonly=True,
        help="Moodle does not say who teaches a session: these are the teachers of the course, or "
        "whoever took the most similar session.",
    )
    responsible_id = fields.Many2one("res.users", compute="_compute_responsible_id")
    marked = fields.Integer("Students with a mark", readonly=True)
    listed = fields.Integer("Students listed", readonly=True)
    how_far = fields.Char("Marked", compute="_compute_how_far")

    @api.depends("marked", "listed")
    @api.depends_context("lang")
    def _compute_how_far(self):
        for session in self:
            session.how_far = session.marked and self.env._(
                "%(marked)s of %(listed)s", marked=session.marked, listed=session.listed
            )

    @api.depends("group_id", "instance_id")
    def _compute_group_name(self):
        groups = self.env["moodle.mapping"].search(
            [
                ("instance_id", "in", self.instance_id.ids),
                ("model", "=", "op.batch"),
                ("moodle_id", "in", self.mapped("group_id")),
            ]
        )
        names = {(group.instance_id, group.moodle_id): group.moodle_name for group in groups}
        for session in self:
            name = names.get((session.instance_id, session.group_id))
            session.group_name = name or (f"#{session.group_id}" if session.group_id else False)

    @api.depends("mapping_id.user_id", "instance_id.user_id")
    def _compute_responsible_id(self):
        for session in self:
            session.responsible_id = session.mapping_id.user_id or session.instance_id.user_id

    @api.depends("mapping_id", "starts_at")
    def _compute_display_name(self):
        for session in self:
            when = fields.Datetime.context_timestamp(session, session.starts_at)
            session.display_name = f"{session.mapping_id.display_name} {when:%Y-%m-%d %H:%M}"

    @api.model
    def get_empty_list_help(self, help_message):
        """Not “all registers have been taken” where nobody looks."""
        if self.env["moodle.instance"].has_access("read") and not self.env[
            "moodle.instance"
        ].search_count([], limit=1):
            help_message = Markup('<p class="o_view_nocontent_smiling_face">%s</p>') % self.env._(
                "No Moodle is connected"
            )
        return super().get_empty_list_help(help_message)

    def action_open_moodle(self):
        """The day of the session, where it can be taken."""
        self.ensure_one()
        self.check_access("read")
        mapping = self.mapping_id
        address = self.instance_id._session_address(
            Seen(mapping.moodle_id, self.activity_id, ""),
            mapping._module_of(self.activity_id),
            self.day,
        )
        return {"type": "ir.actions.act_url", "url": address, "target": "new"}

    def _lines(self):
        """For a reminder: a line each."""
        lines = []
        for session in self.sorted(lambda s: (s.starts_at, s.id)):
            start = fields.Datetime.context_timestamp(
                session.with_context(tz=session.instance_id.tz), session.starts_at
            )
            words = [f"{start:%H:%M}", session.mapping_id.moodle_name]
            words += filter(None, [session.group_name, session.teacher, session.how_far])
            lines.append(Markup("<li>%s</li>") % " · ".join(words))
        return Markup("<ul>%s</ul>") % Markup().join(lines)


class MoodleMapping(models.Model):
    _inherit = "moodle.mapping"

    @property
    def known_untaken(self):
        """The sessions that are listed of a course, as they are kept."""
        return self._kept("untaken") or []

    def _keep_untaken(self, sessions):
        """What a run saw; nothing is read or written where that is listed already.

        :param sessions: tuple of ``untaken.Untaken``
        """
        self.ensure_one()
        seen = [session.to_json() for session in sessions]
        if seen == self.known_untaken:
            return
        self._keep("untaken", seen)
        Untaken = self.env["moodle.session.untaken"]
        known = {row.session_id: row for row in Untaken.search([("mapping_id", "=", self.id)])}
        new = []
        for session in sessions:
            values = {
                "activity_id": session.activity_id,
                "group_id": session.group_id,
                "day": session.day,
                "starts_at": moment(session.starts),
                "ends_at": moment(session.ends),
                "teacher": clean_name(session.teacher),
                "marked": session.marked,
                "listed": session.listed,
            }
            row = known.pop(session.session_id, None)
            if row:
                row.write(values)
            else:
                new.append({"mapping_id": self.id, "session_id": session.session_id, **values})
        Untaken.browse(row.id for row in known.values()).unlink()
        Untaken.create(new)


class MoodleInstance(models.Model):
    _inherit = "moodle.instance"

    untaken_remind = fields.Boolean(
        "Remind of registers not taken",
        tracking=True,
        help="Every day, the responsible person of a course gets one activity that names the "
        "sessions of the day that ended and have not been taken.",
    )
    untaken_hour = fields.Integer("Remind at", default=18, help="Hour of the day, 0 to 23.")
    untaken_reminded = fields.Date(readonly=True, copy=False)

    @api.constrains("untaken_hour")
    def _check_untaken_hour(self):
        if any(not 0 <= instance.untaken_hour <= 23 for instance in self):
            raise ValidationError(self.env._("The hour is a number from 0 to 23."))

    @api.model
    def _cron_remind_untaken(self):
        """Once a day and instance, from the hour that it names; not in what may be a copy."""
        if self._database_facts().asked:
            return
        domain = [("untaken_remind", "=", True), ("setup_step", "=", False)]
        for instance in self.search(domain):
            now = instance._now_here()
            if now.hour < instance.untaken_hour or instance.untaken_reminded == now.date():
                continue
            try:
                with self.env.cr.savepoint():
                    instance._remind_untaken(now.date())
                    instance.untaken_reminded = now.date()
            except Exception:
                # One that can't be reminded of keeps no other from being so.
                _logger.exception("Registers not taken of Moodle instance %s", instance.id)

    def _remind_untaken(self, day):
        """One activity for each responsible person, in place of those of former days."""
        self.ensure_one()
        self.activity_unlink([REMINDER])
        sessions = self.env["moodle.session.untaken"].search(
            [("instance_id", "=", self.id), ("day", "=", day)]
        )
        of_person = {}
        for session in sessions:
            of_person.setdefault(session.responsible_id, sessions.browse())
            of_person[session.responsible_id] |= session
        told = {}
        for person, theirs in of_person.items():
            # Whoever may not see this instance could not open the activity.
            sees = person and self.with_user(person).has_access("read")
            person = person if sees else self.user_id
            told[person] = told.get(person, sessions.browse()) | theirs
        for person, theirs in told.items():
            if person and self.with_user(person).has_access("read"):
                self.with_context(
                    mail_activity_quick_update=True, lang=person.lang
                ).activity_schedule(
                    REMINDER, date_deadline=day, note=theirs._lines(), user_id=person.id
                )

    def _forget_links(self):
        result = super()._forget_links()
        # sudo: of the former Moodle; who answers was checked.
        domain = [("instance_id", "=", self.id)]
        self.env["moodle.session.untaken"].sudo().search(domain).unlink()
        return result
