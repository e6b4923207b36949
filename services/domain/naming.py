"""Names and codes of the registers that a sync makes. OpenEduCat cuts both at 16
characters without a word, and a code is unique over the whole table."""

from datetime import date

SIZE = 16
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The part of a code that tells a second one from the first: "~0" to "~ZZ".
_TAIL = 3


def register_name(subject_code: str, day: date) -> str:
    """Short and readable, such as ``ALG1 2026-11-03``."""
    return f"{subject_code.strip()[: SIZE - 11]} {day.isoformat()}".strip()


def register_code(subject_code: str, batch_code: str, day: date) -> str:
    """The code one would like: date, subject, batch, such as ``261103-ALG1-B1``."""
    stem = f"{day:%y%m%d}-{subject_code.strip()[:5]}-"
    return (stem + batch_code.strip()[: SIZE - len(stem)]).rstrip("-")


def stem(code: str) -> str:
    """What all variants of a code have in common."""
    return code[: SIZE - _TAIL]


def free_code(code: str, taken: set[str]) -> str:
    """``code``, or the first variant of it that is not in ``taken``.

    :param taken: codes in use; the one found is added
    """
    found = code
    number = 0
    while found in taken:
        number += 1
        tail, rest = "", number
        while rest:
            rest, digit = divmod(rest, 36)
            tail = _DIGITS[digit] + tail
        found = f"{code[: SIZE - len(tail) - 1]}~{tail}"
    taken.add(found)
    return found
