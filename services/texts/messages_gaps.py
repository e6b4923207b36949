"""Gaps in words: the sentences of the catalogue (``domain/gaps``), translated, with each
detail shown by its sort."""

from odoo.exceptions import MissingError
from odoo.tools.translate import get_translated_module, get_translation

from ..domain import gaps
from ..domain.gap_reason import Amounts, Counted, IfShown, OneOf, Sort
from . import told
from .messages_dates import day
from .messages_letters import status_word

MODULE = get_translated_module(__name__)


def describe(env, gap):
    """What a gap is and what mends it, in the language of ``env``.

    :param gap: ``plan.Gap`` or ``gap_reason.KeptGap``
    :return: text
    """
    reason = gaps.REASONS[gap.why]
    details = reason.by_name(gap.details)
    words = {name: _shown(env, sort, details[name], gap) for name, sort in reason.details.items()}
    for name, (detail, sort) in reason.also.items():
        words[name] = _shown(env, sort, details[detail], gap)
    words["moodle_id"] = gap.moodle_id
    if reason.what:
        words["what"] = _said(env, reason.what, words)
    said = (_said(env, sentence, words) for sentence in reason.sentences(details))
    return " ".join(sentence for sentence in said if sentence)


def read_names(env, found):
    """Read the names of all records that these gaps name at once, for :func:`describe`.

    :param found: iterable of ``gap_reason.KeptGap``
    """
    numbers = {"op.student": set(), "op.batch": set(), "op.subject": set(), "op.course": set()}
    for gap in found:
        sorts = gaps.REASONS[gap.why].details.values()
        for value, sort in zip(gap.details, sorts, strict=False):
            if sort is Sort.STUDENT:
                numbers["op.student"].add(value)
            elif sort is Sort.BATCH:
                numbers["op.batch"].add(value)
            elif sort is Sort.PAIR:
                numbers["op.subject"].add(value[0])
                numbers["op.course"].add(value[1])
    for model, ids in numbers.items():
        if ids:
            records = env[model].with_context(active_test=False)
            records.search_fetch([("id", "in", list(ids))], ["name"])


def _said(env, sentence, words=()):
    return get_translation(MODULE, env.lang or "en_US", sentence, words)


def _shown(env, sort, value, gap):
    """:param sort: ``gap_reason.Sort``, or an object that holds words itself
    :param gap: whose detail it is
    """
    if isinstance(sort, OneOf):
        return _said(env, sort.words[value]) if value in sort.words else ""
    if isinstance(sort, IfShown):
        return _said(env, sort.there, (value,)) if value else _said(env, sort.missing)
    if isinstance(sort, Counted):
        return _said(env, sort.one) if value == 1 else _said(env, sort.many, (value,))
    if isinstance(sort, Amounts):
        # A database gives the numbers back in an order of its own.
        return ", ".join(
            f"{value[name]} {_said(env, word)}"
            for name, word in sort.words.items()
            if name in value
        )
    return SHOWN[sort](env, value, gap)


def _text(env, value, gap):
    return value or "–"


def _words(env, value, gap):
    return told.tell(env, value)


def _day(env, value, gap):
    return day(env, value)


def _number(env, value, gap):
    return value or "?"


def _count(env, value, gap):
    return value


def _name(env, model, value):
    # The environment is the run's: the name is of somebody whose marks it keeps.
    try:
        return env[model].browse(value).name or f"#{value}"
    except MissingError:
        return f"#{value}"


def _student(env, value, gap):
    return _name(env, "op.student", value)


def _batch(env, value, gap):
    return _name(env, "op.batch", value)


def _pair(env, value, gap):
    subject, course = value
    return f"{_name(env, 'op.subject', subject)} / {_name(env, 'op.course', course)}"


def _account(env, value, gap):
    if value and isinstance(value, str):
        return value
    return env._("Moodle user %s", value or gap.moodle_id)


def _accounts(env, value, gap):
    return ", ".join(_account(env, one, gap) for one in value)


def _marked(env, value, gap):
    names = ", ".join(f"{_account(env, who, gap)} ({day(env, when)})" for who, when in value)
    return f"{names} …" if gap.marks > len(value) else names


def _group(env, value, gap):
    return value or gap.moodle_id


def _listed(env, value, gap):
    return ", ".join(map(str, value))


def _status(env, value, gap):
    return status_word(env, value)


SHOWN = {
    Sort.TEXT: _text,
    Sort.WORDS: _words,
    Sort.DAY: _day,
    Sort.NUMBER: _number,
    Sort.COUNT: _count,
    Sort.STUDENT: _student,
    Sort.BATCH: _batch,
    Sort.PAIR: _pair,
    Sort.ACCOUNT: _account,
    Sort.ACCOUNTS: _accounts,
    Sort.MARKED: _marked,
    Sort.ACTIVITY: _number,
    Sort.GROUP: _group,
    Sort.NAMES: _listed,
    Sort.NUMBERS: _listed,
    Sort.STATUS: _status,
}
