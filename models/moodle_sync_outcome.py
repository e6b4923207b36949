from odoo import fields, models
from odoo.tools import SQL

from ..services.domain import changes as c

OUTCOMES = [
    ("lines_created", "New lines"),
    ("lines_updated", "Lines changed in Moodle"),
    ("lines_put_back", "Lines reset to match Moodle"),
    ("marks_pushed", "Marks sent to Moodle"),
]
OUTCOME_OF = {
    c.NEW_SHEET: "lines_created",
    c.NEW_LINE: "lines_created",
    c.UPDATE: "lines_updated",
    c.PUT_BACK: "lines_put_back",
    c.PUSH: "marks_pushed",
}


class MoodleSyncOutcome(models.Model):
    """Marks that runs have written, by the day of their lesson and by outcome, for the graph."""

    _name = "moodle.sync.outcome"
    _inherit = "moodle.guarded"
    _description = "Moodle Sync Outcome"
    _auto = False
    _order = "day desc, id"
    _depends = {
        "moodle.sync.report.line": ["course_name", "day", "kind", "marks", "run_id"],
        "moodle.sync.run": ["company_id", "instance_id"],
    }

    run_id = fields.Many2one("moodle.sync.run", readonly=True)
    instance_id = fields.Many2one("moodle.instance", "Moodle", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    course_name = fields.Char("Moodle Course", readonly=True)
    day = fields.Date("Day of the lesson", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    lines = fields.Integer("Marks", readonly=True)

    @property
    def _table_query(self):
        kinds = SQL(", ").join(SQL("(%s, %s)", *pair) for pair in OUTCOME_OF.items())
        return SQL(
            """
            SELECT line.id, line.run_id, run.instance_id, run.company_id, line.course_name,
                   line.day, kind.outcome, line.marks AS lines
              FROM moodle_sync_report_line line
              JOIN moodle_sync_run run ON run.id = line.run_id
              JOIN (VALUES %s) AS kind (name, outcome) ON kind.name = line.kind
             WHERE line.marks > 0
            """,
            kinds,
        )
