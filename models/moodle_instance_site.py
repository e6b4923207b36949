from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain.site_identity import Site, difference, remembered, same_address
from ..services.domain.site_key import site_key
from ..services.openeducat.local_store import QUIET
from ..services.runs.checklist import Check
from ..services.runs.run_lock import instance_lock
from ..services.texts import messages_run as words
from ..services.texts.messages_gaps import describe
from .moodle_instance_database import MoodleInstance as Instance
from .of_each import count_of_each

_lt = LazyTranslate(__name__)


class MoodleInstance(models.Model):
    """Which Moodle this is. Its numbers mean something in that one alone: where another one
    answers, nothing is read or written until an administrator has said what it is."""

    _inherit = "moodle.instance"
    _owned_fields = (*Instance._owned_fields, "site_identity", "site_seen", "site_waits")

    site_identity = fields.Json(
        readonly=True, copy=False, help="What is known of this Moodle: see site_identity.Site."
    )
    site_seen = fields.Json(
        readonly=True, copy=False, help="The Moodle that answers instead, while it is asked about."
    )
    site_waits = fields.Boolean(
        readonly=True,
        copy=False,
        help="Another Moodle was connected, and no person has started a run since.",
    )
    site_changed = fields.Boolean("Another Moodle answers", compute="_compute_site")
    site_question = fields.Text(compute="_compute_site")
    site_shown = fields.Char("Known as", compute="_compute_site")
    site_by_hand_count = fields.Integer(compute="_compute_site_by_hand_count")

    @api.depends("site_identity", "site_seen")
    @api.depends_context("lang")
    def _compute_site(self):
        for instance in self:
            known, seen = instance._known_site(), Site.from_json(instance.site_seen)
            change = seen and difference(known, seen)
            instance.site_changed = bool(change)
            instance.site_question = change and describe(
                self.env, instance._site_gap(change, known, seen)
            )
            instance.site_shown = known and known.line

    @api.depends("site_waits")
    def _compute_site_by_hand_count(self):
        """Mappings made by hand, which hold numbers of the former Moodle."""
        manual = [("found_by", "=", matching.MANUAL)]
        counts = count_of_each(self, "moodle.mapping", "instance_id", manual)
        for instance in self:
            instance.site_by_hand_count = counts[instance.id]

    def _known_site(self):
        return Site.from_json(self.site_identity)

    def _known_address(self):
        """As Moodle itself gave it, an empty text before the first run."""
        known = self._known_site()
        return known.address if known else ""

    def _connected_already(self, address):
        """Whether another instance of the company has this Moodle. An instance that has it
        already, as the one known, is not asked.

        :param address: that Moodle gives as its own: however an instance spells it, it is one
        :return: sentence that says so, or ``None``
        """
        self.ensure_one()
        if not site_key(address) or same_address(self._known_site(), address):
            return None
        # sudo: instances are few; only those of the same company are named.
        mine = [("company_id", "=", self.company_id.id), ("active", "=", True)]
        others = self.sudo().search([*mine, ("id", "!=", self.id)])
        for other in others:
            known = other._known_site() or Site(other.url)
            if same_address(known, address):
                return words.connected_already(other.name, address)
        return None

    def _test_connection(self, client, site_info):
        refusal = self._connected_already(site_info.address)
        if refusal:
            return [Check.of(self.env, False, _lt("One instance for each Moodle"), refusal)]
        checks = super()._test_connection(client, site_info)
        # The courses are looked at by a run; the address can be told at once.
        seen = Site(site_info.address, (), site_info.sitename, site_info.release)
        change = difference(self._known_site(), seen)
        if change and self._has_links():
            gap = self._site_gap(change, self._known_site(), seen)
            checks.append(Check.of(self.env, None, _lt("Same Moodle"), gap))
        return checks

    # --- of a run -----------------------------------------------------------------

    def _look_at_site(self, seen, run=None):
        """Whether this is the Moodle that is known; a run remembers it, and notes another.

        :param seen: ``site_identity.Site`` that answers
        :param run: ``moodle.sync.run``; without one nothing is written
        :return: the question, see ``told``; an empty text where there is none
        """
        self.ensure_one()
        known = self._known_site()
        change = difference(known, seen)
        if change and not self._has_links():
            # Nothing of the former one can be mistaken.
            known = change = None
        if change:
            gap = self._site_gap(change, known, seen)
            if run:
                self._note_other_site(gap, seen, run)
            return gap
        if run:
            kept = {"site_identity": remembered(known, seen).to_json(), "site_seen": False}
            if run.trigger != "cron":
                kept["site_waits"] = False
            self._keep_site(kept)
        return ""

    def _keep_site(self, values):
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            # sudo: written by the synchronisation alone; who answers was checked.
            self.sudo().write(changed)

    def _note_other_site(self, gap, seen, run):
        self._keep_site({"site_seen": seen.to_json()})
        run._count(**self.env["moodle.sync.gap"]._record(self, run, 0, [gap], whole=False))

    def _site_gap(self, change, known, seen):
        """The question which Moodle this is.

        :param change: ``site_identity.Change``
        :param known, seen: ``site_identity.Site``
        :return: ``plan.Gap``
        """
        return p.gap(
            "site_changed",
            0,
            "site",
            {"courses": change.courses, "known": known.line, "seen": seen.line},
            record=(self._name, self.id),
        )

    def _has_links(self):
        """Whether anything here stands for a number of Moodle's."""
        domain = [("instance_id", "=", self.id)]
        return self._has_sheets() or bool(self.env["moodle.mapping"].search_count(domain, limit=1))

    # --- the two answers ------------------------------------------------------------

    def action_site_same(self):
        """The same Moodle under a new address: everything goes on as it was."""
        self._check_asked()
        seen = remembered(self._known_site(), Site.from_json(self.site_seen))
        self._keep_site({"site_identity": seen.to_json(), "site_seen": False})
        self._answered(self.env._("Treated as the same Moodle under a new address."))
        self._continue_in_background()
        return self._notify(self.name, self.env._("It continues with the next run."), "success")

    def action_site_unlink(self):
        """Another Moodle: what was linked with the former one is forgotten."""
        self._check_asked()
        with instance_lock(self.env.registry, self.id) as held:
            if not held:
                raise UserError(
                    self.env._("A run of this instance is in progress. Wait until it ends.")
                )
            self._forget_links()
        self._answered(
            self.env._("Treated as another Moodle; the links with the previous one were removed.")
        )
        return self._notify(
            self.name,
            self.env._(
                "Nothing is linked any more. Check what a run would do now (Preview), then press "
                "Sync now; the schedule continues from there."
            ),
            "warning",
            sticky=True,
        )

    def _check_asked(self):
        """:raise AccessError: no administrator
        :raise UserError: there is no question
        """
        self.ensure_one()
        self.check_access("write")
        if not self.site_changed:
            raise UserError(self.env._("This is the known Moodle; there is nothing to decide."))

    def _answered(self, words):
        """For whoever looks later, with who it was and when; and the alarm ends."""
        # sudo: gaps are written by the synchronisation alone; who answers was checked.
        gaps = self.env["moodle.sync.gap"].sudo()
        domain = [("instance_id", "=", self.id), ("kind", "=", "site_changed")]
        gaps.search([*domain, ("state", "!=", "closed")])._close()
        self.message_post(body=words)
        self.write({"error_message": False, "error_told": False})

    def _forget_links(self):
        """Session numbers, sheet links, agreed marks, and mappings that the synchronisation
        found. Nothing of OpenEduCat's attendance is deleted; what people have mapped or
        chosen stays, but for what names an activity."""
        # sudo: no role of OpenEduCat may do all of this; who answers was checked.
        here = self.sudo().with_context(**QUIET)
        sheets = here.env["op.attendance.sheet"].search([("moodle_instance_id", "=", self.id)])
        here.env.flush_all()
        # Not by the ORM: when a line was last written is all that tells when it was marked.
        here.env.cr.execute(
            SQL(
                "UPDATE op_attendance_line SET moodle_base = NULL, moodle_sending = NULL, "
                "moodle_sending_remark = NULL WHERE attendance_id IN %s "
                "AND (moodle_base IS NOT NULL OR moodle_sending IS NOT NULL)",
                tuple(sheets.ids) or (0,),
            )
        )
        cleared = ["moodle_base", "moodle_sending", "moodle_sending_remark"]
        here.env["op.attendance.line"].invalidate_model(cleared, flush=False)
        sheets.write(
            {
                "moodle_instance_id": False,
                "moodle_session_id": 0,
                "moodle_seen": False,
                "moodle_lasttaken": False,
                "moodle_starts": False,
                "moodle_points": False,
            }
        )
        mine = [("instance_id", "=", self.id)]
        mappings = here.env["moodle.mapping"].search(mine)
        by_hand = mappings.filtered(lambda mapping: mapping.found_by == matching.MANUAL)
        (mappings - by_hand).unlink()
        by_hand.write({"extra_data": False, "sync_hash": False, "last_success": False})
        here.env["moodle.status.meaning"].search([*mine, ("activity_id", ">", 0)]).unlink()
        here.env["moodle.sync.gap"].search([*mine, ("state", "!=", "closed")])._close()
        for run in here.env["moodle.sync.run"].search([*mine, ("state", "=", "running")]):
            run._finish("partial", _lt("Another Moodle was connected meanwhile."))
        here.write({"backfill_next": 0})
        here._keep_site({"site_identity": False, "site_seen": False, "site_waits": True})
        here.env.flush_all()
