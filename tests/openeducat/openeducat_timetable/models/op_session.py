# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
import pytz

from odoo import api, fields, models

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class OpSession(models.Model):
    """A lesson of the timetable.

    Its times are put into words in the time zone of the *user*, whatever the context
    says, and a user without one (OdooBot, so every cron) gets an error: at once when he
    reads ``timing``, at the flush when he creates a session. The real one is so.
    """

    _name = "op.session"
    _inherit = "mail.thread"
    _description = "Sessions"

    name = fields.Char(compute="_compute_name", store=True)
    timing_id = fields.Many2one("op.timing", "Period", tracking=True)
    start_datetime = fields.Datetime(required=True, default=fields.Datetime.now)
    end_datetime = fields.Datetime(required=True)
    course_id = fields.Many2one("op.course", required=True)
    faculty_id = fields.Many2one("op.faculty", required=True)
    batch_id = fields.Many2one("op.batch", required=True)
    subject_id = fields.Many2one("op.subject", required=True)
    color = fields.Integer()
    type = fields.Char(compute="_compute_type", store=True)
    days = fields.Selection([(day.lower(), day) for day in DAYS])
    timing = fields.Char(compute="_compute_timing")
    state = fields.Selection(
        [("draft", "Draft"), ("confirm", "Confirmed"), ("done", "Done"), ("cancel", "Canceled")],
        default="draft",
    )
    user_ids = fields.Many2many("res.users", compute="_compute_user_ids", store=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    active = fields.Boolean(default=True)

    @api.model_create_multi
    def create(self, vals_list):
        sessions = super().create(vals_list)
        for session in sessions.filtered(lambda session: not session.days):
            session.days = DAYS[session.start_datetime.weekday()].lower()
        return sessions

    def _user_time_zone(self):
        if not self.env.user.tz:
            raise pytz.UnknownTimeZoneError(self.env.user.tz)
        return pytz.timezone(self.env.user.tz)

    def _clock_times(self):
        zone = self._user_time_zone()
        return [
            pytz.utc.localize(moment).astimezone(zone).strftime("%I:%M%p") if moment else ""
            for moment in (self.start_datetime, self.end_datetime)
        ]

    @api.depends("start_datetime", "end_datetime")
    def _compute_timing(self):
        for session in self:
            session.timing = " - ".join(session._clock_times())

    @api.depends("faculty_id", "subject_id", "start_datetime", "end_datetime")
    def _compute_name(self):
        for session in self:
            times = "-".join(session._clock_times())
            session.name = f"{session.faculty_id.name}:{session.subject_id.name}:{times}"

    @api.depends("start_datetime")
    def _compute_type(self):
        for session in self:
            start = session.start_datetime
            session.type = DAYS[start.weekday()] if start else False

    @api.depends("course_id", "batch_id")
    def _compute_user_ids(self):
        for session in self:
            rows = self.env["op.student.course"].search(
                [
                    ("course_id", "=", session.course_id.id),
                    ("batch_id", "=", session.batch_id.id),
                ]
            )
            session.user_ids = rows.student_id.user_id
