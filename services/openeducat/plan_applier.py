"""Applies a course plan to OpenEduCat: creates and writes in batches, quietly.

ORM, in the environment of ``local_store``. The whole plan is tried at once; where
OpenEduCat or another module refuses something (a constraint, a ValidationError), the
sessions are done one by one, each wholly or not at all, so that one refusal costs no
other session anything.
"""

from collections import Counter
from dataclasses import replace

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..domain import naming
from ..domain import plan as p
from ..domain.records import Seen
from ..domain.status import FIELDS, booleans
from ..texts import messages_run
from .local_store import moment
from .rows import copied_fields, copied_values, create_whole

# What a model may raise to refuse a record. ValueError: a NUL byte, an unknown key.
REFUSALS = (UserError, AccessError, ValueError, psycopg2.IntegrityError, psycopg2.DataError)


# New lines in one go: more of them take no less time, and more memory.
LINES_AT_ONCE = 4000
# New lines before which PostgreSQL is to plan anew how it checks a foreign key. It does so once for
# a connection: in a first pull while there are hardly any sheets, so that each line is checked by
# reading all of them, however many they become. Without this the lines of 30 courses took half as
# long again; after a minute or so autovacuum would have helped.
MANY_LINES = 500
# And how: while there are few sheets it would plan to read them all, once more. They are looked up
# by their number, as they are later. ``SET LOCAL`` ends with the transaction, and with a savepoint
# that is rolled back.
BY_INDEX = "DISCARD PLANS; SET LOCAL enable_seqscan = off"
AS_BEFORE = "SET LOCAL enable_seqscan TO DEFAULT"


# What is about to be sent is known to Moodle, or not there: see ``domain/sending.py``.
NOTE_DONE = {"moodle_sending": False, "moodle_sending_remark": False}


