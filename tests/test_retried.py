"""What another process has come first with."""

from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

from ..services.runs import retried as module
from ..services.runs.retried import TRIES, retried


@tagged("post_install", "-at_install")
class TestRetried(BaseCase):
    def tried(self, *ends):
        """:param ends: how each try ends: an exception that PostgreSQL has raised, or a value
        :return: what it gave, and how often it was tried
        """
        left = list(ends)

        def retrying(_step, _env):
            end = left.pop(0)
            if isinstance(end, Exception):
                # As Odoo does it.
                raise ValidationError(str(end)) from end
            return end

        with patch.object(module, "retrying", retrying):
            try:
                return retried(None, None), len(ends) - len(left)
            except ValidationError as error:
                return type(error.__cause__), len(ends) - len(left)

    def test_at_once(self):
        self.assertEqual(self.tried(7), (7, 1))

    def test_somebody_has_made_the_same(self):
        self.assertEqual(self.tried(UniqueViolation(), UniqueViolation(), 7), (7, 3))

    def test_not_for_ever(self):
        self.assertEqual(self.tried(*[UniqueViolation()] * 9), (UniqueViolation, TRIES))

    def test_nothing_else(self):
        self.assertEqual(self.tried(CheckViolation(), 7), (CheckViolation, 1))
