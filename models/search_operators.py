"""What a search asks of a computed field: 18.0 and 19.0 ask by other operators."""


def wants_true(operator, value):
    """Whether those are looked for that a yes-or-no field holds of; else the others.

    :param operator: ``=`` or ``!=`` (18.0), ``in`` or ``not in`` (19.0)
    :param value: a boolean, or with the latter a collection of them
    """
    if operator in ("in", "not in"):
        return (True in value) == (operator == "in")
    return bool(value) == (operator == "=")


def any_of(domains):
    """:param domains: list of domains, not empty, each of which is one term in prefix notation
    :return: domain of the records that fit at least one
    """
    return ["|"] * (len(domains) - 1) + [term for domain in domains for term in domain]


def holds(domain, operator, value):
    """Answer the search on a yes-or-no field.

    :param domain: of the records that it holds of, one term in prefix notation
    :param operator, value: see :func:`wants_true`
    :return: domain
    """
    return domain if wants_true(operator, value) else ["!", *domain]
