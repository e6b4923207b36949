"""What tells a database from its copies: read from PostgreSQL, and kept in the database itself.

By SQL alone: Odoo keeps parameters in memory, where those of a database live on that was replaced
by a restored one.
"""

import json
from contextlib import suppress
from dataclasses import dataclass

from psycopg2.errors import SerializationFailure

from ..domain.database_identity import Database, differs

# The parameter in which it is kept what the database was known by.
KEPT = "openeducat_moodle_attendance.database"
# The system identifier may be kept from the role, which PostgreSQL looks at before anything of a
# query is done, also of a part that is not reached; so that part is a query of its own.
_FACTS = """
    SELECT CASE WHEN has_function_privilege('pg_control_system()', 'execute') THEN
                substring(
                    query_to_xml('SELECT system_identifier FROM pg_control_system()', true, true, '')::text
                    FROM '>(\\d+)<')
           END,
           (SELECT oid::text FROM pg_database WHERE datname = current_database()),
           'moodle_instance'::regclass::oid::text,
           (SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'),
           (SELECT value FROM ir_config_parameter WHERE key = %s),
           EXISTS (SELECT 1 FROM moodle_instance WHERE run_number_old)
"""


@dataclass(frozen=True)
class Facts:
    """* ``known``: ``Database`` as it was kept, or ``None``;
    * ``seen``: as it is;
    * ``old``: whether Moodle has met a later run of it.
    """

    known: Database | None
    seen: Database
    old: bool

    @property
    def moved(self):
        """Whether it is another database than the one that was known."""
        return differs(self.known, self.seen)

    @property
    def asked(self):
        """Whether somebody has to say what it is."""
        return self.moved or self.old


def read(cr):
    """:param cr: cursor; what of ``moodle.instance`` was changed is flushed
    :return: :class:`Facts`
    """
    cr.execute(_FACTS, (KEPT,))
    *seen, kept, old = cr.fetchone()
    return Facts(_parsed(kept), Database(*(fact or "" for fact in seen)), old)


def keep(cr, database):
    """:param database: ``Database`` that this one is to be known by from now on"""
    # Several processes may meet a database for the first time at once; all keep the same.
    with suppress(SerializationFailure), cr.savepoint(flush=False):
        cr.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (KEPT, json.dumps(database.to_json())),
            log_exceptions=False,
        )


def meet(cr, database):
    """The first time. Nobody is waited for who notes the same at this moment: it may be a
    transaction that itself waits for this one, as that of a button which looks at both sides.

    :param database: see :func:`keep`
    """
    cr.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (KEPT,))
    if cr.fetchone()[0]:
        keep(cr, database)


def forget(cr):
    """As before it was first met."""
    cr.execute("DELETE FROM ir_config_parameter WHERE key = %s", (KEPT,))


def _parsed(kept):
    try:
        return Database.from_json(json.loads(kept or "null"))
    except ValueError:
        # Somebody has written something else there: as if nothing had been kept.
        return None
