"""Steps that are carried out again where another process has come first."""

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ValidationError
from odoo.service.model import retrying

# Tries of what another process has just made, too; the second one finds it.
TRIES = 3


def retried(step, env):
    """As Odoo's ``retrying``, which commits at the end; and once more, too, where somebody has
    just made the same record: two courses of one run, done at once, may find the same student.

    :param step: function without arguments; all that it reads, it reads again
    :return: what it gives
    """
    for left in reversed(range(TRIES)):
        try:
            return retrying(step, env)
        except ValidationError as error:
            # So Odoo tells a person what PostgreSQL has refused.
            if not left or not isinstance(error.__cause__, UniqueViolation):
                raise
    raise AssertionError("unreachable")
