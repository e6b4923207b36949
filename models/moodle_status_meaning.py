from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.domain.status_meaning import LEAVE_OUT, Chosen
from .indexes import unique_index

MEANINGS = [
    ("P", "Present"),
    ("A", "Absent"),
    ("L", "Late"),
    ("E", "Excused"),
    (LEAVE_OUT, "Leave out"),
]


class MoodleStatusMeaning(models.Model):
    """What a person has chosen for a letter of Moodle's status sets.

    Made by hand only, and it wins over what the letter says by itself. Of several rows
    that fit a status, one for its activity wins over one for all, and then one with its
    description over one without.
    """

    _name = "moodle.status.meaning"
    _inherit = "moodle.guarded"
    _description = "Moodle Letter"
    _order = "instance_id, acronym, description, activity_id, id"
    _rec_name = "acronym"
    _check_company_auto = True
    _fixed_fields = ("instance_id",)
    _owned_fields = ("company_id",)

    instance_id = fields.Many2one(
        "moodle.instance", "Moodle", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="instance_id.company_id", store=True)
    acronym = fields.Char(
        "Letter", required=True, help="As Moodle shows it; upper and lower case differ."
    )
    description = fields.Char(
        help="Of the status in Moodle, such as Anwesend. Empty: whatever it says there."
    )
    activity_id = fields.Integer(
        "Activity number",
        help="Moodle's number of the one attendance activity this is for. 0: all of them.",
    )
    meaning = fields.Selection(MEANINGS, required=True)
    send = fields.Boolean(
        "Use when marks are sent",
        help="Where several letters of a status set mean the same, the one that is sent to Moodle.",
    )

    def init(self):
        unique_index(
            self.env.cr,
            "moodle_status_meaning_unique",
            self._table,
            ["instance_id", "acronym", "description", "activity_id"],
        )

    @api.constrains("acronym", "activity_id")
    def _check_letter(self):
        for row in self:
            if not row.acronym.strip():
                raise ValidationError(self.env._("Enter the letter as Moodle shows it."))
            if row.activity_id < 0:
                raise ValidationError(self.env._("The activity's number must be above zero."))

    @api.depends("acronym", "description")
    def _compute_display_name(self):
        for row in self:
            row.display_name = " ".join(filter(None, [row.acronym, row.description]))

    @staticmethod
    def _trimmed(vals):
        """PostgreSQL takes two rows without a description, or without an activity, for
        different ones: an empty text and a zero are kept instead."""
        vals = dict(vals)
        for name in {"acronym", "description"} & vals.keys():
            vals[name] = " ".join((vals[name] or "").split())
        if "activity_id" in vals:
            vals["activity_id"] = vals["activity_id"] or 0
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(
            [self._trimmed({"description": "", "activity_id": 0, **vals}) for vals in vals_list]
        )
        for row in rows:
            row._tell(self.env._("Letter chosen: %s.", row._words()))
        return rows

    def write(self, vals):
        result = super().write(self._trimmed(vals))
        for row in self:
            row._tell(self.env._("Letter changed: %s.", row._words()))
        return result

    def unlink(self):
        for row in self:
            row._tell(self.env._("Letter removed: %s.", row._words()))
        return super().unlink()

    def _tell(self, words):
        """Who has decided what attendance means, and when."""
        # sudo: whoever may choose may have it written down on the instance.
        self.instance_id.sudo()._message_log(body=words, author_id=self.env.user.partner_id.id)

    def _words(self):
        meanings = dict(self._fields["meaning"]._description_selection(self.env))
        return f"{self.display_name} = {meanings[self.meaning]}"

    @api.model
    def _choose(self, instance, acronym, description, meaning, send=False):
        """The row that says so, made or corrected.

        :return: ``moodle.status.meaning``
        """
        keys = self._trimmed(
            {"acronym": acronym, "description": description or "", "activity_id": 0}
        )
        keys["instance_id"] = instance.id
        values = {"meaning": meaning, "send": send}
        row = self.search([(name, "=", value) for name, value in keys.items()])
        if row:
            row.write(values)
            return row
        return self.create({**keys, **values})

    @api.model
    def _follow(self, instance, activities, run):
        """What was chosen for an activity holds for the one that it is now; what was chosen for
        that stays. To the runs it is no change.

        :param activities: ``{activity id: the one that it is now}``
        """
        rows = self.search(
            [
                ("instance_id", "=", instance.id),
                ("activity_id", "in", [*activities, *activities.values()]),
            ]
        )
        taken = {(row.acronym, row.description or "", row.activity_id) for row in rows}
        moved = self.browse()
        for row in rows.filtered(lambda row: row.activity_id in activities):
            number = activities[row.activity_id]
            if (row.acronym, row.description or "", number) not in taken:
                row.activity_id = number
                moved += row
        if moved:
            run.meanings = instance._meanings_fingerprint()

    def _as_chosen(self):
        """:return: tuple of ``status_meaning.Chosen``"""
        return tuple(
            Chosen(row.acronym, row.meaning, row.description or "", row.activity_id, row.send)
            for row in self.sorted("id")
        )
