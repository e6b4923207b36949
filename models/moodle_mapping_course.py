from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from ..services.domain.course_settings import ENDED, OFF, ON, PAUSED, WAITS, Own, effective
from .moodle_mapping import MoodleMapping as Mapping

SETTINGS = (
    "course_switch", "course_direction", "own_days", "course_days", "user_id", "paused_until",
)  # fmt: skip
# What changes which side is overwritten, and how far back: as on the instance.
OF_ADMINISTRATORS = ("course_direction", "own_days", "course_days")


class MoodleMapping(models.Model):
    """How a course is synchronised, where it is not as its instance says."""

    _inherit = "moodle.mapping"
    _owned_fields = (*Mapping._owned_fields, "waits_since", "direction_before", "ended_at")

    course_switch = fields.Selection(
        [(ON, "On"), (OFF, "Off")],
        "Synchronised",
        help="Empty: as the instance says (Synchronise all matched courses).",
    )
    course_on = fields.Boolean(
        "Switched on", compute="_compute_course_on", inverse="_inverse_course_on"
    )
    course_direction = fields.Selection(
        [("moodle", "Moodle"), ("oec", "OpenEduCat"), ("both", "Both sides")],
        "Attendance from",
        help="Empty: as on the instance. After a change the schedule leaves the course alone "
        "until somebody presses Sync now.",
    )
    own_days = fields.Boolean("Own days back")
    course_days = fields.Integer(
        "Days back",
        help="Sessions that began more than this many days ago are left alone, unless they were "
        "taken or changed in Moodle since. 0: all sessions are synchronised.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False)]",
        help="Receives the reminders of registers not taken. Empty: the responsible person of the "
        "instance.",
    )
    paused_until = fields.Date(
        "Pause until", help="The first day on which the course is synchronised again."
    )
    waits_since = fields.Datetime("Direction changed", readonly=True, copy=False)
    direction_before = fields.Char(readonly=True, copy=False)
    ended_at = fields.Datetime(
        "Ended on",
        readonly=True,
        copy=False,
        help="When another Moodle course was found to have its ID number or short name. Its sheets "
        "stay with it; it is no longer read.",
    )
    course_state = fields.Selection(
        [
            (ON, "Synchronised"),
            (OFF, "Off"),
            (PAUSED, "Paused"),
            (WAITS, "Waiting for Sync now"),
            (ENDED, "Ended"),
        ],
        "State",
        compute="_compute_course_state",
    )

    @api.depends(
        "model",
        "course_switch",
        "paused_until",
        "waits_since",
        "ended_at",
        "instance_id.courses_on",
    )
    def _compute_course_state(self):
        for mapping in self:
            if mapping.model != "op.subject" or not mapping.instance_id:
                mapping.course_state = False
                continue
            if mapping.ended_at:
                mapping.course_state = ENDED
                continue
            today = mapping.instance_id._now_here().date()
            common = mapping.instance_id._common_settings()
            mapping.course_state = effective(mapping._own_settings(), common, today).state

    @api.depends("course_switch", "instance_id.courses_on")
    def _compute_course_on(self):
        for mapping in self:
            switch = mapping.course_switch
            mapping.course_on = switch == ON if switch else mapping.instance_id.courses_on

    def _inverse_course_on(self):
        on = self.filtered("course_on")
        on.course_switch = ON
        (self - on).course_switch = OFF

    @api.model
    def _instances_with_waiting_courses(self, instance_ids):
        """Those whose schedule leaves a course alone until a person has pressed *Sync now*.

        :return: set of ids
        """
        # sudo: that something waits stands on the instance, which whoever asks may read.
        waiting = self.sudo().search(
            [("instance_id", "in", instance_ids), ("waits_since", "!=", False)]
        )
        return set(waiting.filtered(lambda m: m.course_state == WAITS).instance_id.ids)

    @api.constrains("own_days", "course_days")
    def _check_course_days(self):
        if any(mapping.course_days < 0 for mapping in self):
            raise ValidationError(
                self.env._("Days back must be a number above zero, or 0 for all.")
            )

    def _ended(self):
        """Its key is another Moodle course's now. If it ever lives again, it is read as if it was
        new."""
        self.write(
            {
                "ended_at": fields.Datetime.now(),
                "idle": False,
                "remembered": False,
                "busy": True,
                "error_message": False,
                "error_told": False,
            }
        )

    def _own_settings(self):
        """Of a course; of none, where it has no mapping yet.

        :return: ``course_settings.Own``
        """
        return Own(
            switch=self.course_switch or None,
            direction=self.course_direction or None,
            days=self.course_days if self.own_days else None,
            paused_until=self.paused_until or None,
            waits_since=self.waits_since or None,
        )

    # --- who has changed what -----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get(name) for vals in vals_list for name in OF_ADMINISTRATORS):
            self._check_may_direct()
        mappings = super().create(vals_list)
        # Of the many that stand for people there is nothing to note.
        chosen = mappings.filtered(lambda mapping: any(mapping[name] for name in SETTINGS))
        blank = dict.fromkeys(SETTINGS, "")
        chosen._note_settings({mapping.id: blank for mapping in chosen})
        return mappings

    def write(self, vals):
        if vals.keys().isdisjoint(SETTINGS):
            return super().write(vals)
        if any(name in vals for name in OF_ADMINISTRATORS):
            self._check_may_direct()
        words = {mapping.id: mapping._setting_words() for mapping in self}
        directions = {mapping.id: mapping._direction() for mapping in self}
        result = super().write(vals)
        for mapping in self:
            mapping._wait_if_turned(directions[mapping.id])
        self.instance_id._read_all_soon()
        self._note_settings(words)
        return result

    def _check_may_direct(self):
        """:raise AccessError: what decides who overwrites whom is for administrators"""
        if not self.env["moodle.instance"].has_access("write"):
            raise AccessError(
                self.env._("Only administrators may change where attendance comes from, and when.")
            )

    def _direction(self):
        return self.course_direction or self.instance_id.sync_attendance_from

    def _wait_if_turned(self, before):
        """A changed direction counts like one of the instance: nothing is overwritten by
        surprise. Changed back, nothing has happened.

        :param before: the direction until now
        """
        now = self._direction()
        if now == before or not self.last_success:
            return
        if now == self.direction_before:
            values = {"waits_since": False, "direction_before": False}
        else:
            values = {
                "waits_since": fields.Datetime.now(),
                "direction_before": self.direction_before or before,
            }
        # sudo: its own bookkeeping; the right to change the direction was checked.
        self.sudo().write(values)

    def _setting_words(self):
        """:return: ``{field: its value as a person reads it}``"""
        words = {}
        for name in SETTINGS:
            field, value = self._fields[name], self[name]
            if field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value, "")
            elif field.type == "many2one":
                # sudo: the name of the person that the one who writes has chosen.
                value = value.sudo().display_name or ""
            elif field.type == "date":
                value = format_date(self.env, value) if value else ""
            elif field.type == "boolean":
                value = self.env._("yes") if value else ""
            words[name] = str(value) if value else ""
        if self.own_days:
            words["course_days"] = str(self.course_days)
        return words

    def _note_settings(self, before):
        """Into the chatter of the instance.

        :param before: ``{id: what :meth:`_setting_words` gave}``
        """
        labels = self.fields_get(SETTINGS, ["string"])
        told = {}
        for mapping in self:
            after, items = mapping._setting_words(), []
            for name, was in before[mapping.id].items():
                if was != after[name]:
                    items.append(f"{labels[name]['string']}: {was or '–'} → {after[name] or '–'}")
            if items:
                name = mapping.moodle_name or f"#{mapping.moodle_id}"
                told.setdefault(mapping.instance_id, []).append(f"{name}: {'; '.join(items)}")
        for instance, lines in told.items():
            body = Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % x for x in lines)
            # sudo: attendance managers may not write instances; the right to map was checked.
            instance.sudo().message_post(body=body)
