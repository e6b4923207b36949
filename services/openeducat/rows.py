"""How both stores read and write Odoo's rows. ORM."""

from odoo.tools import SQL

# What the database gives for such a field is what the ORM gives, but for an empty value.
_EMPTY = {
    "boolean": False,
    "char": False,
    "date": False,
    "datetime": False,
    "integer": 0,
    "many2one": False,
    "many2one_reference": 0,
    "selection": False,
    "text": False,
}


def read_rows(env, model, domain, fields, order=None):
    """The rows that a superuser finds, in one query, without a record for each: that took a
    third of a run in which nothing has changed.

    :param domain: of ``model``; archived rows are found as the context of ``env`` has it
    :param fields: names of fields
    :param order: as ``search`` takes it; without one, that of the model
    :return: list of dictionaries with ``id`` and these fields; a many2one is the id alone,
        and nothing is ``False``, but 0 for a number
    """
    Model = env[model]
    order = order or Model._order
    if not all(_is_column(Model._fields[name]) for name in fields):
        return Model.search_read(domain, fields, load=None, order=order)
    return list(_select(Model, Model._search(domain, order=order), fields))


def each_tuple(env, model, domain, fields, order):
    """The same as tuples, in the order of the fields: of a thousand lines the dictionaries take
    more than all else.

    :return: iterable; what is empty is ``None`` or as :func:`read_rows` has it
    """
    Model = env[model]
    if not all(_is_column(Model._fields[name]) for name in fields):
        found = Model.search_read(domain, fields, load=None, order=order)
        return (tuple(row[name] for name in fields) for row in found)
    query = Model._search(domain, order=order)
    return env.execute_query(query.select(*columns(Model, query, fields)))


def read_rows_of_any(env, model, domains, fields, order):
    """The same of the rows that any of some domains finds. Each is a query inside the one, so
    that each is answered by the index that fits it; for a domain that joins them with *or*
    PostgreSQL reads the whole table.

    :param domains: list of domains
    """
    Model = env[model]
    found = [Model._search(domain).select() for domain in domains]
    query = Model._search([], order=order)
    query.add_where(
        SQL("%s IN (%s)", SQL.identifier(Model._table, "id"), SQL(" UNION ").join(found))
    )
    if not all(_is_column(Model._fields[name]) for name in fields):
        ids = [row["id"] for row in _select(Model, query, [])]
        return Model.browse(ids).read(fields, load=None)
    return list(_select(Model, query, fields))


def _is_column(field):
    """Whether the database holds it as it is: a school's own OpenEduCat may have made a field
    one of another record, or translated it."""
    return (
        field.store and field.type in _EMPTY and not field.translate and not field.company_dependent
    )


def _select(model, query, fields):
    """:param query: of ``model``; what it looks at is flushed before"""
    names = ["id", *fields]
    empty = [_EMPTY[model._fields[name].type] if name != "id" else 0 for name in names]
    return (
        {
            name: nothing if value is None else value
            for name, nothing, value in zip(names, empty, row, strict=True)
        }
        for row in model.env.execute_query(query.select(*columns(model, query, names)))
    )


def columns(model, query, names):
    """:param names: of fields that are columns
    :return: list of ``SQL``; what is looked at is flushed before
    """
    return [model._field_to_sql(model._table, name, query) for name in names]


def copied_fields(model, link):
    """The fields that a model keeps a copy in of what the record behind a link says. A new row
    is inserted without them, and then updated: unless the same values come along with it.
    Which fields there are is OpenEduCat's; without any nothing comes along.

    :param model: such as that of the lines
    :param link: name of a many2one, such as ``attendance_id``
    :return: ``{name: path from the record behind the link}``, a path as a list of names
    """
    return {
        name: field.related.split(".")[1:]
        for name, field in model._fields.items()
        if field.related
        and field.related.split(".")[0] == link
        # With an inverse the value would be written behind the link.
        and not field.inverse
        and _is_column(field)
    }


def copied_values(model, fields, record):
    """:param fields: of :func:`copied_fields`
    :param record: that behind the link
    :return: values as ``create`` takes them, see :func:`create_whole`
    """
    values = {}
    for name, path in fields.items():
        value = record
        for step in path:
            value = value[step]
        values[name] = model._fields[name].convert_to_write(value, model)
    return values


def create_whole(model, fields, values):
    """Create records that have their copies along. The ORM would compute each copy once more,
    which took a seventh of a first pull, and find what is there.

    :param fields: of :func:`copied_fields`
    :param values: list of values, with :func:`copied_values` of the record behind the link
    :return: the records
    """
    records = model.create(values)
    for name in fields:
        model.env.remove_to_compute(model._fields[name], records)
    return records


def write_changed(record, values):
    """Write what differs, if anything does.

    :param values: ``{field: value}``, ids for a many2one
    """
    changed = {
        name: value
        for name, value in values.items()
        if (record[name].id if record._fields[name].type == "many2one" else record[name]) != value
    }
    if changed:
        record.write(changed)
