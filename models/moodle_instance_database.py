import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.openeducat import database_facts
from ..services.runs.sync_attendance import WaitingError
from ..services.texts import messages_run as words


class MoodleInstance(models.Model):
    """Which database this is. A copy has the token, too: where it may be one, nothing is asked of
    any Moodle, and nobody is notified, until an administrator has said what it is. It is one
    question and one answer for all instances, of whatever company.

    A backup restored in place can be the same database by all that PostgreSQL says. So each run
    hands in the last number that our plug-in in Moodle gave it, and is given the next one.
    """

    _inherit = "moodle.instance"
    _owned_fields = ("run_key", "run_number", "run_number_old", "run_number_renew")

    run_key = fields.Char(
        readonly=True, copy=False, help="By this key Moodle recognises the runs of this instance."
    )
    run_number = fields.Integer(
        readonly=True, copy=False, help="The last number that Moodle gave a run."
    )
    run_number_old = fields.Boolean(
        readonly=True,
        copy=False,
        help="Moodle has already seen a later run, and an administrator is asked why.",
    )
    run_number_renew = fields.Boolean(
        readonly=True,
        copy=False,
        help="The next number is taken, even if Moodle has already seen a later run.",
    )
    database_changed = fields.Boolean("May be a copy", compute="_compute_database")
    database_question = fields.Text(compute="_compute_database")

    @api.depends("run_number_old")
    @api.depends_context("lang")
    def _compute_database(self):
        facts = self._database_facts()
        for instance in self:
            instance.database_changed = facts.asked
            instance.database_question = facts.asked and self.env._(_question(facts))

    @api.model
    def _database_facts(self):
        """:return: ``database_facts.Facts``"""
        self.env["moodle.instance"].flush_model(["run_number_old"])
        return database_facts.read(self.env.cr)

    def _check_may_call(self):
        result = super()._check_may_call()
        facts = self._database_facts()
        if facts.asked:
            raise WaitingError(_question(facts))
        if facts.known is None:
            database_facts.meet(self.env.cr, facts.seen)
        return result

    # --- the number of a run --------------------------------------------------------

    def _run_key(self):
        """By what Moodle tells the runs of this instance from those of others. Made when a run
        first asks, and shared with each copy of the database: by this one is known."""
        self.ensure_one()
        if not self.run_key:
            # sudo: written by the synchronisation alone.
            self.sudo().run_key = secrets.token_hex(16)
        return self.run_key

    def _run_number_given(self, number):
        """:param number: that Moodle gave this run; ``None`` where it has met a later one"""
        self.ensure_one()
        # sudo: written by the synchronisation alone.
        self.sudo().write(
            {"run_number_old": True}
            if number is None
            else {"run_number": number, "run_number_renew": False}
        )

    # --- the two answers ------------------------------------------------------------

    def action_database_real(self):
        """This is the real one, wherever it lies now: everything goes on as it was."""
        everyone = self._check_database_asked()
        everyone.filtered("run_key").write({"run_number_old": False, "run_number_renew": True})
        everyone._database_answered(self.env._("Answered: this database is the real one."))
        self._continue_in_background()
        return self._notify(self.name, self.env._("It continues with the next run."), "success")

    def action_database_copy(self):
        """This is a copy: it has no token any more, and nothing by which Moodle could take it
        for the real one."""
        everyone = self._check_database_asked()
        everyone._keep_secrets(dict.fromkeys(everyone.ids, None))
        everyone._become_another()
        everyone._database_answered(
            self.env._("Answered: this database is a copy. The token was forgotten.")
        )
        return self._notify(
            self.name,
            self.env._(
                "The token was forgotten. To connect this copy, enter the address and the token "
                "of a test Moodle."
            ),
            "warning",
            sticky=True,
        )

    def _check_database_asked(self):
        """:return: all instances, of all companies, archived ones too
        :raise AccessError: no administrator
        :raise UserError: there is no question
        """
        self.ensure_one()
        self.check_access("write")
        if not self._database_facts().asked:
            raise UserError(self.env._("This is the known database; there is nothing to decide."))
        # sudo: it is one answer for the whole database, which an administrator of any of its
        # companies may give.
        return self.sudo().with_context(active_test=False).search([("id", ">", 0)])

    def _become_another(self):
        """What the synchronisation of a copy must not share with that of the real one."""
        for instance in self:
            # By what the Moodle sessions are found again that were made for sheets.
            instance._new_reference_key()
        self.write(
            {
                "run_key": False,
                "run_number": 0,
                "run_number_old": False,
                "run_number_renew": False,
            }
        )

    def _database_answered(self, said):
        """For whoever looks later, with who it was and when; and it is known from here on."""
        database_facts.keep(self.env.cr, self._database_facts().seen)
        for instance in self:
            instance.message_post(body=said)
        self.write({"error_message": False, "error_told": False})
        self.invalidate_model(["database_changed", "database_question"], flush=False)


def _question(facts):
    return words.DATABASE_MOVED if facts.moved else words.DATABASE_OLD
