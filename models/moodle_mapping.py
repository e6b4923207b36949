from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..services.domain import brake, matching, trouble
from ..services.texts import told
from .guards import same
from .indexes import unique_index
from .kept_error import with_error_told
from .moodle_instance import NO_ACCESS


class MoodleMapping(models.Model):
    """An identity link: which OpenEduCat record a Moodle course, group or person is.

    For a Moodle course the pair of subject and course is meant: ``oec_record_id`` is
    the op.subject, ``op_course_id`` the op.course. Rows that the sync found are found
    again when they are lost; a row made by hand always wins.
    """

    _name = "moodle.mapping"
    _inherit = "moodle.guarded"
    _description = "Moodle Mapping"
    _order = "mapped_at desc nulls last, id desc"
    _rec_name = "moodle_name"
    _fixed_fields = ("instance_id", "model", "moodle_id")
    _owned_fields = (
        "company_id",
        "moodle_name",
        "moodle_idnumber",
        "moodle_email",
        "sync_hash",
        "extra_data",
        "mapped_at",
        "found_before",
        "last_success",
        "error_message",
        "error_told",
    )

    instance_id = fields.Many2one(
        "moodle.instance", "Moodle", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="instance_id.company_id", store=True)
    model = fields.Selection(
        [
            ("op.subject", "Subject and course"),
            ("op.batch", "Batch"),
            ("op.student", "Student"),
        ],
        "Kind",
        required=True,
    )
    oec_record_id = fields.Many2oneReference(
        "OpenEduCat Record", model_field="model", required=True, index=True
    )
    op_course_id = fields.Many2one("op.course", "Course")
    record_name = fields.Char("OpenEduCat", compute="_compute_record_name")
    moodle_id = fields.Integer(
        "Moodle ID",
        required=True,
        help="The number in the address of the course, group or profile in Moodle (id=…).",
    )
    moodle_name = fields.Char("In Moodle", readonly=True)
    moodle_idnumber = fields.Char("Moodle ID number", readonly=True)
    moodle_email = fields.Char(
        readonly=True,
        groups=NO_ACCESS,
        help="The e-mail by which a person was found, as it was in Moodle then.",
    )
    found_by = fields.Selection(
        [
            (matching.MANUAL, "Manual"),
            (matching.IDNUMBER, "Moodle ID number"),
            (matching.SHORTNAME, "Short name"),
            (matching.EMAIL, "E-mail"),
            (matching.FORMER, "Former account"),
        ],
        required=True,
        default=matching.MANUAL,
    )
    sync_hash = fields.Char(
        readonly=True, help="Of a course: fingerprint of its sessions at the last success."
    )
    extra_data = fields.Json(
        readonly=True, help="Of a course: the Moodle sessions met so far, by activity."
    )
    mapped_at = fields.Datetime(
        "Mapped on", readonly=True, help="When it was last mapped manually."
    )
    found_before = fields.Json(
        readonly=True, help="What the synchronisation had found when it was mapped manually."
    )
    last_success = fields.Datetime(readonly=True)
    error_message = fields.Text("Error as it was found", readonly=True)
    error_told = fields.Json(
        readonly=True, help="What the error says, for readers of any language: see told.py."
    )
    error_words = fields.Text("Error", compute="_compute_error_words")

    def init(self):
        unique_index(
            self.env.cr, "moodle_mapping_unique_moodle_id", self._table,
            ["instance_id", "model", "moodle_id"],
        )  # fmt: skip

    @api.depends("error_message", "error_told")
    @api.depends_context("lang")
    def _compute_error_words(self):
        for mapping in self:
            mapping.error_words = mapping.error_message and told.shown(
                mapping.env, mapping.error_told, mapping.error_message
            )

    @api.depends("model", "oec_record_id", "op_course_id", "found_by")
    @api.depends_context("uid")
    def _compute_record_name(self):
        """The names of what the synchronisation has linked stand on the attendance sheets,
        too. A number that a person has typed in shows a name only to those who may read
        that record: else a mapping could be made to look up any student."""
        for mapping in self:
            found_by_us = isinstance(mapping.id, int) and mapping.found_by != matching.MANUAL
            number = mapping.oec_record_id
            # sudo: attendance managers of 2025 may read neither students nor batches.
            records = self.env[mapping.model or "op.subject"].sudo()
            record = records.browse(number or ()).exists()
            names = []
            if record:
                known = found_by_us or record.with_user(self.env.uid).has_access("read")
                names.append(record.display_name if known or self.env.su else f"#{number}")
            if mapping.op_course_id:
                names.append(mapping.op_course_id.sudo().display_name)
            mapping.record_name = " / ".join(names)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{**vals, "found_by": self._by_hand(vals)} for vals in vals_list]
        mappings = super().create(vals_list)
        mappings.filtered(lambda mapping: mapping.found_by == matching.MANUAL)._note_by_hand({})
        return mappings

    def write(self, vals):
        vals = with_error_told(vals)
        if not self.env.su:
            if "found_by" in vals and not same(self, "found_by", vals["found_by"]):
                vals = {**vals, "found_by": self._by_hand(vals)}
            for name in ("oec_record_id", "op_course_id"):
                if name in vals and not same(self, name, vals[name]):
                    # Otherwise the next run would put back what it had found.
                    vals = {**vals, "found_by": matching.MANUAL}
        if vals.get("found_by") != matching.MANUAL:
            return super().write(vals)
        before = {
            mapping: {
                "found_by": mapping.found_by,
                "oec_record_id": mapping.oec_record_id,
                "op_course_id": mapping.op_course_id.id,
            }
            for mapping in self
            if mapping.found_by != matching.MANUAL
        }
        result = super().write(vals)
        self._note_by_hand(before)
        return result

    def _note_by_hand(self, before):
        """:param before: what the synchronisation had found, ``{mapping: values}``"""
        self.instance_id._read_all_soon()
        # sudo: it can't be typed in.
        for mapping in self.sudo():
            mapping.mapped_at = fields.Datetime.now()
            if mapping in before:
                mapping.found_before = before[mapping]

    def _by_hand(self, vals):
        """How what a person has entered was found.

        :raise AccessError: it says to have been found by the synchronisation
        """
        if vals.get("found_by", matching.MANUAL) != matching.MANUAL:
            raise AccessError(self.env._("A mapping made by a person must be Manual."))
        return matching.MANUAL

    @api.constrains("model", "oec_record_id", "op_course_id", "moodle_id", "found_by")
    def _check_record(self):
        for mapping in self:
            if mapping.moodle_id <= 0:
                raise ValidationError(self.env._("The Moodle ID must be a number above zero."))
            if mapping.model == "op.subject" and not mapping.op_course_id:
                raise ValidationError(
                    self.env._("Choose both a subject and a course for the Moodle course.")
                )
            # sudo: see _compute_record_name.
            if mapping.found_by == matching.MANUAL and not (
                self.env[mapping.model].sudo().browse(mapping.oec_record_id).exists()
            ):
                raise ValidationError(
                    self.env._(
                        "There is no OpenEduCat record with the number %s.", mapping.oec_record_id
                    )
                )
            if mapping.found_by == matching.MANUAL and mapping._is_foreign():
                raise ValidationError(self.env._("This belongs to another company."))

    def _is_foreign(self):
        """Whether what is mapped is another company's, where the model has companies."""
        # sudo: see _compute_record_name.
        records = (self.env[self.model].sudo().browse(self.oec_record_id), self.op_course_id.sudo())
        companies = self.instance_id.company_id.parent_ids
        return any(
            "company_id" in record._fields and record.company_id - companies for record in records
        )

    @api.model
    def _map_by_hand(self, instance, model, moodle_id, record_id, course_id=False, name=False):
        """The row that says so, made or corrected.

        :return: ``moodle.mapping``
        """
        values = {
            "oec_record_id": record_id,
            "op_course_id": course_id,
            "found_by": matching.MANUAL,
        }
        keys = {"instance_id": instance.id, "model": model, "moodle_id": moodle_id}
        mapping = self.search([(key, "=", value) for key, value in keys.items()])
        if mapping:
            mapping.write(values)
            return mapping
        mapping = self.create({**keys, **values})
        # sudo: as Moodle calls it, from the gap; it can't be typed in.
        mapping.sudo().moodle_name = name
        return mapping

    @api.model
    def _held_by_others(self, instance, model, moodle_id, record_id, course_id=False):
        """Who else in Moodle is an OpenEduCat record.

        :param moodle_id: of the one that is not asked for
        :return: ``moodle.mapping``, without accounts that are gone and courses that have ended
        """
        domain = [
            ("instance_id", "=", instance.id),
            ("model", "=", model),
            ("moodle_id", "!=", moodle_id),
            ("oec_record_id", "=", record_id),
            ("found_by", "!=", matching.FORMER),
            ("ended_at", "=", False),
        ]
        if course_id:
            domain.append(("op_course_id", "=", course_id))
        return self.search(domain)

    @api.model
    def _taken_elsewhere(self, instance):
        """:return: set of ids of Moodle courses that other companies' instances of the same
        Moodle have matched"""
        others = self.search(
            [
                ("model", "=", "op.subject"),
                ("instance_id", "!=", instance.id),
                ("instance_id.site_key", "=", instance.site_key),
            ]
        )
        return set(others.mapped("moodle_id"))

    def _name_in_moodle(self):
        self.ensure_one()
        return self.moodle_name or self.env._("Moodle number %s", self.moodle_id)

    def action_undo(self):
        """Take back what was mapped by hand; the next run finds by itself what it can. What the
        synchronisation had found before is there again, with what is kept of a course."""
        self.ensure_one()
        self._undo()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "openeducat_moodle_attendance.action_moodle_mapping"
        ) | {"target": "main"}

    def _undo(self):
        """:raise UserError: it was not mapped by hand"""
        self.check_access("write")
        if self.found_by != matching.MANUAL:
            raise UserError(self.env._("Only manual mappings can be undone."))
        instance = self.instance_id
        instance._check_may_sync()
        instance._read_all_soon()
        # sudo: gaps are written by the synchronisation, and attendance managers delete no
        # mapping; those who may make one may take it back.
        self.env["moodle.sync.gap"].sudo()._open_unmapped(instance, self.model, self.moodle_id)
        instance.sudo().message_post(
            body=self.env._(
                "Manual mapping undone: %(moodle)s, %(record)s",
                moodle=self._name_in_moodle(),
                record=self.record_name,
            )
        )
        mapping = self.sudo()
        if mapping.found_before:
            mapping.write({**mapping.found_before, "found_before": False, "mapped_at": False})
        else:
            mapping.unlink()

    # --- a course's own bookkeeping ---------------------------------------------

    def _kept(self, name):
        """A part of what is kept of a course, ``None`` where there is none."""
        return (self.extra_data or {}).get(name)

    def _keep(self, name, value):
        """:param value: of that part; an empty one takes it away"""
        others = {key: kept for key, kept in (self.extra_data or {}).items() if key != name}
        self.extra_data = {**others, name: value} if value else others

    @property
    def known_sessions(self):
        return self._kept("sessions")

    def _keep_sessions(self, sessions):
        """:param sessions: ``KnownSessions.to_json()``"""
        self.ensure_one()
        self._keep("sessions", sessions)

    @property
    def known_modules(self):
        """What Moodle's addresses call each activity: ``{activity id as text: number}``."""
        return self._kept("modules") or {}

    def _keep_modules(self, modules):
        """:param modules: see :attr:`known_modules`"""
        self.ensure_one()
        self._keep("modules", modules)

    @property
    def allowed(self):
        """What a person has let through in a course.

        :return: ``brake.Allowance``
        """
        return brake.Allowance(self._kept("allowed") or {})

    def _keep_allowed(self, parts):
        """:param parts: of a ``brake.Allowance``; none for nothing"""
        self.ensure_one()
        if parts != self.allowed.parts:
            self._keep("allowed", parts)

    def _module_of(self, activity_id):
        """What Moodle's addresses call an activity; 0 where that is not known."""
        return self.known_modules.get(str(activity_id), 0)

    @api.model
    def _of_course(self, instance, moodle_id):
        """The mapping of a Moodle course; empty where it has none any more."""
        return self.search(
            [
                ("instance_id", "=", instance.id),
                ("model", "=", "op.subject"),
                ("moodle_id", "=", moodle_id),
            ]
        )

    def _dropped_lines(self):
        """What lines said that somebody deleted, of a course.

        :return: see ``records.LocalState.dropped``
        """
        kept = self._kept("dropped") or {}
        return {
            (int(session), int(student)): status
            for session, students in kept.items()
            for student, status in students.items()
        }

    def _drop_lines(self, lines):
        """:param lines: what lines said that were deleted just now, as :meth:`_dropped_lines`
        gives it"""
        if not self:
            return
        kept = {**self._dropped_lines(), **lines}
        dropped = {}
        for (session, student), status in kept.items():
            dropped.setdefault(str(session), {})[str(student)] = status
        self._keep("dropped", dropped)

    def _not_held(self):
        """Marks that Moodle accepted and did not keep, of a course.

        :return: see ``records.LocalState.not_held``
        """
        kept = self._kept("not_held") or {}
        return {
            (int(session), int(student)): tuple(values)
            for session, students in kept.items()
            for student, values in students.items()
        }

    def _keep_not_held(self, lost, sent):
        """:param lost: what to keep, as :meth:`_not_held` gives it
        :param sent: set of ``(session id, student id)`` of which Moodle was read back
        """
        before = self._not_held()
        after = {key: values for key, values in before.items() if key not in sent} | lost
        if after == before:
            return
        kept = {}
        for (session, student), values in after.items():
            kept.setdefault(str(session), {})[str(student)] = list(values)
        self._keep("not_held", kept)

    def _succeeded(self, sync_hash, waited=False, came_back=False, **values):
        """:param waited: whether it had waited for this run of a person
        :param came_back: whether Moodle broke at it before
        :param values: what else is known of the course now
        """
        values |= {
            "last_success": fields.Datetime.now(), "sync_hash": sync_hash,
            "error_message": False, "error_told": False, **self._trouble_values(trouble.NONE),
        }  # fmt: skip
        if waited:
            values.update(waits_since=False, direction_before=False)
        self.write(values)
        if came_back:
            self._end_pauses_of_others()

    def _failed(self, sentence, found=trouble.NONE):
        """:param sentence: what was wrong, see ``told``
        :param found: ``Trouble``, where it is not tried again by the next run
        """
        kept = told.keep(sentence)
        self.write(
            {
                "error_message": told.tell(self.env, kept),
                "error_told": kept,
                **self._trouble_values(found),
            }
        )

    def _taken_in_order(self):
        """Sort key: the course whose last success is longest ago goes first; those at which
        Moodle breaks after all others, so that they keep nobody waiting."""
        return bool(self.failures), self.last_success or datetime.min, self.moodle_id
