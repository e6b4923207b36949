"""Unique indexes that hold on 18.0 and on 19.0.

Odoo 19 only warns when a declared constraint can't be added, and 18 knows no
``models.Constraint``. Made in ``init()``, an index that can't be made stops the
installation with PostgreSQL's own message.
"""

from odoo.tools import SQL


def unique_index(cr, name, table, columns, where=None):
    """:param columns: list of column names
    :param where: condition as text, for an index over a part of the table
    :raise psycopg2.IntegrityError: the table holds duplicates
    """
    cr.execute(
        SQL(
            "CREATE UNIQUE INDEX IF NOT EXISTS %s ON %s (%s)%s",
            SQL.identifier(name),
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(column) for column in columns),
            SQL(" WHERE " + where) if where else SQL(),
        )
    )
