"""Names and codes of the registers that a sync makes. OpenEduCat cuts both at 16
characters without a word, and a code is unique over the whole table."""

from collections.abc import Collection, Sequence
from datetime import date

SIZE = 16
# How many variants of a code are looked for among the codes in use, and how many if each of
# those is: there is seldom any, and no more than the last.
VARIANTS = (1, 36, 1296)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def register_name(subject_code: str, day: date) -> str:
    """Short and readable, such as ``ALG1 2026-11-03``."""
    return f"{subject_code.strip()[: SIZE - 11]} {day.isoformat()}".strip()


def register_code(subject_code: str, batch_code: str, day: date) -> str:
    """The code one would like: date, subject, batch, such as ``261103-ALG1-B1``."""
    stem = f"{day:%y%m%d}-{subject_code.strip()[:5]}-"
    return (stem + batch_code.strip()[: SIZE - len(stem)]).rstrip("-")


def variants(code: str, count: int) -> list[str]:
    """``code`` and what stands in for it where it is in use: ``count`` in all, in their order,
    each at most ``SIZE`` characters long."""
    found = [code]
    for number in range(1, count):
        tail, rest = "", number
        while rest:
            rest, digit = divmod(rest, len(_DIGITS))
            tail = _DIGITS[digit] + tail
        found.append(f"{code[: SIZE - len(tail) - 1]}~{tail}")
    return found


def free_codes(codes: Sequence[str], in_use: Collection[str], count: int) -> list[str] | None:
    """Each code, or the first of its variants that is neither in use nor given to one before it.

    :param in_use: codes in use, as far as they are among the first ``count`` variants of these
    :param count: of the variants of each code that are known to be in use or free
    :return: ``None`` if one of them has no free variant among these
    """
    taken, found = set(in_use), []
    for code in codes:
        free = next((one for one in variants(code, count) if one not in taken), None)
        if free is None:
            return None
        taken.add(free)
        found.append(free)
    return found
