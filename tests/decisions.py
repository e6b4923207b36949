"""The decision table: what happens to one student in one session.

``ROWS`` is the one place where it is written down. ``test_merge`` holds ``services/domain/merge.py``
to it for every combination, and the table in docs/rules.md is made of it::

    python3 tests/decisions.py      # writes the table into docs/rules.md
"""

from dataclasses import dataclass
from pathlib import Path

RULES = Path(__file__).parent.parent / "docs/rules.md"
BEGIN, END = "<!-- decisions: made by tests/decisions.py -->", "<!-- /decisions -->"

# What a side says, against what both last agreed on. ``mark`` is one of P A L E before the
# two sides have ever agreed.
NONE, UNCHANGED, CHANGED, MARK, CUSTOM = "none", "unchanged", "changed", "mark", "custom"
# Of OpenEduCat only: a line with none or several of the four; the same as Moodle, not the base.
UNCLEAR, ALIKE = "unclear", "alike"
# A line that no person has marked, before the sides have ever agreed.
NOBODYS, NOBODYS_UNCLEAR = "nobodys", "nobodys unclear"
# Whose time is later; ``TASK``: Moodle's task at the session's end has marked, and a person here.
MOODLE, OEC, EQUAL, UNSURE, TASK = "Moodle", "OpenEduCat", "equal", "unsure", "task"
ANY = None

NEW = (CHANGED, MARK)


@dataclass(frozen=True)
class Row:
    """The first row that fits a case decides it.

    * ``moodle``, ``odoo``, ``later``: tuples of the words above, or ``ANY``;
    * ``both``, ``pull``, ``push``: actions of ``services/domain/merge.py`` where attendance comes from
      both sides, from Moodle, from OpenEduCat; a ``!`` at the end: it is noted as a conflict;
    * ``words``: the cells of the table.
    """

    moodle: tuple | None
    odoo: tuple | None
    later: tuple | None
    both: str
    pull: str
    push: str
    words: tuple

    def fits(self, moodle, odoo, later):
        return all(
            allowed is ANY or value in allowed
            for allowed, value in ((self.moodle, moodle), (self.odoo, odoo), (self.later, later))
        )


