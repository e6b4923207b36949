from odoo import fields, models

from ..services.domain import percent

COUNTS_AS = [
    (percent.PRESENT, "Counts as present"),
    (percent.ABSENT, "Counts as absent"),
    (percent.IGNORED, "Does not count"),
]


class MoodleInstance(models.Model):
    """How the percentages of its courses are counted. They are only shown: nothing that is
    written depends on them."""

    _inherit = "moodle.instance"

    percent_of = fields.Selection(
        [(percent.MARKS, "Marks in OpenEduCat"), (percent.POINTS, "Moodle's points")],
        "Percentage from",
        required=True,
        default=percent.MARKS,
        help="Marks in OpenEduCat: those that count as present, of all that count. Moodle's "
        "points: those of a student's marks, of the most that were possible in their sessions, as "
        "in the report of Moodle's Attendance activity.",
    )
    percent_late = fields.Selection(COUNTS_AS, "Late", required=True, default=percent.PRESENT)
    percent_excused = fields.Selection(COUNTS_AS, "Excused", required=True, default=percent.ABSENT)

    def _percent_rule(self):
        self.ensure_one()
        return percent.PercentRule(self.percent_of, self.percent_late, self.percent_excused)

    def _percent_words(self):
        """What a percentage says, in the user's language."""
        self.ensure_one()
        if self.percent_of == percent.POINTS:
            return self.env._(
                "The points of a student's marks in Moodle, of the most that were possible in the "
                "sessions with a mark, as in Moodle's own report. Marks that were left out (gaps) "
                "are not included."
            )
        late = {
            percent.PRESENT: self.env._("Late counts as present."),
            percent.ABSENT: self.env._("Late counts as absent."),
            percent.IGNORED: self.env._("Late does not count."),
        }
        excused = {
            percent.PRESENT: self.env._("Excused counts as present."),
            percent.ABSENT: self.env._("Excused counts as absent."),
            percent.IGNORED: self.env._("Excused does not count."),
        }
        return " ".join(
            [
                self.env._("Marks that count as present, of all marks that count."),
                late[self.percent_late],
                excused[self.percent_excused],
            ]
        )
