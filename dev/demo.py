"""`make demo`: attendance of a Moodle is pulled into OpenEduCat, some marks change in
Moodle, and it is pulled again; then marks go to Moodle, and then both sides mark. Runs in
an Odoo shell; ends with status 0 only if the database holds what Moodle holds, after each
run.
"""

import os
import sys
import textwrap
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

import odoo.release

from odoo.addons.openeducat_moodle_attendance.services.texts.messages_left_out import SKIPPED

CHECKOUT = Path(os.environ["CHECKOUT"])
sys.path[:0] = [str(CHECKOUT / "dev"), str(CHECKOUT / "tests")]
import demo_both  # noqa: E402
import demo_compare  # noqa: E402
import demo_moodle  # noqa: E402
import demo_school  # noqa: E402

KEPT = Path(os.environ["CACHE"]) / "demo.moodle"
REAL = os.environ.get("MOODLE_URL")
TOKEN = os.environ["MOODLE_TOKEN"] if REAL else demo_moodle.TOKEN
ZONE = demo_moodle.ZONE
WEEKS = 4
WIDTH = 100
LABEL = 10
NO_BREAK = "\N{NO-BREAK SPACE}"
# What a run can write, by its counter.
WRITTEN = {
    "registers_created": "new register{s}",
    "sheets_created": "new sheet{s}",
    "sheets_adopted": "sheet{s} linked",
    "sheets_updated": "sheet{s} updated",
    "sheets_moved": "sheet{s} moved",
    "sheets_cancelled": "sheet{s} cancelled",
    "sheets_followed": "sheet{s} under new numbers",
    "lines_created": "new line{s}",
    "lines_updated": "line{s} changed",
    "lines_put_back": "line{s} put back",
    "lines_agreed": "line{s} found equal",
    "remarks_updated": "remark{s}",
    "marks_pushed": "mark{s} sent to Moodle",
    "moodle_sessions_created": "session{s} made in Moodle",
}


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def row(label, text):
    """A label and a text that is wrapped beside it, a number with its noun in one piece."""
    wrapped = textwrap.fill(
        text,
        WIDTH,
        initial_indent=f"{label:<{LABEL}}  ",
        subsequent_indent=" " * (LABEL + 2),
        break_on_hyphens=False,
    )
    print(wrapped.replace(NO_BREAK, " "))


def rows(label, texts):
    """Several texts beside one label."""
    for text in texts:
        row(label, text)
        label = ""


def many(number, words):
    """``1 line``, ``2 lines`` of ``line{s}``."""
    return f"{number} {words.format(s='' if number == 1 else 's')}".replace(" ", NO_BREAK)


def in_words(mark):
    remark = f", “{mark.remark}”" if mark.remark else ""
    return mark.status + remark


