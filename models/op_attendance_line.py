from odoo import api, fields, models

from ..services.domain.records import Seen
from ..services.domain.status import FIELDS, STATUSES, from_booleans
from ..services.openeducat.plan_applier import marks_follow_type
from .search_operators import any_of, holds

_MARKS = set(FIELDS.values())


class OpAttendanceLine(models.Model):
    _name = "op.attendance.line"
    # The guard first: OpenEduCat's own methods see what is taken only.
    _inherit = ["moodle.owned", "moodle.touching", "op.attendance.line"]
    _way_to_register = ("attendance_id", "register_id")
    _owned_fields = (
        "moodle_base",
        "moodle_marked_at",
        "moodle_base_remark",
        "moodle_remarked_at",
        "moodle_sending",
        "moodle_sending_remark",
    )

    # OpenEduCat declares no index here, so "the lines of these sheets" would read the
    # whole table: 55 ms instead of 2 with 400,000 lines.
    attendance_id = fields.Many2one(index=True)
    moodle_base = fields.Selection(
        [(status, status) for status in STATUSES],
        "Agreed with Moodle",
        readonly=True,
        copy=False,
        help="The status that both sides last agreed on.",
    )
    moodle_marked_at = fields.Datetime(
        "Marked here on",
        readonly=True,
        copy=False,
        help="When a person last changed the mark in Odoo.",
    )
    moodle_base_remark = fields.Char(
        "Remark agreed with Moodle",
        readonly=True,
        copy=False,
        help="The remark that both sides last agreed on.",
    )
    moodle_remarked_at = fields.Datetime(
        "Remark written here on",
        readonly=True,
        copy=False,
        help="When a person last changed the remark in Odoo.",
    )
    moodle_sending = fields.Selection(
        [(status, status) for status in STATUSES],
        "Being sent to Moodle",
        readonly=True,
        copy=False,
        help="The status that is being sent, kept until Moodle has confirmed what it holds.",
    )
    moodle_sending_remark = fields.Char(
        "Remark being sent to Moodle",
        readonly=True,
        copy=False,
        help="The remark that is being sent, kept until Moodle has confirmed what it holds.",
    )

    moodle_differs = fields.Boolean(
        "Differs from Moodle",
        compute="_compute_moodle_differs",
        search="_search_moodle_differs",
        help="The mark was changed here since both sides last agreed.",
    )

    @api.depends("moodle_base", *FIELDS.values())
    def _compute_moodle_differs(self):
        for line in self:
            line.moodle_differs = line.moodle_base and line.moodle_base != from_booleans(line)

    @api.model
    def _search_moodle_differs(self, operator, value):
        # Per base: not exactly that one of the four booleans.
        cases = [
            ["&", ("moodle_base", "=", base), "!", *_exactly(field)]
            for base, field in FIELDS.items()
        ]
        return holds(any_of(cases), operator, value)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Return the view without OpenEduCat's lists of all sheets, batches and courses.

        Its form asks for them as it opens, and so is refused to an attendance manager who has no
        right in OpenEduCat itself. A plain link shows the same name and asks for nothing.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        for node in arch.iterfind(".//field[@widget='selection']"):
            field = self._fields.get(node.get("name"))
            if field and field.type == "many2one":
                del node.attrib["widget"]
        return arch, view

    def _taken_from_others(self, vals, new):
        vals = super()._taken_from_others(vals, new)
        if vals.get("remark") or (not new and "remark" in vals):
            vals = {**vals, "moodle_remarked_at": fields.Datetime.now()}
        if new:
            # Without a user (OpenEduCat has a route without log-in that fills a sheet),
            # nobody has marked anything yet.
            marked = bool(self.env.uid)
        else:
            marks = _MARKS | ({"attendance_type_id"} if marks_follow_type(self.env) else set())
            marked = not marks.isdisjoint(vals)
        return {**vals, "moodle_marked_at": fields.Datetime.now()} if marked else vals

    def unlink(self):
        """Kept with the Moodle course: a deleted line is no edit, and without this it
        would come back from Moodle as a mark that is new here."""
        dropped = {}
        if not self._written_by_us():
            for line in self:
                sheet = line.attendance_id
                seen = Seen.parse(sheet.moodle_seen)
                agreed = (line.moodle_base or "") + (line.moodle_sending or "")
                if agreed and sheet.moodle_session_id and seen:
                    key = sheet.moodle_instance_id, seen.course_id
                    student = sheet.moodle_session_id, line.student_id.id
                    dropped.setdefault(key, {})[student] = agreed
        result = super().unlink()
        for (instance, course_id), lines in dropped.items():
            # sudo: whoever may delete a line may not write to the mappings.
            self.env["moodle.mapping"].sudo()._of_course(instance, course_id)._drop_lines(lines)
        return result


def _exactly(field):
    """Domain of the lines that have this one of the four set and no other."""
    terms = [(name, "=", name == field) for name in FIELDS.values()]
    return ["&"] * (len(terms) - 1) + terms
