"""How both stores read and write Odoo's rows. ORM."""


def read_rows(env, model, domain, fields, **kwargs):
    """:return: list of dictionaries; a many2one is the id alone"""
    return env[model].search_read(domain, fields, load=None, **kwargs)


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