class PlanApplier:
    """:param instance: the ``moodle.instance``, in the run's environment
    :param course_id: of the Moodle course
    :param subject: ``records.Subject``

    After :meth:`apply`, ``done`` counts what was written and ``gaps`` holds the
    refusals, in the refusal's own words.
    """

    def __init__(self, instance, course_id, subject):
        self.instance = instance
        self.course_id = course_id
        self.env = instance.env
        self.subject = subject
        self.done = Counter()
        self.gaps = []
        # Ids of Moodle sessions of which nothing was written.
        self.refused = set()
        # What follows to new numbers, as far as it was carried out.
        self.followed = p.NOTHING_FOLLOWS
        self._registers = {}

    def apply(self, plan):
        """:param plan: ``plan.CoursePlan``"""
        if plan.followed.sheets:
            self._follow(plan.followed)
        sessions = [s for s in plan.sessions if s.session_id not in self.refused]
        if sessions and self._try(sessions) is not None:
            for session in sessions:
                refusal = self._alone(session)
                if refusal is not None:
                    self.refused.add(session.session_id)
                    self.gaps.append(self._refused(session, refusal))
        # Read together.
        for sheet in self.env["op.attendance.sheet"].browse(plan.cancelled):
            refusal = self._cancel(sheet)
            if refusal is not None:
                said = {
                    "words": _words(refusal),
                    "day": sheet.attendance_date.isoformat(),
                    "sheet": sheet.name,
                }
                self.gaps.append(p.gap("refused", self.course_id, f"cancel:{sheet.id}", said))

    def _follow(self, followed):
        """Sheets go over to new numbers, before anything else is written of their sessions; where
        one is refused, nothing is written of its session."""
        if self._guarded(lambda: self._renumber(followed.sheets)) is None:
            self.followed = followed
            return
        kept = []
        for one in followed.sheets:
            refusal = self._guarded(lambda one=one: self._renumber([one]))
            if refusal is None:
                kept.append(one)
                continue
            self.refused.add(one.session_id)
            sheet = self.env["op.attendance.sheet"].browse(one.sheet_id)
            said = {
                "words": _words(refusal),
                "day": sheet.attendance_date.isoformat(),
                "sheet": "",
            }
            self.gaps.append(p.gap("refused", self.course_id, f"follow:{sheet.id}", said))
        self.followed = replace(followed, sheets=tuple(kept))

    def _renumber(self, follows):
        Sheet = self.env["op.attendance.sheet"]
        before = {one.before[2] for one in follows}
        between = [one.sheet_id for one in follows if one.session_id in before]
        if between:
            # Numbers go round: a register has one sheet of each.
            Sheet.browse(between).write({"moodle_session_id": 0})
            self.env.flush_all()
        for one in follows:
            Sheet.browse(one.sheet_id).write(
                {"moodle_session_id": one.session_id, "moodle_seen": one.seen}
            )
        self.env.flush_all()
        self.done["sheets_followed"] += len(follows)

    def _refused(self, session, refusal):
        day = session.sheets[0].date.isoformat()
        return p.gap(
            "refused",
            self.course_id,
            f"session:{session.session_id}",
            {"words": _words(refusal), "day": day, "sheet": ""},
            moodle_id=session.session_id,
            marks=sum(len(sheet.lines) for sheet in session.sheets),
        )

    def note_sending(self, pushes, mapping):
        """Note in the lines what is about to be sent, and in the course that it is to be read
        again; in one statement, and in the transaction that is committed before. If the run dies,
        the next one knows its own marks by that.

        By SQL, since a line of which a mark is sent is not changed by it.

        :param pushes: tuple of ``plan.PushPlan``
        :param mapping: ``moodle.mapping`` of the course
        """
        Line = self.env["op.attendance.line"]
        noted = [(id_, push.status, push.remark) for push in pushes for id_ in push.line_ids]
        ids, statuses, remarks = (list(values) for values in zip(*noted, strict=True))
        # What the plan has written is there first.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "WITH course AS (UPDATE moodle_mapping SET idle = NULL, busy = true WHERE id = %s) "
                "UPDATE op_attendance_line line SET moodle_sending = noted.status, "
                "moodle_sending_remark = noted.remark "
                "FROM unnest(%s::integer[], %s::text[], %s::text[]) noted (id, status, remark) "
                "WHERE line.id = noted.id",
                mapping.id,
                ids,
                statuses,
                remarks,
            )
        )
        Line.invalidate_model(list(NOTE_DONE), flush=False)
        mapping.invalidate_recordset(["idle", "busy"], flush=False)

    def confirm(self, outcomes, taken_by_us, misplaced=()):
        """What Moodle holds after a push becomes the base; what it has answered and does not hold
        is not on its way any more.

        :param outcomes: list of ``pusher.PushOutcome`` with a session, each of another one
        :param taken_by_us: Moodle's id of the account that pushed
        :param misplaced: ids of sheets that have only the number of a session
        """
        lines = {}
        for outcome in outcomes:
            for push in outcome.held:
                lines.setdefault((push.status, push.remark), []).extend(push.line_ids)
        for (status, remark), ids in lines.items():
            values = {"moodle_base": status, **_agreed_remark(remark), **NOTE_DONE}
            self.env["op.attendance.line"].browse(ids).write(values)
        answered = [
            id_
            for outcome in outcomes
            for push, _why in (*outcome.refused, *outcome.lost, *outcome.unsaid)
            for id_ in push.line_ids
        ]
        self.env["op.attendance.line"].browse(answered).write(NOTE_DONE)
        sessions = {outcome.session.id: outcome.session for outcome in outcomes}
        # Also the sheets of other batches in a session, from which nothing was sent.
        sheets = self.env["op.attendance.sheet"].search(
            [
                ("moodle_instance_id", "=", self.instance.id),
                ("moodle_session_id", "in", list(sessions)),
                ("state", "=", "done"),
            ]
        )
        for sheet in sheets:
            session = sessions[sheet.moodle_session_id]
            place = f"{session.course_id}:{session.activity_id}:"
            elsewhere = sheet.moodle_seen and not sheet.moodle_seen.startswith(place)
            if elsewhere or sheet.id in misplaced:
                continue
            values = {"moodle_seen": str(session.seen)}
            if session.taken_by != taken_by_us:
                # Somebody took it after us; the next run looks at what he wrote.
                values["moodle_lasttaken"] = moment(session.taken_at)
            sheet.write(values)
        self.env.flush_all()

    def _alone(self, session):
        """One session; a second session of a day gets a register of its own where
        OpenEduCat refuses two sheets in one.

        :return: the refusal, or ``None``
        """
        refusal = self._try([session])
        if refusal is None:
            return None
        new = any(not sheet.sheet_id for sheet in session.sheets)
        if new and self._try([session], own_register=True) is None:
            return None
        return refusal

    def _try(self, sessions, own_register=False):
        """:return: ``None`` if all went through; else the refusal, and nothing is left"""
        writer = _Writer(self.instance, self.subject, dict(self._registers), own_register)
        refusal = self._guarded(lambda: writer.write_sessions(sessions))
        if refusal is None:
            self.done += writer.done
            self._registers = writer.registers
        return refusal

    def _cancel(self, sheet):
        values = {"state": "cancel"}
        seen = Seen.parse(sheet.moodle_seen)
        if seen:
            values["moodle_seen"] = str(seen.cancelled(sheet.state))
        refusal = self._guarded(lambda: sheet.write(values))
        if refusal is None:
            self.done["sheets_cancelled"] += 1
        return refusal

    def _guarded(self, action):
        try:
            with self.env.cr.savepoint():
                action()
                # Still in the quiet environment: tracking follows whoever flushes,
                # and a duplicate line is refused only here.
                self.env.flush_all()
        except REFUSALS as error:
            return error
        return None


