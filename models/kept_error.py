"""An error that is kept twice: ``error_message`` as it was found, and ``error_told``, which says
the same in the language of whoever reads it."""


def with_error_told(vals):
    """Whoever writes a message alone (a script, another module) has nothing to tell in other
    languages, and what was told before is about another error.

    :param vals: values as ``write`` takes them
    :return: values in which both are about the same error
    """
    if "error_message" in vals and "error_told" not in vals:
        return {**vals, "error_told": False}
    return vals
