from odoo import fields, models
from odoo.tools import SQL

OUTCOMES = [
    ("lines_created", "New lines"),
    ("lines_updated", "Lines changed in Moodle"),
    ("lines_put_back", "Lines put back"),
    ("marks_pushed", "Marks sent to Moodle"),
]


class MoodleSyncOutcome(models.Model):
    """Lines per run and outcome, for the graph: a run's counters, one row each."""

    _name = "moodle.sync.outcome"
    _inherit = "moodle.guarded"
    _description = "Moodle Sync Outcome"
    _auto = False
    _order = "started_at desc, id"

    run_id = fields.Many2one("moodle.sync.run", readonly=True)
    instance_id = fields.Many2one("moodle.instance", "Moodle", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    started_at = fields.Datetime("Date", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    lines = fields.Integer("Marks", readonly=True)

    @property
    def _table_query(self):
        rows = SQL(", ").join(
            SQL("(%s, %s, %s)", number, name, SQL.identifier("run", name))
            for number, (name, _label) in enumerate(OUTCOMES)
        )
        return SQL(
            """
            SELECT run.id * %s + row.number AS id, run.id AS run_id, run.instance_id,
                   run.company_id, run.started_at, row.outcome, row.lines
              FROM moodle_sync_run run
             CROSS JOIN LATERAL (VALUES %s) AS row (number, outcome, lines)
             WHERE row.lines > 0
            """,
            len(OUTCOMES),
            rows,
        )