class _Writer:
    """One attempt inside a savepoint; its counts are good only if that is kept.

    :param registers: ``{(date, batch id): id}`` of registers made by this run
    :param own_register: new sheets get a register for themselves. It stands for no
        date, so it may be there beside the one that does, and no other session is
        put into it.
    """

    def __init__(self, instance, subject, registers, own_register):
        self.env = instance.env
        self.instance = instance
        self.subject = subject
        self.registers = registers
        self.own_register = own_register
        self.own = {}
        self.done = Counter()

    def write_sessions(self, sessions):
        sheets = [sheet for session in sessions for sheet in session.sheets]
        self._make_registers(sheets)
        new = iter(self._create_sheets([sheet for sheet in sheets if not sheet.sheet_id]))
        self._change_sheets([sheet for sheet in sheets if sheet.sheet_id])
        self._create_lines([(sheet.sheet_id or next(new), sheet) for sheet in sheets])
        self._change_lines(line for sheet in sheets for line in sheet.lines)

    # --- registers ------------------------------------------------------------

    def _register(self, sheet):
        key = sheet.date, sheet.batch_id
        if self._wants_own(sheet):
            return self.own[key]
        return sheet.register_id or self.registers[key]

    def _wants_own(self, sheet):
        return self.own_register and not sheet.sheet_id

    def _make_registers(self, sheets):
        """Those that are missing, in one create for each kind."""
        keys = {(s.date, s.batch_id): None for s in sheets if self._wants_own(s)}
        self.own = self._create_registers(keys, dated=False)
        keys = {
            (s.date, s.batch_id): None
            for s in sheets
            if s.needs_register and not self._wants_own(s)
        }
        missing = [key for key in keys if key not in self.registers]
        self.registers |= self._create_registers(missing, dated=True)

    def _create_registers(self, keys, dated):
        if not keys:
            return {}
        batches = self.env["op.batch"].browse({batch for _, batch in keys})
        batch_codes = {batch.id: batch.code for batch in batches}
        subject_code = self.subject.subject_code
        codes = self._free_codes(
            [naming.register_code(subject_code, batch_codes[batch], day) for day, batch in keys]
        )
        registers = self.env["op.attendance.register"].create(
            [
                {
                    "name": naming.register_name(subject_code, day),
                    "code": code,
                    "subject_id": self.subject.subject_id,
                    "course_id": self.subject.course_id,
                    "batch_id": batch,
                    "moodle_instance_id": self.instance.id,
                    "moodle_date": day if dated else False,
                }
                for (day, batch), code in zip(keys, codes, strict=True)
            ]
        )
        self.done["registers_created"] += len(registers)
        return dict(zip(keys, registers.ids, strict=True))

    def _free_codes(self, codes):
        """For each of these, one that no register has, archived ones included. They are looked
        for by name, which the index of OpenEduCat's unique codes answers; by how they begin,
        it could not: 0.5 ms instead of 8 with 56,000 registers."""
        Register = self.env["op.attendance.register"]
        Register.flush_model(["code"])
        for count in naming.VARIANTS:
            asked = {one for code in codes for one in naming.variants(code, count)}
            self.env.cr.execute(
                "SELECT code FROM op_attendance_register WHERE code = ANY(%s)", (list(asked),)
            )
            found = naming.free_codes(codes, {code for (code,) in self.env.cr.fetchall()}, count)
            if found:
                return found
        # OpenEduCat refuses them, in its own words.
        return codes

    # --- sheets ---------------------------------------------------------------

    def _values(self, sheet):
        values = dict(sheet.values)
        if "moodle_session_id" in values:
            values["moodle_instance_id"] = False if sheet.unlinked else self.instance.id
        for name in ("moodle_lasttaken", "moodle_starts"):
            if name in values:
                values[name] = moment(values[name])
        if not sheet.sheet_id or sheet.moved:
            values["register_id"] = self._register(sheet)
        return values

    def _create_sheets(self, sheets):
        """:return: list of their ids, in the same order"""
        if not sheets:
            return []
        Sheet, Register = self.env["op.attendance.sheet"], self.env["op.attendance.register"]
        copied = copied_fields(Sheet, "register_id")
        wanted = [self._values(sheet) for sheet in sheets]
        # Read together.
        registers = Register.browse([values["register_id"] for values in wanted])
        records = create_whole(
            Sheet,
            copied,
            [
                {**copied_values(Sheet, copied, register), **values}
                for register, values in zip(registers, wanted, strict=True)
            ],
        )
        self.done["sheets_created"] += len(records)
        return records.ids

    def _change_sheets(self, sheets):
        unlinked = [sheet for sheet in sheets if sheet.unlinked]
        if unlinked:
            # Others take over their sessions, of which a register has one sheet.
            self._write_sheets(unlinked)
            self.env.flush_all()
        self._write_sheets(sheet for sheet in sheets if not sheet.unlinked)

    def _write_sheets(self, sheets):
        for sheet in sheets:
            values = self._values(sheet)
            if not values:
                continue
            self.env["op.attendance.sheet"].browse(sheet.sheet_id).write(values)
            if sheet.restored:
                self.done["sheets_restored"] += 1
            elif values.get("moodle_session_id"):
                self.done["sheets_adopted"] += 1
            elif "attendance_date" in values:
                self.done["sheets_moved"] += 1
            else:
                self.done["sheets_updated"] += 1

    # --- lines ----------------------------------------------------------------

    def _create_lines(self, sheets):
        """:param sheets: list of ``(op.attendance.sheet id, SheetPlan)``"""
        Line = self.env["op.attendance.line"]
        copied = copied_fields(Line, "attendance_id")
        new = [
            (sheet_id, [line for line in sheet.lines if not line.line_id])
            for sheet_id, sheet in sheets
        ]
        new = [(sheet_id, lines) for sheet_id, lines in new if lines]
        # Read together.
        records = self.env["op.attendance.sheet"].browse([sheet_id for sheet_id, _lines in new])
        values = []
        for sheet, (sheet_id, lines) in zip(records, new, strict=True):
            common = {**copied_values(Line, copied, sheet), "attendance_id": sheet_id}
            values += [
                {
                    **common,
                    "student_id": line.student_id,
                    "moodle_base": line.base,
                    **_new_remark(line.remark),
                    **self._mark(line),
                }
                for line in lines
            ]
        many = len(values) >= MANY_LINES
        if many:
            self.env.cr.execute(BY_INDEX)
        for begin in range(0, len(values), LINES_AT_ONCE):
            create_whole(Line, copied, values[begin : begin + LINES_AT_ONCE])
            if len(values) > LINES_AT_ONCE:
                # Nobody reads them again: an activity has up to 40,000.
                self.env.flush_all()
                Line.invalidate_model()
        if many:
            self.env.cr.execute(AS_BEFORE)
        self.done["lines_created"] += len(values)

    def _change_lines(self, lines):
        """Grouped by what is written; every write takes all lines it fits."""
        groups = {}
        for line in lines:
            if not line.line_id:
                continue
            values = {
                "moodle_base": line.base or False,
                **_agreed_remark(line.agreed_remark if line.remark is None else line.remark),
                **(NOTE_DONE if line.note_done else {}),
                **self._mark(line),
            }
            if line.remark is not None:
                values["remark"] = line.remark
            groups.setdefault(tuple(values.items()), []).append(line.line_id)
            self.done[COUNTERS[line.action]] += 1
        for values, ids in groups.items():
            self.env["op.attendance.line"].browse(ids).write(dict(values))

    def _mark(self, line):
        """The values that say the mark of a line, and its type.

        :raise UserError: the booleans are the type's, and no type says this mark
        """
        kind = {} if line.type_id is None else {"attendance_type_id": line.type_id or False}
        if not line.status:
            return kind
        if not marks_follow_type(self.env):
            return booleans(line.status) | kind
        if line.type_id == 0 or not (line.type_id or line.line_id):
            name = self.env["op.attendance.line"]._fields[FIELDS[line.status]]
            raise UserError(
                messages_run.no_single_type(self.env, name._description_string(self.env))
            )
        return kind


def _new_remark(remark):
    """Of a new line. Most have none, and each value of 30,000 lines takes its time.

    :return: values as ``create`` takes them
    """
    return {"remark": remark, "moodle_base_remark": remark} if remark else {}


def _agreed_remark(remark):
    """:param remark: that both sides have now; ``None`` where that stays as it was
    :return: values as ``write`` takes them
    """
    return {} if remark is None else {"moodle_base_remark": remark or False}


def marks_follow_type(env):
    """Whether the four booleans of a line are those of its attendance type (a school's own
    OpenEduCat can have it so). To write them would change the type, for all its lines."""
    related = env["op.attendance.line"]._fields[FIELDS["P"]].related
    return bool(related) and related.split(".")[0] == "attendance_type_id"


COUNTERS = {
    p.TYPE: "types_corrected",
    p.UPDATE: "lines_updated",
    p.PUT_BACK: "lines_put_back",
    p.REMARK: "remarks_updated",
    p.AGREE: "lines_agreed",
}


def _words(refusal):
    """The refusal's own words, for a person."""
    if isinstance(refusal, psycopg2.Error):
        return (refusal.diag.message_primary or str(refusal)).strip()
    return str(refusal).strip()
