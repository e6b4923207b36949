"""Reads what OpenEduCat holds, as records, in a handful of queries per course.

ORM. The environment is the run's own: superuser (no OpenEduCat role of 2025 may both
read students and write lines; the right to sync was checked on the instance), quiet,
archived records included.
"""

import calendar
from datetime import UTC, datetime

from ..domain import matching
from ..domain.records import AttendanceTypes, Line, LocalState, Register, Seen, Sheet
from ..domain.status import FIELDS, STATUS_OF, from_booleans
from .rows import each_tuple, read_rows, read_rows_of_any, write_changed

# Our own writes leave no messages and are nobody's edit.
QUIET = {
    "active_test": False,
    "connector_no_export": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "tracking_disable": True,
}
# In the context of a run, too: ``{model: result of _with_defaults}``, see ``moodle.owned``.
WITH_DEFAULTS = "moodle_with_defaults"


def unix(moment):
    """Unix seconds of a naive UTC datetime as Odoo keeps it; 0 for none."""
    return calendar.timegm(moment.timetuple()) if moment else 0


def moment(seconds):
    """The reverse of :func:`unix`; False for 0, as Odoo writes NULL."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) if seconds else False


# As _line takes them.
LINE_FIELDS = [
    "id", "attendance_id", "student_id", "remark", "active", "moodle_base", "attendance_type_id",
    "write_uid", "moodle_sending",
    *FIELDS.values(),
]  # fmt: skip
TIME_FIELDS = [
    "moodle_marked_at", "create_uid", "write_date", "moodle_base_remark", "moodle_remarked_at",
    "moodle_sending_remark",
]  # fmt: skip


class LocalStore:
    """:param instance: the ``moodle.instance``, in the run's environment; its settings
    are read here once, since each commit of the run empties Odoo's cache
    """

    def __init__(self, instance):
        self.instance = instance
        self.env = instance.env
        self._company_id = instance.company_id.id

    # --- courses --------------------------------------------------------------

    def course_table(self):
        """:return: ``matching.CourseTable``, what ``match_course`` looks things up in"""
        subjects, foreign_subjects = self._company_codes("op.subject")
        courses, foreign_courses = self._company_codes("op.course")
        return matching.CourseTable(
            subjects=subjects,
            courses=courses,
            foreign_subjects=foreign_subjects,
            foreign_courses=foreign_courses,
            links={
                row["moodle_id"]: matching.CourseLink(
                    (row["oec_record_id"], row["op_course_id"]),
                    row["found_by"],
                    row["moodle_idnumber"] or "",
                    bool(row["ended_at"]),
                )
                for row in read_rows(
                    self.env,
                    "moodle.mapping",
                    self._of_courses,
                    [
                        "moodle_id",
                        "oec_record_id",
                        "op_course_id",
                        "found_by",
                        "moodle_idnumber",
                        "ended_at",
                    ],
                )
            },
        )

    def courses_with_sheets(self, moodle_ids):
        """:param moodle_ids: of Moodle courses
        :return: set of those of which there are sheets here
        """
        self.env["op.attendance.sheet"].flush_model(["moodle_instance_id", "moodle_seen"])
        # By the index of what was last seen in Moodle, which begins with the course.
        self.env.cr.execute(
            "SELECT course FROM unnest(%s) course WHERE EXISTS (SELECT 1 FROM op_attendance_sheet "
            "WHERE moodle_instance_id = %s AND moodle_seen ~>=~ (course || ':') "
            "AND moodle_seen ~<~ (course || ';'))",
            (sorted(moodle_ids), self.instance.id),
        )
        return {course for (course,) in self.env.cr.fetchall()}

    @property
    def _of_courses(self):
        """Domain of the mappings of this instance's courses."""
        return [("instance_id", "=", self.instance.id), ("model", "=", "op.subject")]

    def attendance_types(self):
        """Of several types with the same four booleans none is written, but one of the
        instance's company beats those of no company; until 2025 no type had one.

        :return: ``AttendanceTypes``, the same for all courses
        """
        names = ["active", *FIELDS.values()]
        if "company_id" in self.env["op.attendance.type"]._fields:
            names.append("company_id")
        rows = read_rows(self.env, "op.attendance.type", [], names)
        means = {row["id"]: from_booleans(row) for row in rows}
        of_status = {}
        for company in (False, self._company_id):
            found = {}
            for row in rows:
                if row["active"] and row.get("company_id", False) == company and means[row["id"]]:
                    found.setdefault(means[row["id"]], []).append(row["id"])
            for status, ids in found.items():
                of_status[status] = ids[0] if len(ids) == 1 else 0
        return AttendanceTypes(means, {k: v for k, v in of_status.items() if v})

    def _company_codes(self, model):
        """:return: ``(codes by id, ids of another company's)``. OpenEduCat's own models know
        no companies; schools that share a database add them."""
        fields, companies = ["code"], ()
        if "company_id" in self.env[model]._fields:
            fields.append("company_id")
            companies = self.instance.company_id.parent_ids.ids
        rows = read_rows(self.env, model, [], fields)
        foreign = matching.foreign_rows(rows, companies)
        codes = {row["id"]: row["code"].strip() for row in rows if row["id"] not in foreign}
        return codes, foreign

    def course_mapping(self, moodle_id):
        return self.env["moodle.mapping"]._of_course(self.instance, moodle_id)

    def known_course_mappings(self):
        """What is kept of each is read with it, but not what it has met so far: of all courses
        together that is much, and each needs its own alone, when its turn comes. Then the cache
        is empty, and of a mapping that had been found with the others those of all of them would
        be read again, in each course.

        :return: ``{Moodle course id: moodle.mapping}`` of all that are kept
        """
        Mapping = self.env["moodle.mapping"]
        names = [
            name
            for name, field in Mapping._fields.items()
            if field.store and field.prefetch and field.type != "json"
        ]
        mappings = Mapping.search_fetch(self._of_courses, names)
        return {mapping.moodle_id: mapping.with_prefetch() for mapping in mappings}

    def course_mappings(self, mapped, listed=frozenset()):
        """The mapping of each course, created or corrected where it is needed. One that is there
        instead of another of the same subject and course, which is gone, is synchronised as that
        was.

        :param mapped: list of ``(MoodleCourse, CourseMatch)``
        :param listed: ids of all courses that Moodle has, none where that is not known
        :return: ``{Moodle course id: moodle.mapping}``
        """
        by_id = self.known_course_mappings()
        new = []
        for course, match in mapped:
            values = {
                "oec_record_id": match.pair[0],
                "op_course_id": match.pair[1],
                "found_by": match.found_by,
                "moodle_idnumber": course.idnumber or False,
                "moodle_name": course.fullname,
                "ended_at": False,
            }
            if match.why or course.idnumber is None:
                # The key that it was found by stays known.
                del values["moodle_idnumber"]
            mapping = by_id.get(course.id)
            if mapping:
                if not mapping.last_success and not mapping._settings():
                    # Somebody has mapped it by hand, and it was never read.
                    former = self._former(by_id.values(), match.pair, listed, mapping)
                    values |= former._settings() if former else {}
                write_changed(mapping, values)
            else:
                keys = {
                    "instance_id": self.instance.id,
                    "model": "op.subject",
                    "moodle_id": course.id,
                }
                former = self._former(by_id.values(), match.pair, listed)
                new.append({**keys, **values, **(former._settings() if former else {})})
        for mapping in self.env["moodle.mapping"].create(new):
            by_id[mapping.moodle_id] = mapping.with_prefetch()
        return by_id

    @staticmethod
    def _former(mappings, pair, listed, instead=None):
        """:param instead: the mapping of the course that may take its place, where there is one
        :return: the mapping of the latest course of a pair if all of them are gone, or
            ``None``
        """
        alike = [
            mapping
            for mapping in mappings
            if (mapping.oec_record_id, mapping.op_course_id.id) == pair and mapping != instead
        ]
        if not alike or not listed or any(mapping.moodle_id in listed for mapping in alike):
            return None
        return max(alike, key=lambda mapping: mapping.moodle_id)

    # --- attendance -----------------------------------------------------------

    def linked_sessions(self, course_id):
        """Sessions of a Moodle course that sheets are linked with.

        :return: list of ``(activity id, session id, unix seconds)``; the last is the
            end of the sheet's date, good enough to be inside or outside a window
        """
        rows = read_rows(
            self.env,
            "op.attendance.sheet",
            [
                ("moodle_instance_id", "=", self.instance.id),
                ("moodle_session_id", "!=", 0),
                ("moodle_seen", "=like", f"{course_id}:%"),
            ],
            ["moodle_session_id", "moodle_seen", "attendance_date"],
        )
        return [
            (
                seen.activity_id,
                row["moodle_session_id"],
                calendar.timegm(row["attendance_date"].timetuple()) + 86400,
            )
            for row in rows
            if (seen := Seen.parse(row["moodle_seen"]))
        ]

    def state(self, reading, subject, rules, types, met=None):
        """Sheets of the subject inside the window, those of the sessions read, wherever they
        are, and unlinked ones of the days of these; with their registers and lines. Where
        something was never met, those too that it may be of.

        :param types: of :meth:`attendance_types`
        :param met: ``Met``, what was met of the course before
        :return: ``LocalState``
        """
        start = rules.window_start
        wanted = [session for session in reading.sessions if rules.wants(session)]
        sessions = [session.id for session in wanted]
        in_window = []
        if start:
            in_window = [("attendance_date", ">=", start)]
            older = {rules.date(session.starts) for session in wanted if session.marks}
            older = sorted(day for day in older if day < start)
            if older:
                # An old session that was taken inside the window may be of a sheet of its day.
                free = [("moodle_instance_id", "=", False), ("attendance_date", "in", older)]
                in_window = ["|", *in_window, "&", *free]
            unmet = [] if met is None else [s for s in reading.sessions if met.is_new(s)]
            unmet = sorted({day for s in unmet if (day := rules.date(s.starts)) < start})
            if unmet:
                # One that was never met may be of a linked sheet, too, whether it is marked or
                # not: it is met only once.
                linked = [("moodle_instance_id", "=", self.instance.id)]
                linked.append(("attendance_date", "in", unmet))
                in_window = ["|", *in_window, "&", *linked]
            if met is not None and any(met.never(s.activity_id) for s in reading.sessions):
                # A whole activity may be back, perhaps on other days: of any that is not here,
                # since it is met only once.
                in_window = ["|", *in_window, *self._elsewhere(reading)]
        of_sessions = [
            ("moodle_instance_id", "=", self.instance.id),
            ("moodle_session_id", "in", sessions),
        ]
        of_subject = [
            ("moodle_instance_id", "in", [self.instance.id, False]),
            *in_window,
            ("register_id", "in", self._registers_of(subject)),
        ]
        sheets = read_rows_of_any(
            self.env,
            "op.attendance.sheet",
            [of_sessions, of_subject],
            [
                "register_id",
                "batch_id",
                "attendance_date",
                "state",
                "active",
                "name",
                "moodle_instance_id",
                "moodle_session_id",
                "moodle_seen",
                "moodle_lasttaken",
                "moodle_starts",
                "moodle_points",
                "session_id",
            ],
            order="id",
        )
        # What is linked is known to be of its session.
        times = self._timetable(
            sheets if rules.pushes else [row for row in sheets if not row["moodle_session_id"]]
        )
        registers = self._registers(reading, subject, rules, sheets)
        mapping = self.course_mapping(reading.course.id) if rules.pushes else None
        pair = subject.subject_id, subject.course_id
        subject_of = {register.id: register.subject_id for register in registers}
        own = {r.id for r in registers if (r.subject_id, r.course_id) == pair}
        return LocalState(
            registers=registers,
            sheets=tuple(
                Sheet(
                    id=row["id"],
                    register_id=row["register_id"],
                    batch_id=row["batch_id"],
                    subject_id=subject_of[row["register_id"]],
                    date=row["attendance_date"],
                    state=row["state"],
                    active=row["active"],
                    session_id=row["moodle_session_id"] if row["moodle_instance_id"] else 0,
                    seen=Seen.parse(row["moodle_seen"]),
                    taken_at=unix(row["moodle_lasttaken"]),
                    name=row["name"] or "",
                    starts=times.get(row["session_id"], (0, 0))[0],
                    ends=times.get(row["session_id"], (0, 0))[1],
                    own=row["register_id"] in own,
                    held_at=unix(row["moodle_starts"]),
                    points=row["moodle_points"] or "",
                )
                for row in sheets
            ),
            lines=self._lines([row["id"] for row in sheets], rules.pushes),
            dropped=mapping._dropped_lines() if mapping else {},
            not_held=mapping._not_held() if mapping else {},
            unsaid=mapping._unsaid() if mapping else {},
            types=types,
            met=met,
        )

    def _elsewhere(self, reading):
        """:return: domain of the sheets that are linked with what was not read of the course"""
        places = [f"{reading.course.id}:{activity.id}:%" for activity in reading.activities]
        domain = [("moodle_instance_id", "=", self.instance.id), ("moodle_session_id", "!=", 0)]
        for place in places:
            domain += ["!", ("moodle_seen", "=like", place)]
        return ["&"] * (len(places) + 1) + domain

    def _registers_of(self, subject):
        """:return: ``Query`` of the registers of a subject and course"""
        return self.env["op.attendance.register"]._search(
            [("subject_id", "=", subject.subject_id), ("course_id", "=", subject.course_id)]
        )

    def _timetable(self, sheets):
        """:return: ``{op.session id: (start, end)}``, unix seconds"""
        wanted = list({row["session_id"] for row in sheets} - {False})
        if not wanted:
            return {}
        rows = read_rows(
            self.env, "op.session", [("id", "in", wanted)], ["start_datetime", "end_datetime"]
        )
        return {row["id"]: (unix(row["start_datetime"]), unix(row["end_datetime"])) for row in rows}

    def _registers(self, reading, subject, rules, sheets):
        dates = {rules.date(session.starts) for session in reading.sessions if session.marks}
        rows = read_rows(
            self.env,
            "op.attendance.register",
            [
                "|",
                ("id", "in", list({row["register_id"] for row in sheets})),
                "&",
                "&",
                "&",
                ("moodle_instance_id", "=", self.instance.id),
                ("subject_id", "=", subject.subject_id),
                ("course_id", "=", subject.course_id),
                ("moodle_date", "in", list(dates)),
            ],
            ["subject_id", "course_id", "batch_id", "moodle_date", "moodle_instance_id"],
        )
        return tuple(
            Register(
                id=row["id"],
                subject_id=row["subject_id"] or 0,
                course_id=row["course_id"],
                batch_id=row["batch_id"],
                date=(row["moodle_date"] or None) if row["moodle_instance_id"] else None,
            )
            for row in rows
        )

    def _lines(self, sheet_ids, with_times):
        """:param with_times: whether it matters when a line was marked"""
        if not sheet_ids:
            return ()
        rows = each_tuple(
            self.env,
            "op.attendance.line",
            [("attendance_id", "in", sheet_ids)],
            LINE_FIELDS + (TIME_FIELDS if with_times else []),
            # The same on every run: an active line before an archived one.
            order="active DESC, id",
        )
        return tuple(_line(*row) for row in rows)


