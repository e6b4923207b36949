import json
from collections import Counter

from odoo import fields, models
from odoo.tools import SQL


class MoodleRunNoted(models.Model):
    """What one of several processes that share a run has to add to it.

    If each wrote the one row of the run, PostgreSQL would refuse all but the first of those that
    commit at the same time. So each adds a row of its own, in the transaction of what it is about,
    and whoever has the instance to itself adds them to the run. Bookkeeping that nobody sees,
    written by SQL.
    """

    _name = "moodle.run.noted"
    _description = "Moodle: what is to be added to a run"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "moodle.sync.run", required=True, index=True, ondelete="cascade", readonly=True
    )
    # See moodle.sync.run, _gain.
    gained = fields.Json(readonly=True)

    def _note(self, run, gained):
        """:param gained: dict, see ``moodle.sync.run._gain``"""
        self.env.cr.execute(
            SQL(
                "INSERT INTO moodle_run_noted (run_id, gained) VALUES (%s, %s::jsonb)",
                run.id,
                json.dumps(gained),
            )
        )

    def _take(self, run):
        """Take away all that is noted.

        :return: list of what :meth:`_note` was given, in its order
        """
        self.env.cr.execute(
            SQL(
                "WITH taken AS (DELETE FROM moodle_run_noted WHERE run_id = %s RETURNING *) "
                "SELECT gained FROM taken ORDER BY id",
                run.id,
            )
        )
        return [gained for (gained,) in self.env.cr.fetchall()]

    def _numbers(self, runs):
        """:return: ``{run id: Counter of what is noted by the names of fields}``"""
        found = {}
        if runs:
            self.env.cr.execute(
                SQL(
                    "SELECT run_id, gained->'numbers' FROM moodle_run_noted WHERE run_id IN %s",
                    tuple(runs.ids),
                )
            )
            for run, numbers in self.env.cr.fetchall():
                found.setdefault(run, Counter()).update(numbers or {})
        return found

    def _problem(self, run):
        """Whether one of those who share a run has noted that it can't go on."""
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM moodle_run_noted WHERE run_id = %s AND gained->'problem' IS NOT NULL LIMIT 1",
                run.id,
            )
        )
        return bool(self.env.cr.rowcount)
