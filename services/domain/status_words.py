"""The words and letters that mod_attendance gives its four default statuses, by language.

Facts from the plug-in's language packs. They recognise a description that contradicts
its letter, and they suggest a meaning to a person; a meaning is never taken from here
unasked. A pack that is missing here costs a suggestion, never a right mark.
"""

import re
import unicodedata
from collections.abc import Callable

# pack: {status: (letter, word)}; an empty word: only the letter is known.
PACKS = {
    "en": {"P": ("P", "Present"), "A": ("A", "Absent"), "L": ("L", "Late"), "E": ("E", "Excused")},
    "ar": {"P": ("ح", "حاضر"), "A": ("غ", "غائب"), "L": ("م", "متأخر"), "E": ("ع", "عذر")},
    "ca": {
        "P": ("P", "Present"),
        "A": ("A", "Absent"),
        "L": ("T", "Tard"),
        "E": ("J", "Justificat"),
    },
    "de": {
        "P": ("A", "Anwesend"),
        "A": ("U", "Unentschuldigt"),
        "L": ("V", "Verspätet"),
        "E": ("E", "Entschuldigt"),
    },
    "de (older)": {
        "P": ("P", "Anwesend"),
        "A": ("A", "Abwesend"),
        "L": ("V", "Verspätet"),
        "E": ("E", "Entschuldigt"),
    },
    "es": {
        "P": ("P", "Presente"),
        "A": ("FI", "Falta injustificada"),
        "L": ("R", "Retraso"),
        "E": ("FJ", "Falta justificada"),
    },
    "es_mx": {"L": ("R", "Retrasado")},
    "fr": {"P": ("P", "Présent"), "A": ("A", "Absent"), "L": ("R", "Retard"), "E": ("E", "Excusé")},
    "id": {"A": ("A", "Tidak hadir"), "L": ("L", "Terlambat"), "E": ("E", "Permisi")},
    "it": {
        "P": ("P", "Presente"),
        "A": ("A", "Assente"),
        "L": ("R", "In ritardo"),
        "E": ("G", "Giustificato"),
    },
    "ja": {"P": ("出", "出席"), "A": ("欠", "欠席"), "L": ("遅", "遅刻")},
    "nl": {"P": ("P", ""), "A": ("A", ""), "L": ("L", ""), "E": ("V", "")},
    "pl": {
        "P": ("O", "Obecny"),
        "A": ("N", "Nieobecny"),
        "L": ("S", "Spóźnienie"),
        "E": ("U", "Usprawiedliwiony"),
    },
    "pt": {
        "P": ("P", "Presente"),
        "A": ("F", "Faltou"),
        "L": ("A", "Atrasado"),
        "E": ("D", "Dispensado"),
    },
    "pt_br": {
        "P": ("P", "Presente"),
        "A": ("Au", "Ausente"),
        "L": ("At", "Atrasado"),
        "E": ("Di", "Dispensado"),
    },
    "ru": {
        "P": ("П", "Присутствовал"),
        "A": ("Н", "Не был"),
        "L": ("О", "Опоздал"),
        "E": ("У", "Уважительная причина"),
    },
    "tr": {"P": ("M", ""), "A": ("D", ""), "L": ("G", "")},
    "zh_cn": {"P": ("准", "准时"), "A": ("缺", "缺勤"), "L": ("迟", "迟到"), "E": ("假", "请假")},
    "zh_cn (older)": {
        "P": ("P", "出席"),
        "A": ("A", "缺席"),
        "L": ("L", "迟到"),
        "E": ("E", "请假"),
    },
    "zh_tw": {"P": ("參", "出席"), "A": ("缺", "缺席"), "L": ("遲", "遲到"), "E": ("假", "請假")},
}


def _word(text: str | None) -> str:
    """A description for comparing: without case, punctuation at its ends, and differences
    that only Unicode sees."""
    text = unicodedata.normalize("NFKC", text or "").casefold()
    return re.sub(r"^\W+|\W+$", "", " ".join(text.split()))


def _collect(index: int, normalize: Callable[[str], str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pack in PACKS.values():
        for status, pair in pack.items():
            if normalize(pair[index]):
                found.setdefault(normalize(pair[index]), set()).add(status)
    return found


_BY_WORD = _collect(1, _word)
_BY_LETTER = _collect(0, str.strip)


def meanings_of(description: str | None) -> set[str]:
    """:return: set of the statuses (``P A L E``) that a description is a word for in some
    pack; empty for any other text"""
    return _BY_WORD.get(_word(description), set())


def suggestion(acronym: str | None, description: str | None) -> str | None:
    """What a status probably means: by its description; without one, by its letter where
    all packs agree on it. For a person to look at.

    :return: one of ``P A L E``, or ``None``
    """
    if _word(description):
        found = meanings_of(description)
    else:
        found = _BY_LETTER.get((acronym or "").strip(), set())
    return next(iter(found)) if len(found) == 1 else None