ROWS = (
    Row((UNCHANGED,), (UNCHANGED,), ANY, "nothing", "nothing", "nothing",
        ("unchanged", "unchanged", "nothing", "nothing", "nothing")),
    Row(ANY, (ALIKE,), ANY, "agree", "agree", "agree",
        ("the same mark", "the same mark", "noted", "noted", "noted")),
    Row((MARK,), (NOBODYS,), ANY, "pull", "pull", "nobodys",
        ("a mark", "a line that no person has marked yet", "OpenEduCat takes it", "the same",
         "nothing, a gap")),
    Row((NONE, CUSTOM), (NOBODYS,), ANY, "nobodys", "nothing", "nobodys",
        ("no mark, or a custom status", "a line that no person has marked yet",
         "nothing, a gap", "the line stays", "nothing, a gap")),
    Row((MARK,), (NOBODYS_UNCLEAR,), ANY, "pull", "pull", "unclear",
        ("a mark", "such a line with none or several of the four", "OpenEduCat takes it", "the same",
         "nothing, a gap")),
    Row((NONE, CUSTOM), (NOBODYS_UNCLEAR,), ANY, "nobodys", "nothing", "unclear",
        ("no mark, or a custom status", "such a line with none or several of the four", "nothing, a gap",
         "the line stays", "nothing, a gap")),
    Row((NONE, CUSTOM), (NONE,), ANY, "nothing", "nothing", "nothing",
        ("no mark, or a custom status", "no line", "nothing", "nothing", "nothing")),
    Row((UNCHANGED,), (NONE,), ANY, "dropped", "pull", "nothing",
        ("unchanged", "line deleted", "nothing, a gap", "the line is created again", "nothing")),
    Row((CHANGED,), (NONE,), ANY, "pull", "pull", "nothing",
        ("changed", "line deleted", "the line is created again", "the same", "nothing")),
    Row((MARK,), (NONE,), ANY, "pull", "pull", "nothing",
        ("a new mark", "no line", "a line is created", "a line is created", "nothing")),
    Row((NONE, CUSTOM), (UNCLEAR,), ANY, "unclear", "nothing", "unclear",
        ("no mark, or a custom status", "none or several of the four", "nothing, a gap",
         "the line stays", "nothing, a gap")),
    Row((UNCHANGED,), (UNCLEAR,), ANY, "unclear", "pull", "unclear",
        ("unchanged", "none or several of the four", "nothing, a gap", "the line is changed back",
         "nothing, a gap")),
    Row(NEW, (UNCLEAR,), ANY, "pull", "pull", "unclear",
        ("changed or new", "none or several of the four", "OpenEduCat takes it",
         "the same", "nothing, a gap")),
    Row((NONE,), (UNCHANGED,), ANY, "vanished", "nothing", "push",
        ("gone (course reset)", "unchanged", "nothing, a gap", "the line stays",
         "it is sent again")),
    Row((NONE,), NEW, ANY, "push", "nothing", "push",
        ("gone, or no mark", "changed or new", "it is sent", "the line stays",
         "it is sent")),
    Row((CUSTOM,), (UNCHANGED, MARK), ANY, "nothing", "nothing", "push",
        ("a custom status", "unchanged or new", "nothing, a gap", "the line stays",
         "overwritten")),
    Row((CUSTOM,), (CHANGED,), (OEC, TASK), "push!", "nothing", "push",
        ("a custom status", "changed later", "it is sent", "the line stays", "overwritten")),
    Row((CUSTOM,), (CHANGED,), (MOODLE, EQUAL), "nothing", "nothing", "push",
        ("a custom status, later", "changed", "nothing, a gap", "the line stays", "overwritten")),
    Row((CUSTOM,), (CHANGED,), (UNSURE,), "unsure", "nothing", "push",
        ("a custom status", "changed, and a clock is off", "nothing, a gap", "the line stays",
         "overwritten")),
    Row((UNCHANGED,), (CHANGED,), ANY, "push", "pull", "push",
        ("unchanged", "changed", "Moodle takes it", "the line is changed back", "Moodle takes it")),
    Row((CHANGED,), (UNCHANGED,), ANY, "pull", "pull", "push",
        ("changed, by anybody", "unchanged", "OpenEduCat takes it", "the same",
         "Moodle is changed back")),
    Row(NEW, NEW, (TASK,), "push!", "pull", "push",
        ("changed or new, by Moodle's automatic marking", "changed or new, by a person",
         "the person's mark", "Moodle's mark", "OpenEduCat's mark")),
    Row(NEW, NEW, (UNSURE,), "unsure", "pull", "push",
        ("changed or new", "changed or new, and a clock is off", "nothing, a gap", "Moodle's mark",
         "OpenEduCat's mark")),
    Row(NEW, NEW, (OEC,), "push!", "pull", "push",
        ("changed or new", "changed or new, later", "Moodle takes it", "Moodle's mark",
         "OpenEduCat's mark")),
    Row(NEW, NEW, (MOODLE, EQUAL), "pull!", "pull", "push",
        ("changed or new, later or in the same second", "changed or new",
         "OpenEduCat takes it", "Moodle's mark", "OpenEduCat's mark")),
)  # fmt: skip


def table():
    """:return: the table, as Markdown"""
    heads = (
        ("in Moodle", "in OpenEduCat", "from both sides", "from Moodle", "from OpenEduCat"),
        ("---",) * 5,
        *(row.words for row in ROWS),
        ("any", "sheet not taken yet", "waits until it is", "filled and set taken", "waits"),
        ("any", "sheet cancelled", "nothing", "nothing", "nothing"),
    )
    return "\n".join(
        "|---|---|---|---|---|" if cells[0] == "---" else f"| {' | '.join(cells)} |"
        for cells in heads
    )


def with_table(text):
    """:return: the page with the table in its place"""
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    RULES.write_text(with_table(RULES.read_text()))
