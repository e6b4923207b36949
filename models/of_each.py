"""What belongs to each of several records, looked up in one query for all of them."""

from collections import Counter


def count_of_each(records, model, key, domain=()):
    """Count the records of another model.

    :param model: its name
    :param key: its field that points to ``records``
    :param domain: of those that count
    :return: Counter by the id of ``records``
    """
    rows = records.env[model]._read_group([(key, "in", records.ids), *domain], [key], ["__count"])
    return Counter({record.id: number for record, number in rows})


def last_of_each(records, model, key, domain=()):
    """Find the newest record of another model.

    :param model, key, domain: see :func:`count_of_each`
    :return: ``{id of one of records: id}``; none has no entry
    """
    rows = records.env[model]._read_group([(key, "in", records.ids), *domain], [key], ["id:max"])
    return {record.id: newest for record, newest in rows}
