"""The decision table: what happens to one student in one session.

``ROWS`` is the one place where it is written down. ``test_merge`` holds ``services/merge.py``
to it for every combination, and the README's table is made of it::

    python3 tests/decisions.py      # writes the table into README.md
"""

from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
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
    * ``both``, ``pull``, ``push``: actions of ``services/merge.py`` where attendance comes from
      both sides, from Moodle, from OpenEduCat; a ``!`` at the end: it is noted as a conflict;
    * ``words``: the cells of the README's table.
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
        ("the same mark", "the same mark", "it is noted", "noted", "noted")),
    Row((MARK,), (NOBODYS,), ANY, "pull", "pull", "nobodys",
        ("a mark", "a line that no person has marked yet", "OpenEduCat takes it", "the same",
         "nothing, a gap")),
    Row((NONE, CUSTOM), (NOBODYS,), ANY, "nobodys", "nothing", "nobodys",
        ("no mark, or a custom status", "a line that no person has marked yet",
         "nothing, a gap", "the line stays", "nothing, a gap")),
    Row((MARK,), (NOBODYS_UNCLEAR,), ANY, "pull", "pull", "unclear",
        ("a mark", "such a line without a clear mark", "OpenEduCat takes it", "the same",
         "nothing, a gap")),
    Row((NONE, CUSTOM), (NOBODYS_UNCLEAR,), ANY, "nobodys", "nothing", "unclear",
        ("no mark, or a custom status", "such a line without a clear mark", "nothing, a gap",
         "the line stays", "nothing, a gap")),
    Row((NONE, CUSTOM), (NONE,), ANY, "nothing", "nothing", "nothing",
        ("no mark, or a custom status", "no line", "nothing", "nothing", "nothing")),
    Row((UNCHANGED,), (NONE,), ANY, "dropped", "pull", "nothing",
        ("unchanged", "line deleted", "nothing, a gap", "the line comes back", "nothing")),
    Row((CHANGED,), (NONE,), ANY, "pull", "pull", "nothing",
        ("changed", "line deleted", "the line comes back", "the same", "nothing")),
    Row((MARK,), (NONE,), ANY, "pull", "pull", "nothing",
        ("a mark, never met", "no line", "a line is made", "a line is made", "nothing")),
    Row((NONE, CUSTOM), (UNCLEAR,), ANY, "unclear", "nothing", "unclear",
        ("no mark, or a custom status", "none or several of the four", "nothing, a gap",
         "the line stays", "nothing, a gap")),
    Row((UNCHANGED,), (UNCLEAR,), ANY, "unclear", "pull", "unclear",
        ("unchanged", "none or several of the four", "nothing, a gap", "the line is put back",
         "nothing, a gap")),
    Row(NEW, (UNCLEAR,), ANY, "pull", "pull", "unclear",
        ("changed, or never met", "none or several of the four", "OpenEduCat takes it",
         "the same", "nothing, a gap")),
    Row((NONE,), (UNCHANGED,), ANY, "vanished", "nothing", "push",
        ("gone (course reset)", "unchanged", "nothing, a gap", "the line stays",
         "it is sent again")),
    Row((NONE,), NEW, ANY, "push", "nothing", "push",
        ("gone, or no mark", "changed, or never met", "it is sent", "the line stays",
         "it is sent")),
    Row((CUSTOM,), (UNCHANGED, MARK), ANY, "nothing", "nothing", "push",
        ("a custom status", "unchanged, or never met", "nothing, a gap", "the line stays",
         "overwritten")),
    Row((CUSTOM,), (CHANGED,), (OEC, TASK), "push!", "nothing", "push",
        ("a custom status", "changed later", "it is sent", "the line stays", "overwritten")),
    Row((CUSTOM,), (CHANGED,), (MOODLE, EQUAL), "nothing", "nothing", "push",
        ("a custom status, later", "changed", "nothing, a gap", "the line stays", "overwritten")),
    Row((CUSTOM,), (CHANGED,), (UNSURE,), "unsure", "nothing", "push",
        ("a custom status", "changed, and a clock is off", "nothing, a gap", "the line stays",
         "overwritten")),
    Row((UNCHANGED,), (CHANGED,), ANY, "push", "pull", "push",
        ("unchanged", "changed", "Moodle takes it", "the line is put back", "Moodle takes it")),
    Row((CHANGED,), (UNCHANGED,), ANY, "pull", "pull", "push",
        ("changed, by whomever", "unchanged", "OpenEduCat takes it", "the same",
         "Moodle is put back")),
    Row(NEW, NEW, (TASK,), "push!", "pull", "push",
        ("changed, or never met, by Moodle's task at the end", "changed, or never met, by a person",
         "the person's", "Moodle's", "OpenEduCat's")),
    Row(NEW, NEW, (UNSURE,), "unsure", "pull", "push",
        ("changed, or never met", "the same, and a clock is off", "nothing, a gap", "Moodle's",
         "OpenEduCat's")),
    Row(NEW, NEW, (OEC,), "push!", "pull", "push",
        ("changed, or never met", "the same, and later", "Moodle takes it", "Moodle's",
         "OpenEduCat's")),
    Row(NEW, NEW, (MOODLE, EQUAL), "pull!", "pull", "push",
        ("changed, or never met, later or in the same second", "changed, or never met",
         "OpenEduCat takes it", "Moodle's", "OpenEduCat's")),
)  # fmt: skip


def table():
    """:return: the README's table, as Markdown"""
    heads = (
        ("Moodle", "OpenEduCat", "what happens", "`Moodle` only", "`OpenEduCat` only"),
        ("---",) * 5,
        *(row.words for row in ROWS),
        ("any", "sheet not done yet", "waits until it is", "filled and set done", "waits"),
        ("any", "sheet cancelled", "nothing", "nothing", "nothing"),
    )
    return "\n".join(
        "|---|---|---|---|---|" if cells[0] == "---" else f"| {' | '.join(cells)} |"
        for cells in heads
    )


def with_table(text):
    """:return: the README with the table in its place"""
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
