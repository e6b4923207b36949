"""Whether what was measured has done what it should. Pure."""


class WrongError(Exception):
    """It has not: its numbers are worth nothing."""


def joined(here, there):
    """What the processes of both sides have measured.

    :param here: numbers of Odoo's process; ``digest`` of the marks that are there afterwards
        (see ``world.digest``); of a run, its ``state``, ``gaps`` and ``message``
    :param there: numbers of Moodle's, and its ``digest``
    :return: dict of both, without the digests
    :raise WrongError: the run has not ended well, or the two do not hold the same marks
    """
    if here.get("state", "done") != "done" or here.get("gaps"):
        raise WrongError(f"{here['state']}, {here['gaps']} gaps: {here['message']}")
    if here["digest"] != there["digest"]:
        raise WrongError("OpenEduCat does not hold what Moodle holds")
    both = here | there
    del both["digest"]
    return both
