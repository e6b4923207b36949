"""Sentences that are kept as what they say, and made when somebody reads them. Pure.

A run, a report, a check is written down in one language and read in others. So what is kept
is a value that JSON can hold:

* a text, which is said as it is: a name, Moodle's own words;
* ``{"say": source, "with": details}``: a sentence of ours by its English source. Its details,
  a list or an object, are numbers and sentences themselves;
* ``{"join": separator, "parts": [...]}``: several behind one another;
* ``{"gap": {...}}``: what a ``plan.Gap`` says.

Wherever a *sentence* is asked for, each of these will do, and also what they are made of: a
text, ``_lt("…", …)`` and a ``plan.Gap``.
"""

import json

from odoo.tools.translate import LazyGettext, get_translated_module, get_translation

from ..domain import plan as p
from ..domain.gap_reason import KeptGap
from ..domain.moodle_text import storable

MODULE = get_translated_module(__name__)
# What of a gap its sentence is made of.
OF_GAP = ("why", "details", "moodle_id", "marks")


def keep(sentence):
    """:param sentence: see above; nothing gives an empty text
    :return: the same as JSON holds it, fit to be compared with what a database gives back
    """
    if isinstance(sentence, LazyGettext):
        # Odoo has no other way to what such a value is made of; 18.0 and 19.0 agree in it.
        source, details = sentence._source, sentence._args
        if isinstance(details, dict):
            return {"say": source, "with": {name: _detail(d) for name, d in details.items()}}
        return {"say": source, "with": [_detail(d) for d in details]}
    if isinstance(sentence, p.Gap):
        # Tuples become lists.
        return {"gap": json.loads(json.dumps({name: getattr(sentence, name) for name in OF_GAP}))}
    return sentence if isinstance(sentence, dict) else storable(sentence)


def _detail(value):
    return value if isinstance(value, int | float) else keep(value)


def joined(separator, *sentences):
    """:param sentences: those that are empty are left out
    :return: one sentence of them, as JSON holds it
    """
    return {"join": separator, "parts": [keep(one) for one in sentences if one]}


def tell(env, kept):
    """:param env: in whose language
    :param kept: what :func:`keep` gave
    :return: text
    """
    if not isinstance(kept, dict):
        return storable(kept)
    if "say" in kept:
        details = kept["with"]
        if isinstance(details, dict):
            details = {name: _told_detail(env, d) for name, d in details.items()}
        else:
            details = tuple(_told_detail(env, d) for d in details)
        return get_translation(MODULE, env.lang or "en_US", kept["say"], details)
    if "join" in kept:
        return kept["join"].join(tell(env, part) for part in kept["parts"])
    # Gaps may tell such sentences, too.
    from . import messages_gaps

    # Older versions have kept more of it.
    gap = KeptGap(**{name: kept["gap"][name] for name in OF_GAP})
    return storable(messages_gaps.describe(env, gap))


def _told_detail(env, value):
    return value if isinstance(value, int | float) else tell(env, value)


def say(env, sentence):
    """The same at once, for who reads it now; what is kept says the same later."""
    return tell(env, keep(sentence))


def shown(env, kept, found):
    """:param found: what was written down in one language, all there is of older versions"""
    return tell(env, kept) if kept else found