def _line(
    id_,
    sheet_id,
    student_id,
    remark,
    active,
    base,
    type_id,
    written_by,
    sending,
    present,
    absent,
    late,
    excused,
    *times,
):
    """:param remark: and so on: the values of :data:`LINE_FIELDS`
    :param times: those of :data:`TIME_FIELDS`, or none
    :return: ``Line``
    """
    marked, person, agreed, remarked = _marked(base, *times[:-1]) if times else (0, True, "", 0)
    # An emptied remark can be on its way, too.
    sending_remark = times[-1] if times and isinstance(times[-1], str) else None
    return Line(
        id_,
        sheet_id,
        student_id,
        STATUS_OF[present, absent, late, excused],
        base or None,
        remark or "",
        bool(active),
        marked,
        person,
        type_id or 0,
        written_by or 0,
        agreed,
        remarked,
        sending or "",
        sending_remark,
    )


def _marked(base, marked_at, created_by, written_at, agreed_remark, remarked_at):
    """When a person last marked a line, and whether one ever did; the remark that both sides
    agreed on, and when a person last changed the line's own. Lines older than this add-on have no
    such moment; until a sync has touched them, their last write is it. Lines that nobody made are
    of OpenEduCat's route without a log-in.

    :return: unix seconds, a boolean, a text, and unix seconds
    """
    marked = unix(marked_at)
    if not marked and created_by and not base:
        marked = unix(written_at)
    return marked, bool(marked_at or created_by), agreed_remark or "", unix(remarked_at)
