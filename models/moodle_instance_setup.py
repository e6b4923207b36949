from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services import SkippedError
from ..services.domain.letters_seen import letter_gap
from ..services.domain.plan import Letter, course_gap
from ..services.domain.status_meaning import OPEN, row_for
from ..services.moodle import moodle_errors as errors
from ..services.moodle import plugin_zip
from ..services.texts.messages_counts import counted
from ..services.texts.messages_letters import STATUS_WORDS, letter_words, status_word
from .moodle_instance_preview import BUTTON_SECONDS, GRACE_SECONDS

STEPS = ["connect", "people", "direction", "preview"]


class MoodleInstance(models.Model):
    """First set-up, step by step. What was entered is kept on the instance itself, so
    that it can be left and taken up again; the schedule waits until it is finished."""

    _inherit = "moodle.instance"

    setup_step = fields.Selection(
        [
            ("connect", "Connect"),
            ("people", "Who is who"),
            ("direction", "Direction"),
            ("preview", "Preview"),
        ],
        copy=False,
    )
    discovery = fields.Json(readonly=True, copy=False)
    discovery_html = fields.Html("Who is who", compute="_compute_discovery", sanitize=False)
    course_gap_ids = fields.One2many(
        "moodle.sync.gap",
        "instance_id",
        "Courses to map",
        domain=[
            ("kind", "=", "unmatched_course"),
            ("moodle_id", "!=", 0),
            ("state", "in", ("open", "mended")),
        ],
    )
    setup_report_id = fields.Many2one("moodle.sync.report", compute="_compute_setup_report")
    setup_written = fields.Boolean(compute="_compute_setup_report")
    setup_report_state = fields.Char(compute="_compute_setup_report")
    setup_report_progress = fields.Float("Progress of the preview", compute="_compute_setup_report")
    setup_report_html = fields.Html(
        "What a first run would do", compute="_compute_setup_report", sanitize=False
    )

    # --- steps --------------------------------------------------------------------

    def action_new_setup(self):
        """Of the list, whatever is selected there."""
        self.browse().check_access("create")
        return self.browse()._setup_dialog()

    def action_setup(self):
        """Taken up again, both sides are looked at again: days may lie between."""
        self.ensure_one()
        self.check_access("write")
        if self.active and self.setup_step == "people":
            self._discover_or_test()
        elif self.active and self.setup_step == "preview":
            self._look_again()
        return self._setup_dialog()

    def _discover_or_test(self):
        """Where Moodle does not answer any more, the first step says why."""
        try:
            self._discover()
        except UserError:
            self.setup_step = "connect"
            if self.has_token:
                self._test()

    def _look_again(self):
        if self.setup_report_state != "running":
            self._make_report("preview", BUTTON_SECONDS)
            self.invalidate_recordset(["setup_report_id"], flush=False)

    def _setup_dialog(self):
        view = self.env.ref("openeducat_moodle_attendance.view_moodle_instance_setup")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set up Moodle"),
            "res_model": "moodle.instance",
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
            # Most schools have one, and need no other name.
            "context": {
                "default_setup_step": "connect",
                "default_name": "Moodle",
                "dialog_size": "large",
            },
        }

    @api.model
    def _moodle_plugin(self):
        """Our plug-in for Moodle, for whoever may set a Moodle up.

        :return: ``(name of the file, its bytes)``, a zip
        """
        self.browse().check_access("create")
        return plugin_zip.file_name(), plugin_zip.content()

    def action_use_address(self):
        result = super().action_use_address()
        return self._setup_dialog() if self.setup_step else result

    def action_setup_back(self):
        self.ensure_one()
        self.check_access("write")
        self._check_in_setup()
        self.setup_step = STEPS[max(STEPS.index(self.setup_step) - 1, 0)]
        return self._setup_dialog()

    def _check_in_setup(self):
        if not self.setup_step:
            raise UserError(self.env._("This instance is not being set up."))

    def action_setup_next(self):
        """Do what this step is for, and go on if it worked."""
        self.ensure_one()
        self.check_access("write")
        self._check_in_setup()
        step = self.setup_step
        if step == "connect":
            if self._test()[0]:
                self.setup_step = "people"
                self._discover()
        elif step == "people":
            self.setup_step = "direction"
        elif step == "direction":
            self._make_report("preview", BUTTON_SECONDS)
            self.setup_step = "preview"
        return self._setup_dialog()

    def action_setup_discover(self):
        """Also after something was fixed in Moodle."""
        self.ensure_one()
        self.check_access("write")
        self._discover()
        return self._setup_dialog()

    def _discover(self):
        try:
            self.discovery = self._survey().discover(BUTTON_SECONDS, GRACE_SECONDS)
        except errors.MoodleError as error:
            raise UserError(error.explain(self.env)) from None
        except SkippedError as reason:
            raise UserError(reason.explain(self.env)) from None
        self._note_letters(self.discovery)
        gaps = [course_gap(*course) for course in self.discovery["unmatched"]]
        # sudo: gaps are written by the sync alone; the right to set up was checked.
        Gap = self.env["moodle.sync.gap"].sudo()
        Gap._note_courses(self, gaps, self.discovery["without"])

    def _note_letters(self, found):
        """Letters that somebody has to choose, as gaps, so that they can be chosen here."""
        # sudo: gaps are written by the sync alone; the right to set up was checked.
        Gap, Run = self.env["moodle.sync.gap"].sudo(), self.env["moodle.sync.run"]
        for course in found["matched"]:
            rows = [
                row
                for row in found["letters"]
                if row["why"] in OPEN and str(course["id"]) in row["marks"]
            ]
            gaps = [letter_gap(row, course["id"]) for row in rows]
            Gap._note_letters(self, Run, course["id"], gaps, course["name"])

    def action_setup_finish(self):
        """From here on the schedule synchronises this Moodle."""
        self.ensure_one()
        self.check_access("write")
        self._end_setup()
        self._continue_in_background()
        return {**self._open_form(), "target": "current"}

    def _end_setup(self):
        self.write({"setup_step": False, "discovery": False})

    def _end_setup_at_once(self):
        """On a cursor of its own: this transaction began before the run that has written the
        instance, and could not write over it."""
        with self._on_own_cursor() as here:
            here._end_setup()
        self.invalidate_recordset(["setup_step", "discovery"], flush=False)

    # --- what is shown ------------------------------------------------------------------

    @api.depends("discovery", "meaning_ids.meaning")
    def _compute_discovery(self):
        for instance in self:
            found = instance.discovery
            instance.discovery_html = instance._discovery_words(found) if found else False

    def _discovery_words(self, found):
        ways = dict(self.env["moodle.mapping"]._fields["found_by"]._description_selection(self.env))
        intro = self.env._(
            "Moodle courses matched with a subject and course of OpenEduCat: %(mapped)s of "
            "%(all)s.",
            mapped=len(found["matched"]) + found["left"],
            all=found["courses"],
        )
        names = self._matched_names(found["matched"])
        rows = Markup().join(self._course_words(course, ways, names) for course in found["matched"])
        titles = (
            self.env._("Moodle course"),
            self.env._("In OpenEduCat"),
            self.env._("Found by"),
            self.env._("Students"),
            self.env._("Batches"),
        )
        head = Markup("<tr>%s</tr>") % Markup().join(Markup("<th>%s</th>") % t for t in titles)
        parts = [Markup("<p>%s</p>") % intro]
        if rows:
            parts.append(
                Markup(
                    '<div class="table-responsive"><table class="table table-sm">'
                    "<thead>%s</thead><tbody>%s</tbody></table></div>"
                )
                % (head, rows)
            )
        if found["left"]:
            parts.append(Markup("<p>%s</p>") % counted(self.env, "courses_left", found["left"]))
        words = []
        if found.get("without"):
            words.append(counted(self.env, "without", len(found["without"])))
        if found.get("not_asked"):
            words.append(counted(self.env, "courses_not_asked", found["not_asked"]))
        if words:
            parts.append(Markup('<p class="text-muted">%s</p>') % " ".join(words))
        parts.append(self._letters_words(found.get("letters", ())))
        return Markup().join(parts)

    def _letters_words(self, letters):
        """Letters that the sessions use, and what each is taken for; those that are still to
        be chosen stand below, each with its button."""
        shown = [(row, self._letter_meaning(row)) for row in letters]
        rows = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>")
            % (
                letter_words(self.env, row["acronym"], row["description"]),
                "" if row["grade"] is None else f"{row['grade']:g}",
                counted(self.env, "activities", row["activities"]),
                meaning,
            )
            for row, meaning in shown
            if meaning
        )
        if not rows:
            return Markup()
        head = Markup("<tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr>") % (
            self.env._("Letter"),
            self.env._("Points"),
            self.env._("Seen in"),
            self.env._("Meaning"),
        )
        return Markup(
            '<h4>%s</h4><div class="table-responsive"><table class="table table-sm">'
            "<thead>%s</thead><tbody>%s</tbody></table></div>"
        ) % (self.env._("Letters of this Moodle"), head, rows)

    def _letter_meaning(self, row):
        """In a word; empty for a letter that is still to be chosen. What was chosen since
        Moodle was looked at counts."""
        letter = Letter(row["acronym"], row["description"], row["grade"])
        chosen = row_for(letter, 0, self._chosen_meanings())
        status = chosen.status if chosen else row["status"]
        if status in STATUS_WORDS:
            return status_word(self.env, status)
        return "" if not chosen and row["why"] in OPEN else self.env._("left out")

    def _course_words(self, course, ways, names):
        students = [
            self.env._("%(number)s (%(way)s)", number=number, way=ways[way])
            for way, number in course["students"].items()
        ]
        subject, op_course = course["pair"]
        pair = [names["op.subject"].get(subject, "?"), names["op.course"].get(op_course, "?")]
        groups = [names["op.batch"].get(number, "?") for number in course["batches"]]
        cells = [
            escape(course["name"]),
            escape(" / ".join(pair)),
            escape(ways[course["found_by"]]),
        ]
        for good, left in ((students, course["people"]), (groups, course["groups"])):
            words = escape(", ".join(good) or "–")
            if left["count"]:
                words += Markup('<br/><span class="text-warning">%s</span>') % self.env._(
                    "%(count)s without a match: %(names)s",
                    count=left["count"],
                    names=self._names(left),
                )
            if left is course["people"] and course["with_marks"]:
                words += Markup('<br/><span class="text-danger">%s</span>') % self.env._(
                    "%s of them with marks", course["with_marks"]
                )
            cells.append(words)
        return Markup("<tr>%s</tr>") % Markup().join(Markup("<td>%s</td>") % cell for cell in cells)

    def _matched_names(self, courses):
        """What the courses of ``discovery`` stand for.

        :return: ``{model: {id: name}}``
        """
        ids = {
            "op.subject": {course["pair"][0] for course in courses},
            "op.course": {course["pair"][1] for course in courses},
            "op.batch": {number for course in courses for number in course["batches"]},
        }
        # sudo: who sets Moodle up may not see them; their names stand on the sheets.
        env = self.sudo().env
        return {
            model: {record.id: record.display_name for record in env[model].browse(found).exists()}
            for model, found in ids.items()
        }

    @staticmethod
    def _names(some):
        more = some["count"] > len(some["names"])
        return ", ".join(some["names"]) + (" …" if more else "")

    @api.depends("report_ids.state", "report_ids.courses_done", "run_ids.courses_done")
    def _compute_setup_report(self):
        working = self._last_working_runs()
        for instance in self:
            report = self.env["moodle.sync.report"].search(
                [("instance_id", "=", instance._origin.id), ("kind", "=", "preview")],
                order="id desc",
                limit=1,
            )
            instance.setup_report_id = report
            instance.setup_written = bool(working[instance]) or instance.sheet_count > 0
            instance.setup_report_state = report.state
            instance.setup_report_progress = report.progress
            instance.setup_report_html = report._words() if report else False

    def action_setup_open_preview(self):
        self.ensure_one()
        self.check_access("read")
        return self._open("moodle.sync.report", self.setup_report_id.id)