class Demo:
    """One instance of Moodle: three pulls, and with the scripted one a push and both ways.

    ``problems`` are sentences; the demo has failed if there are any.
    """

    def __init__(self, env):
        self.env = env
        self.problems = []
        self.here, self.told = {}, set()
        self.server = self.school = None

    def play(self):
        self.make_sides()
        self.env.cr.commit()
        self.prerequisites()

        heading("First pull")
        self.run()
        heading("What was left out, and what mends it")
        self.gaps()

        heading("Then, in Moodle and in OpenEduCat")
        if self.school:
            rows("Moodle", demo_moodle.second_act(self.school))
        self.choose_letters()
        self.mark_by_hand()

        heading("Second pull")
        before = self.here
        self.run()
        self.changes(before)
        self.gaps()

        heading("Third pull, with nothing changed")
        self.nothing_written(self.run())
        if self.school:
            self.other_directions()

        heading("Does OpenEduCat hold what Moodle holds?")
        self.verdict()

    def other_directions(self):
        """A real Moodle is only read, so this is for the scripted one."""
        demo_both.push(self.env, self.instance, self.school, self.run)
        runs = demo_both.both(self.env, self.instance, self.school, self.run)
        self.nothing_written(runs[-1])
        demo_moodle.keep(self.school, KEPT)

    def nothing_written(self, written):
        if written:
            self.problems.append("A run wrote something although nothing had changed.")

    def make_sides(self):
        """Both sides, and what has to match: ``courses`` and ``students``, as
        ``demo_compare`` wants them."""
        KEPT.unlink(missing_ok=True)
        self.instance = self.env["moodle.instance"].create(
            {
                "name": "Demo Moodle",
                "url": REAL or "http://127.0.0.1",
                "allow_http": (REAL or "").startswith("http:"),
                "allow_http_reason": "A Moodle for trying out",
                "token": TOKEN,
                "tz": ZONE,
                "sync_window_days": 0,
                "user_id": self.env.ref("base.user_admin").id,
            }
        )
        if REAL:
            self.moodle = demo_compare.moodle_caller(REAL, TOKEN)
            self.courses, self.students = demo_school.mirror_moodle(
                self.env, self.instance, self.moodle
            )
            return
        today = date.today()
        first_day = today - timedelta(days=today.weekday(), weeks=WEEKS)
        ids = demo_school.make_school(self.env, first_day)
        self.server, self.school = demo_moodle.start(ids)
        self.instance.write({"url": self.server.url, "token": TOKEN})
        self.moodle = demo_compare.moodle_caller(self.server.url, TOKEN)
        self.courses, self.students = self.school.courses, self.school.students

    def prerequisites(self):
        heading("Prerequisites")
        module = self.env["ir.module.module"].search([("name", "=", "openeducat_attendance")])
        row("Odoo", odoo.release.version)
        row("OpenEduCat", f"openeducat_attendance {module.installed_version}")
        self.instance.action_test_connection()
        self.env.cr.commit()
        checks = self.instance.checks or [{"name": "", "words": self.instance.test_message}]
        for check in checks:
            row("Moodle" if check is checks[0] else "", f"{check['name']}: {check['words']}")

    def run(self, *_whatever):
        """One run, told in a few lines, and compared.

        :return: ``{counter: number}`` of what it wrote
        """
        before = demo_compare.marks_here(self.env.cr, self.instance.id)
        started = time.monotonic()
        result = self.instance.sync_attendance()[0]
        seconds = time.monotonic() - started
        # The run has cursors of its own; a new transaction sees what it has done.
        self.env.cr.commit()
        run = self.env["moodle.sync.run"].browse(result.run_id)
        if result.state != "done":
            row(result.state, result.message)
            self.problems.append(f"A run ended as {result.state}, not as done.")
        row(
            "read",
            f"{run.courses_mapped} of {run.courses_in_moodle} courses matched, "
            f"{run.sessions_seen} sessions with {run.marks_seen} marks",
        )
        written = {name: run[name] for name in WRITTEN if run[name]}
        words = ", ".join(many(number, WRITTEN[name]) for name, number in written.items())
        row("written", words or "nothing")
        skipped = sorted((run.skipped_by_reason or {}).items())
        rows(
            "left out",
            (f"{many(n, 'mark{s}')} {self.env._(SKIPPED[why])}" for why, n in skipped),
        )
        if run.conflicts_moodle or run.conflicts_oec:
            text = f"Moodle was later {run.conflicts_moodle} times, OpenEduCat {run.conflicts_oec}"
            row("conflicts", text)
        row("cost", f"{run.moodle_calls} Moodle calls, {seconds:.1f} seconds")
        self.compare(before)
        return written

    def compare(self, before):
        """:param before: what was here before the run"""
        self.here = demo_compare.marks_here(self.env.cr, self.instance.id)
        known = {session for session, _student in self.here}
        self.there = demo_compare.marks_in_moodle(
            self.moodle, self.courses, self.students, ZoneInfo(ZONE), known
        )
        gaps = demo_compare.Gaps(self.env.cr, self.instance.id)
        pulled = self.instance.sync_attendance_from != "oec"
        found = demo_compare.compare(self.there, self.here, before, gaps, pulled)
        self.compared = found
        words = many(len(found.problems), "difference{s}") if found.problems else "equal"
        if found.left_out:
            out = many(found.left_out.total(), "mark{s}")
            words += f", except {out} left out with {many(len(found.left_out), 'gap{s}')}"
        row("compared", words)
        self.problems += found.problems

    def gaps(self):
        """Those that were not told yet."""
        for gap in self.env["moodle.sync.gap"].search([("state", "=", "open")]):
            if gap.id in self.told:
                continue
            self.told.add(gap.id)
            # A gap of a whole activity does not know how many marks wait in it.
            label = many(gap.marks, "mark{s}") if gap.marks else ""
            row(label, f"{gap.course_name or 'Site'}: {gap.name}")

    def choose_letters(self):
        """Somebody says what letters mean that were left out, as far as the demo knows
        their language: *Choose*, beside the gap."""
        told = []
        for gap in self.env["moodle.sync.gap"].search(
            [("state", "=", "open"), ("acronym", "!=", False)], order="acronym"
        ):
            means = demo_compare.MEANS.get((gap.acronym, gap.description))
            if means:
                choice = {"gap_id": gap.id, "meaning": means[0].upper()}
                self.env["moodle.letter.choose"].create(choice).action_choose()
                told.append(f"{gap.acronym} ({gap.description}) is {means}")
        self.env.cr.commit()
        if told:
            row("Choose", f"Somebody says what letters mean: {', '.join(told)}.")

    def mark_by_hand(self):
        """Somebody changes a line in OpenEduCat; Moodle is right, so it is put back."""
        line = self.env["op.attendance.line"].search([("present", "=", True)], order="id", limit=1)
        if line:
            line.write({"present": False, "absent": True})
            self.env.cr.commit()
            where = f"{line.register_id.subject_id.name}, {line.attendance_date:%a %d %b}"
            row("OpenEduCat", f"{where}: {line.student_id.name} is marked absent by hand.")

    def changes(self, before):
        """What is not as it was after the run before: a line per mark, or per session and
        kind of change."""
        told = Counter()
        for key in sorted({*before, *self.here}, key=str):
            old, new = before.get(key), self.here.get(key)
            if old == new:
                continue
            mark = new or old
            if old is None:
                what = "new line{s}"
            elif new is None:
                what = "line{s} gone with the cancelled sheet"
            elif old.day != new.day:
                what = f"line{{s}} moved here from {old.day:%a %d %b}"
            else:
                name = self.env["op.student"].browse(key[1]).name
                what = f"{name}: {in_words(old)} → {in_words(new)}"
            told[mark.day, mark.subject, what] += 1
        names = {key[1]: self.env["op.subject"].browse(key[1]).name for key in told}
        size = max(map(len, names.values()), default=0)
        rows(
            "changed",
            (
                f"{day:%a %d %b}  {names[subject]:<{size}}  "
                f"{what if ': ' in what else many(number, what)}"
                for (day, subject, what), number in sorted(told.items())
            ),
        )

    def verdict(self):
        found = self.compared
        for _course, name in self.there.unreadable.values():
            row("Moodle", f"can't list the activity {name}; what is known of it was read singly.")
        marks = Counter(mark.mark.status for mark in self.there.marks.values() if mark.mark.status)
        words = ", ".join(f"{marks[status]} {status}" for status in demo_compare.STATUSES)
        row("Moodle", f"{many(len(self.there.marks), 'mark{s}')} of matched students: {words}.")
        row(
            "OpenEduCat",
            f"{many(len(self.here), 'line{s}')}, {found.equal} of them equal, compared one by "
            "one: what the mark means, date, subject and remark.",
        )
        self.left_out(found)
        if not found.equal:
            self.problems.append("There was nothing to compare.")
        for problem in self.problems[:20]:
            print(f"* {problem}")
        if len(self.problems) > 20:
            print(f"* … and {len(self.problems) - 20} more.")
        print("No." if self.problems else "Yes.")

    def left_out(self, found):
        """Not equal, and known to be so: by gap, or because it is too early."""
        kinds = dict(self.env["moodle.sync.gap"]._fields["kind"].selection)
        texts = Counter()
        for number, marks in found.left_out.items():
            gap = self.env["moodle.sync.gap"].browse(number)
            letter = f" {gap.acronym} ({gap.description})" if gap.acronym else ""
            texts[f"{gap.course_name}: {kinds[gap.kind]}{letter}"] += marks
        rows("left out", (f"{many(n, 'mark{s}')}, {text}" for text, n in texts.items()))
        for why, number in found.waiting.items():
            row("waiting", f"{many(number, 'mark{s}')} {demo_compare.WAIT[why]}")
        for letter, number in found.unknown.items():
            row("unsure", f"{many(number, 'mark{s}')} with {letter}, which the demo can't read")


def main(env):
    demo = Demo(env)
    try:
        demo.play()
    except (requests.RequestException, demo_compare.MoodleRefusal) as error:
        print(f"error: Moodle does not answer as it should: {error}", file=sys.stderr)
        return 1
    finally:
        if demo.server:
            demo.server.stop()
    return 1 if demo.problems else 0


sys.exit(main(env))  # noqa: F821 (Odoo's shell provides it)
