import secrets

from odoo import fields, models

from .moodle_instance import NO_ACCESS

BYTES = 8


class MoodleInstance(models.Model):
    """How this database knows the Moodle sessions that it has made: see ``references.py``."""

    _inherit = "moodle.instance"

    reference_key = fields.Char(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="A random key of this database. It is part of what is written into each Moodle session "
        "that is created for a sheet, and is made with the first of them.",
    )

    def _make_reference_key(self):
        """The key, made at the first need.

        :return: text
        """
        self.ensure_one()
        return self.reference_key or self._new_reference_key()

    def _new_reference_key(self):
        """Another key: this database is a copy, and what the former key stands for is of the
        database that it was copied from.

        :return: text
        """
        self.ensure_one()
        # sudo: nobody may read or write it; the caller has checked who asks for it.
        self.sudo().reference_key = secrets.token_hex(BYTES)
        return self.sudo().reference_key
