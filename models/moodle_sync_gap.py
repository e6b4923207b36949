import json
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.sql import create_index

from ..services.domain import gaps as catalogue
from ..services.domain import matching
from ..services.domain import plan as p
from ..services.domain.gap_reason import FOLLOW, OTHER, KeptGap, Page
from ..services.domain.status_words import suggestion
from ..services.texts.messages_gaps import describe, read_names
from ..services.texts.messages_letters import status_word
from .indexes import unique_index

# Which page of Moodle, if not that of the course.
PAGES = {Page.GROUPS: "group/index.php", Page.ATTENDANCE: "mod/attendance/index.php"}

# What is not closed. Named one by one, so that PostgreSQL knows the index of them by it.
ALIVE = ("open", "mended", "ignored")
# As long as a run is kept.
KEEP_DAYS = 90


class MoodleSyncGap(models.Model):
    """Something that a person must fix, kept once however often it is met.

    ``open`` -> ``closed`` by itself when a run does not meet it any more, and back;
    ``mended`` by a mapping made here, or let through by *Apply anyway*, until the next run has
    looked; ``ignored`` by a person, until it is not met any more.

    A gap belongs to the Moodle course whose reading meets it (``unit``); that of a letter
    (``acronym``) to the instance, and ``sources`` says which courses meet it.
    """

    _name = "moodle.sync.gap"
    _inherit = "moodle.guarded"
    _description = "Moodle Sync Gap"
    _order = "state desc, kind, course_name, id"
    _check_company_auto = True
    _fixed_fields = ("instance_id", "key")

    instance_id = fields.Many2one(
        "moodle.instance", "Moodle", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="instance_id.company_id", store=True)
    kind = fields.Selection(
        [(kind.name, kind.label) for kind in catalogue.CATALOGUE], required=True, readonly=True
    )
    key = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("mended", "Waiting for a run"),
            ("ignored", "Ignored"),
            ("closed", "Closed"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    name = fields.Text(
        "As it was found",
        required=True,
        readonly=True,
        help="In the language of the person responsible for the instance.",
    )
    why = fields.Char(readonly=True, help="Which sentence says it.")
    details = fields.Json(readonly=True, help="What the sentence names.")
    words = fields.Text("What to fix", compute="_compute_words")
    unit = fields.Integer(
        readonly=True, help="Moodle course whose reading meets this; 0: the site."
    )
    course_name = fields.Char("Moodle Course", readonly=True)
    moodle_id = fields.Integer("Moodle ID", readonly=True)
    about = fields.Char("Name in Moodle", readonly=True)
    marks = fields.Integer("Marks waiting", readonly=True)
    first_seen = fields.Datetime(readonly=True)
    last_seen = fields.Datetime(readonly=True)
    times_seen = fields.Integer(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    run_id = fields.Many2one(
        "moodle.sync.run", "Last Run", readonly=True, ondelete="set null", check_company=True
    )
    acronym = fields.Char("Letter", readonly=True)
    description = fields.Char(readonly=True, help="Of the letter in Moodle.")
    grade = fields.Char("Points", readonly=True, help="Of the letter in Moodle.")
    suggestion = fields.Char(
        compute="_compute_suggestion", help="What the letter means in a language of Moodle's."
    )
    sources = fields.Json(
        readonly=True, help="Of a letter: the Moodle courses that meet it, with their marks."
    )
    record_model = fields.Char(readonly=True)
    record_id = fields.Many2oneReference(
        "OpenEduCat Record", model_field="record_model", readonly=True
    )
    allows = fields.Json(readonly=True, help="What Apply anyway allows, in numbers.")
    can_apply = fields.Boolean(compute="_compute_can_apply")
    asks = fields.Char(readonly=True, help="The key under which the answer of a person is kept.")
    can_follow = fields.Boolean(compute="_compute_can_follow")
    can_other = fields.Boolean(compute="_compute_can_follow")
    maps = fields.Char(compute="_compute_maps", help="What a mapping can fix it with.")
    can_undo = fields.Boolean(compute="_compute_can_undo")
    moodle_url = fields.Char("In Moodle", compute="_compute_moodle_url")

    def init(self):
        cr = self.env.cr
        unique_index(cr, "moodle_sync_gap_unique_key", self._table, ["instance_id", "key"])
        # Asked for in each course of each run; most of all gaps are closed ones. With 30,000 of
        # those both questions together: 0.1 ms instead of 3.
        create_index(
            cr, "moodle_sync_gap_unit", self._table, ["instance_id", "unit"],
            where="state <> 'closed'",
        )  # fmt: skip
        create_index(
            cr, "moodle_sync_gap_letters", self._table, ["instance_id"],
            where="acronym IS NOT NULL",
        )  # fmt: skip

    @api.depends("kind", "moodle_id")
    def _compute_maps(self):
        for gap in self:
            gap.maps = (gap.moodle_id and catalogue.KINDS[gap.kind].maps) or False

    @api.depends("name", "why", "details", "marks")
    @api.depends_context("lang")
    def _compute_words(self):
        """In the language of who reads it. What an older version wrote down, and what Moodle
        or OpenEduCat itself said, stays as it was found."""
        # sudo: the names stand in what was written down, too.
        rows = self.sudo()
        kept = {row.id: row._kept() for row in rows if row.why in catalogue.REASONS}
        read_names(rows.env, kept.values())
        for gap, row in zip(self, rows, strict=True):
            gap.words = describe(rows.env, kept[row.id]) if row.id in kept else row.name

    @api.depends("words")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for gap in self:
            gap.display_name = gap.words

    def _kept(self):
        """:return: ``gap_reason.KeptGap``"""
        self.ensure_one()
        return KeptGap(self.why, tuple(self.details or ()), self.moodle_id, self.marks)

    @api.depends("kind", "moodle_id", "state")
    def _compute_can_undo(self):
        wanted = self.filtered(lambda gap: gap.maps and gap.state in ("mended", "closed"))
        rows = self.env["moodle.mapping"].search(
            [
                ("instance_id", "in", wanted.instance_id.ids),
                ("moodle_id", "in", wanted.mapped("moodle_id")),
                ("found_by", "=", matching.MANUAL),
            ]
        )
        made = {(row.instance_id, row.model, row.moodle_id) for row in rows}
        for gap in self:
            gap.can_undo = gap in wanted and (gap.instance_id, gap.maps, gap.moodle_id) in made

    @api.depends("allows", "state")
    def _compute_can_apply(self):
        for gap in self:
            gap.can_apply = bool(gap.allows) and gap.state in ("open", "ignored")

    @api.depends("asks", "why", "state")
    def _compute_can_follow(self):
        for gap in self:
            open_ = gap.asks and gap.state in ("open", "ignored")
            answers = catalogue.REASONS[gap.why].asks if open_ else ()
            gap.can_follow = FOLLOW in answers
            gap.can_other = OTHER in answers

    @api.depends("acronym", "description")
    def _compute_suggestion(self):
        for gap in self:
            found = gap.acronym and suggestion(gap.acronym, gap.description)
            gap.suggestion = found and status_word(self.env, found)

    @api.depends("kind", "moodle_id", "unit")
    def _compute_moodle_url(self):
        for gap in self:
            address = gap.instance_id._moodle_address
            kind = catalogue.KINDS[gap.kind]
            course = gap.unit or (gap.moodle_id if kind.maps == "op.subject" else 0)
            if kind.page == Page.ACCOUNT and gap.moodle_id:
                # Not within the course: people who left it have no page there.
                gap.moodle_url = address("user/profile.php", id=gap.moodle_id)
            else:
                page = PAGES.get(kind.page, "course/view.php")
                gap.moodle_url = address(page, id=course) if course else False

    def action_map(self):
        """Choose what this is in OpenEduCat."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Map"),
            "res_model": "moodle.gap.map",
            "view_mode": "form",
            "target": "new",
            "context": {**self.env.context, "default_gap_id": self.id},
        }

    def action_undo(self):
        """Take back the mapping that was made here."""
        self.ensure_one()
        self.check_access("read")
        if not self.can_undo:
            raise UserError(self.env._("There is no manual mapping here any more."))
        instance = self.instance_id
        mapping = self.env["moodle.mapping"].search(
            [
                ("instance_id", "=", instance.id),
                ("model", "=", self.maps),
                ("moodle_id", "=", self.moodle_id),
            ]
        )
        mapping._undo()
        if self.env.context.get("moodle_setup"):
            return instance._setup_dialog()
        return instance._notify(
            instance.name,
            self.env._("Undone. The next run goes back to what it finds automatically."),
            "info",
        )

    def action_choose(self):
        """Choose what a letter means."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does %s mean?", self.acronym),
            "res_model": "moodle.letter.choose",
            "view_mode": "form",
            "target": "new",
            "context": {**self.env.context, "default_gap_id": self.id},
        }

    def action_preview(self):
        """What a run would do in this course if nothing was held back."""
        self.ensure_one()
        self.check_access("read")
        return self.instance_id._open_report("preview", self.unit)

    def action_apply_anyway(self):
        """Let the next run do what was held back, as far as the numbers that are shown go."""
        self.ensure_one()
        self.check_access("read")
        instance = self.instance_id
        instance._check_may_sync()
        if not self.can_apply:
            raise UserError(self.env._("Nothing is held back here any more."))
        # sudo: the synchronisation's own bookkeeping; the right to sync was checked.
        mapping = self.env["moodle.mapping"].sudo()._of_course(instance, self.unit)
        if not mapping:
            raise UserError(self.env._("This Moodle course is not matched any more."))
        mapping._keep_allowed({**mapping.allowed.parts, **self.allows})
        instance._note_let_through(self.course_name, self.words)
        self._mended()
        instance._continue_in_background()
        return instance._notify(
            instance.name,
            self.env._("The next run will do this in about a minute, unless more has changed."),
            "info",
        )

    def action_follow(self):
        """They are the same lessons: the sheets go over to the new numbers."""
        self.ensure_one()
        self.check_access("read")
        return self._answer(FOLLOW, self.can_follow)

    def action_other_lessons(self):
        """They are other lessons, with sheets of their own."""
        self.ensure_one()
        self.check_access("read")
        return self._answer(OTHER, self.can_other)

    def _answer(self, answer, can):
        """:param can: whether that is one of the answers
        :raise UserError: nobody asks any more
        """
        instance = self.instance_id
        instance._check_may_sync()
        if not can:
            raise UserError(self.env._("There is no question to answer here any more."))
        # sudo: the synchronisation's own bookkeeping; the right to sync was checked.
        mapping = self.env["moodle.mapping"].sudo()._of_course(instance, self.unit)
        if not mapping:
            raise UserError(self.env._("This Moodle course is not matched any more."))
        mapping._keep_answer(self.asks, answer)
        instance._note_answer(self.course_name, self.words, answer == FOLLOW)
        self._mended()
        instance._continue_in_background()
        return instance._notify(
            instance.name, self.env._("The next run will do this in about a minute."), "info"
        )

    def action_open_moodle(self):
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self.moodle_url, "target": "new"}

    @api.model
    def _open_unmapped(self, instance, model, moodle_id):
        """A mapping by hand was taken back. Where a run meets a gap again by itself, it opens
        it; what has waited for a run waits for a person again."""
        kinds = [kind.name for kind in catalogue.CATALOGUE if kind.maps == model]
        gaps = self.search(
            [
                ("instance_id", "=", instance.id),
                ("kind", "in", kinds),
                ("moodle_id", "=", moodle_id),
                "|",
                ("state", "=", "mended"),
                "&",
                ("state", "=", "closed"),
                ("why", "=", p.UNMEANT),
            ]
        )
        gaps.write({"state": "open", "closed_at": False})

    def _mended(self):
        """A mapping was made; the next run says whether it was the right one."""
        # sudo: nobody writes gaps but the synchronisation; the right to map was checked.
        self.sudo().state = "mended"

    def action_ignore(self):
        self._set_state("open", "ignored")

    def action_reopen(self):
        self._set_state("ignored", "open")

    def _set_state(self, before, after):
        self.check_access("read")
        gaps = self.filtered(lambda gap: gap.state == before)
        gaps.instance_id._check_may_sync()
        # sudo: nobody writes gaps but the synchronisation; this change alone is a person's.
        gaps.sudo().state = after

    @api.model
    def _record(self, instance, run, unit, gaps, unit_name="", whole=True, kept=frozenset()):
        """Bring the gaps of one unit up to date: open new ones, count those met again,
        close those met no longer.

        :param unit: id of the Moodle course they were met in, 0 for the site
        :param gaps: list of ``plan.Gap``
        :param whole: whether these are all; else no other is closed
        :param kept: keys of those that stay as they are, because nobody has looked
        :return: Counter of gaps_opened, gaps_closed
        """
        now = fields.Datetime.now()
        wanted = {gap.key: gap for gap in gaps if not gap.letter}
        # Of those closed before, only the ones that are met again matter. Each of the three has
        # an index, which PostgreSQL joins.
        found = self.search(
            [
                ("instance_id", "=", instance.id),
                "|",
                "|",
                "&",
                ("unit", "=", unit),
                ("state", "in", ALIVE),
                ("key", "in", list(wanted)),
                ("acronym", "!=", False),
            ]
        )
        letters = found.filtered("acronym")
        existing = found - letters
        met = existing.filtered(lambda gap: gap.key in wanted)
        lost = existing - met
        closing = lost.filtered(lambda gap: whole and gap.key not in kept)
        closing._close(now)
        reopening = met._open_again()
        for record in met:
            values = self._values(wanted[record.key], unit_name)
            changed = {name: value for name, value in values.items() if record[name] != value}
            if changed:
                record.write(changed)
        self._count_again(met, now, run)
        known = set(met.mapped("key"))
        new = [
            {
                **self._values(gap, unit_name),
                **self._first_seen(instance, run, gap, now),
                "key": key,
                "unit": unit,
            }
            for key, gap in wanted.items()
            if key not in known
        ]
        self.create(new)
        counts = Counter(gaps_opened=len(new) + len(reopening), gaps_closed=len(closing))
        if unit and whole:
            wanted = [gap for gap in gaps if gap.letter]
            counts += letters._record_letters(instance, run, unit, wanted, unit_name)
        return counts

    @api.model
    def _meet_again(self, instance, run, units):
        """What courses have met that are as they were, they have met again.

        :param units: ids of Moodle courses
        """
        if not units:
            return
        alive = [("instance_id", "=", instance.id), ("state", "in", ALIVE)]
        found = self.search([*alive, "|", ("unit", "in", units), ("acronym", "!=", False)])
        here = set(map(str, units))
        met = found.filtered(lambda gap: not gap.acronym or here.intersection(gap.sources or {}))
        self._count_again(met, fields.Datetime.now(), run)

    @api.model
    def _note_courses(self, instance, gaps, without=()):
        """Moodle courses that match nothing, as far as somebody has looked.

        :param gaps: list of ``plan.Gap``
        :param without: ids of those that have no attendance
        """
        self._record(instance, self.env["moodle.sync.run"], 0, gaps, whole=False)
        keys = [p.gap_key("unmatched_course", 0, p.course_key(number)) for number in without]
        domain = [("instance_id", "=", instance.id), ("key", "in", keys), ("state", "!=", "closed")]
        self.search(domain)._close()

    @api.model
    def _note_left(self, instance, run, gaps, followed):
        """What is left of courses that are gone, when a run has read where it may have followed.

        :param gaps: list of ``plan.Gap``
        :param followed: list of the keys of those of which nothing is left
        :return: Counter of gaps_opened, gaps_closed
        """
        counts = self._record(instance, run, 0, gaps, whole=False)
        domain = [("instance_id", "=", instance.id), ("key", "in", followed)]
        closing = self.search([*domain, ("state", "in", ALIVE)])
        closing._close()
        counts["gaps_closed"] += len(closing)
        return counts

    @api.model
    def _note_letters(self, instance, run, unit, gaps, unit_name):
        """Only the letters of one course, where nothing else of it was looked at; see
        :meth:`_record`."""
        letters = self.search([("instance_id", "=", instance.id), ("acronym", "!=", False)])
        return letters._record_letters(instance, run, unit, gaps, unit_name)

    def _record_letters(self, instance, run, unit, gaps, unit_name):
        """The same for letters without a meaning, each one gap of the whole instance.

        :param self: all gaps of letters of the instance
        :param gaps: list of ``plan.Gap`` that this course meets
        :return: Counter of gaps_opened, gaps_closed
        """
        now = fields.Datetime.now()
        wanted = {gap.key: gap for gap in gaps}
        counts = Counter()
        for record in self:
            gap = wanted.pop(record.key, None)
            sources = dict(record.sources or {})
            sources.pop(str(unit), None)
            if gap:
                sources[str(unit)] = [gap.marks, unit_name]
                counts["gaps_opened"] += len(record._open_again())
                if record.run_id != run:
                    self._count_again(record, now, run)
            counts["gaps_closed"] += record._keep_sources(sources)
        new = [
            {
                **self._values(gap, unit_name),
                **self._first_seen(instance, run, gap, now),
                "key": gap.key,
                "unit": 0,
                "acronym": gap.letter.acronym or "?",
                "description": gap.letter.description or False,
                "grade": "" if gap.letter.grade is None else f"{gap.letter.grade:g}",
                "sources": {str(unit): [gap.marks, unit_name]},
            }
            for gap in wanted.values()
        ]
        self.create(new)
        counts["gaps_opened"] += len(new)
        return counts

    def _keep_sources(self, sources):
        """:param sources: see the field; none left closes the gap
        :return: how many gaps that closed
        """
        self.ensure_one()
        if sources == (self.sources or {}):
            return 0
        values = {"sources": sources or False, "marks": sum(n for n, _name in sources.values())}
        if sources:
            values["course_name"] = sources[min(sources, key=int)][1]
        closing = not sources and self.state != "closed"
        if closing:
            values |= {"state": "closed", "closed_at": fields.Datetime.now()}
        self.write(values)
        return int(closing)

    def _close(self, now=None):
        self.write({"state": "closed", "closed_at": now or fields.Datetime.now()})

    def _open_again(self):
        """Gaps that are met: what was closed, or was chosen and is met all the same.

        :return: those that had been closed
        """
        reopening = self.filtered(lambda gap: gap.state == "closed")
        # What was mapped and is met all the same is no new gap.
        again = self.filtered(lambda gap: gap.state == "mended")
        (reopening | again).write({"state": "open", "closed_at": False})
        return reopening

    @staticmethod
    def _first_seen(instance, run, gap, now):
        return {
            "instance_id": instance.id,
            "kind": gap.kind,
            "moodle_id": gap.moodle_id,
            "first_seen": now,
            "last_seen": now,
            "times_seen": 1,
            "run_id": run.id,
        }

    @api.model
    def _close_units_except(self, instance, units):
        """Close what was met in courses that are not read any more.

        :return: Counter of gaps_closed
        """
        gaps = self.search(
            [
                ("instance_id", "=", instance.id),
                ("state", "in", ALIVE),
                "|",
                ("unit", "not in", [0, *units]),
                ("acronym", "!=", False),
            ]
        )
        letters = gaps.filtered("acronym")
        gaps -= letters
        gaps.write({"state": "closed", "closed_at": fields.Datetime.now()})
        closed = len(gaps)
        here = set(map(str, units))
        for record in letters:
            sources = record.sources or {}
            closed += record._keep_sources({k: v for k, v in sources.items() if k in here})
        return Counter(gaps_closed=closed)

    @api.autovacuum
    def _gc_closed(self):
        """A gap that is met again afterwards is a new one."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([("state", "=", "closed"), ("closed_at", "<", limit)]).unlink()

    def _values(self, gap, unit_name):
        return {
            "name": describe(self.env, gap),
            "why": gap.why,
            # As it comes back from the database, to be compared.
            "details": json.loads(json.dumps(gap.details)) or False,
            "course_name": gap.course_name or unit_name,
            "marks": gap.marks,
            "about": gap.about or False,
            "record_model": gap.record[0] if gap.record else False,
            "record_id": gap.record[1] if gap.record else 0,
            "allows": gap.allows or False,
            "asks": gap.asks or False,
        }

    def _count_again(self, gaps, now, run):
        """One statement for all; these three are of this model's own table."""
        if not gaps:
            return
        gaps.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE moodle_sync_gap SET last_seen = %s, times_seen = times_seen + 1, "
                "run_id = %s WHERE id IN %s",
                now,
                run.id or None,
                tuple(gaps.ids),
            )
        )
        gaps.invalidate_recordset(["last_seen", "times_seen", "run_id"])
