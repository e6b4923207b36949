"""Reads what OpenEduCat holds, as records, in a handful of queries per course.

ORM. The environment is the run's own: superuser (no OpenEduCat role of 2025 may both
read students and write lines; the right to sync was checked on the instance), quiet,
archived records included.
"""

import calendar
from datetime import UTC, datetime

from . import matching
from .merge import MOODLE
from .records import Line, LocalState, MoodleUser, Register, Seen, Sheet, Subject
from .status import FIELDS, from_booleans

# Our own writes leave no messages and are nobody's edit.
QUIET = {
    "active_test": False,
    "connector_no_export": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "tracking_disable": True,
}


def unix(moment):
    """Unix seconds of a naive UTC datetime as Odoo keeps it; 0 for none."""
    return calendar.timegm(moment.timetuple()) if moment else 0


def moment(seconds):
    """The reverse of :func:`unix`; False for 0, as Odoo writes NULL."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) if seconds else False


LINE_FIELDS = [
    "attendance_id", "student_id", "remark", "active", "moodle_base", *FIELDS.values(),
]  # fmt: skip
TIME_FIELDS = ["moodle_marked_at", "create_uid", "write_date"]


class LocalStore:
    """:param instance: the ``moodle.instance``, in the run's environment; its settings
    are read here once, since each commit of the run empties Odoo's cache
    """

    def __init__(self, instance):
        self.instance = instance
        self.env = instance.env
        self.match_by_email = instance.match_by_email
        self.pushes = instance.sync_attendance_from != MOODLE
        self._codes = {}

    def _read(self, model, domain, fields, **kwargs):
        return self.env[model].search_read(domain, fields, load=None, **kwargs)

    # --- courses --------------------------------------------------------------

    def course_table(self):
        """What :func:`matching.match_course` looks things up in."""
        rows = self._read("op.subject", [], ["code"])
        courses = self._read("op.course", [], ["code"])
        self._codes = {row["id"]: row["code"].strip() for row in rows}
        return matching.CourseTable(
            subjects=self._codes,
            courses={row["id"]: row["code"].strip() for row in courses},
            links={
                mapping.moodle_id: (
                    (mapping.oec_record_id, mapping.op_course_id.id),
                    mapping.found_by,
                )
                for mapping in self.env["moodle.mapping"].search(
                    [("instance_id", "=", self.instance.id), ("model", "=", "op.subject")]
                )
            },
        )

    def course_mapping(self, moodle_id):
        return self.env["moodle.mapping"]._of_course(self.instance, moodle_id)

    def course_mappings(self, mapped):
        """The mapping of each course, created or corrected where it is needed.

        :param mapped: list of ``(MoodleCourse, CourseMatch)``
        :return: ``{Moodle course id: moodle.mapping}``
        """
        existing = self.env["moodle.mapping"].search(
            [("instance_id", "=", self.instance.id), ("model", "=", "op.subject")]
        )
        by_id = {mapping.moodle_id: mapping for mapping in existing}
        new = []
        for course, match in mapped:
            values = {
                "oec_record_id": match.pair[0],
                "op_course_id": match.pair[1],
                "found_by": match.found_by,
                "moodle_idnumber": course.idnumber or False,
                "moodle_name": course.fullname,
            }
            mapping = by_id.get(course.id)
            if mapping:
                _write_changed(mapping, values)
            else:
                keys = {
                    "instance_id": self.instance.id,
                    "model": "op.subject",
                    "moodle_id": course.id,
                }
                new.append({**keys, **values})
        for mapping in self.env["moodle.mapping"].create(new):
            by_id[mapping.moodle_id] = mapping
        return by_id

    def subject(self, pair):
        """:param pair: ``(op.subject id, op.course id)``, of the course table"""
        return Subject(pair[0], pair[1], self._codes[pair[0]])

    # --- people and groups ----------------------------------------------------

    def links(self, model, moodle_ids):
        """Kept links by Moodle id; those by e-mail only while the instance matches by
        e-mail."""
        domain = [
            ("instance_id", "=", self.instance.id),
            ("model", "=", model),
            ("moodle_id", "in", list(moodle_ids)),
        ]
        return {link.moodle_id: link for link in self._links(domain)}

    def _links(self, domain):
        if not self.match_by_email:
            domain = [*domain, ("found_by", "!=", matching.EMAIL)]
        rows = self._read(
            "moodle.mapping",
            domain,
            ["moodle_id", "oec_record_id", "found_by", "moodle_idnumber"],
        )
        return [
            matching.Link(
                row["moodle_id"],
                row["oec_record_id"],
                row["found_by"],
                row["moodle_idnumber"] or "",
            )
            for row in rows
        ]

    def people_of(self, users, groups, subject):
        """Who these people and groups are, whether or not they have marks.

        :param users: tuple of ``MoodleUser``
        :param groups: tuple of ``MoodleGroup``
        :return: ``matching.People``
        """
        links = self.links("op.student", {user.id for user in users})
        table = self._student_table(users, subject, links)
        by_id = {group.id: group for group in groups}
        batch_links = self.links("op.batch", by_id.keys())
        batches = self._batch_table(by_id, batch_links)
        return matching.People(
            students=matching.match_students(users, table),
            batches={
                group: matching.match_group(group, by_id, subject.course_id, batches)
                for group in by_id
            },
        )

    def people(self, reading, subject, links):
        """Who is who in one course.

        :param reading: ``CourseReading``
        :param subject: ``Subject``
        :param links: kept links of the users, by Moodle id (see :meth:`links`)
        :return: ``matching.People``
        """
        users = list(reading.users)
        known = {user.id for user in users}
        # People who left the course and are linked already were not asked for.
        users += [
            MoodleUser(id=link.moodle_id, fullname="", idnumber=link.idnumber)
            for link in links.values()
            if link.moodle_id not in known
        ]
        table = self._student_table(users, subject, links)
        groups = {group.id: group for group in reading.groups}
        used = {s.group_id for s in reading.sessions if s.group_id and (s.marks or self.pushes)}
        if self.pushes:
            used |= groups.keys()
        batch_links = self.links("op.batch", used) if used else {}
        batches = self._batch_table(groups, batch_links)
        return matching.People(
            students=matching.match_students(users, table),
            batches={
                group: matching.match_group(group, groups, subject.course_id, batches)
                for group in used
            },
            table=table,
            batch_links=batch_links,
            names={user.id: user.fullname for user in users},
            group_names={group.id: group.name for group in reading.groups},
        )

    def _student_table(self, users, subject, links):
        wanted = {link.record_id for link in links.values()}
        wanted |= {matching.student_id(user.idnumber) for user in users} - {None}
        emails = {
            user.email.lower()
            for user in users
            if user.email and matching.student_id(user.idnumber) is None
        }
        exists = set(self.env["op.student"].search([("id", "in", list(wanted))]).ids)
        by_email = self._students_by_email(emails) if emails else {}
        candidates = list(exists.union(*by_email.values()))
        running = {}
        for row in self._read(
            "op.student.course",
            [
                ("course_id", "=", subject.course_id),
                ("state", "=", "running"),
                ("student_id", "in", candidates),
            ],
            ["student_id", "batch_id"],
        ):
            running.setdefault(row["student_id"], []).append(row["batch_id"] or 0)
        holders = {}
        for link in self._links(
            [
                ("instance_id", "=", self.instance.id),
                ("model", "=", "op.student"),
                ("oec_record_id", "in", candidates),
            ]
        ):
            holders.setdefault(link.record_id, []).append(link)
        return matching.StudentTable(frozenset(exists), by_email, links, holders, running)

    def _students_by_email(self, emails):
        """``{lower-case e-mail: [student ids]}``, archived students included: a person
        who has an old record beside the new one is not guessed at."""
        if not self.match_by_email:
            return {}
        # email_normalized is lower-cased by Odoo and indexed.
        domain = [("partner_id.email_normalized", "in", list(emails))]
        rows = self._read("op.student", domain, ["partner_id"])
        partners = {row["partner_id"] for row in rows}
        email_of = {
            row["id"]: row["email_normalized"]
            for row in self._read(
                "res.partner", [("id", "in", list(partners))], ["email_normalized"]
            )
        }
        result = {}
        for row in rows:
            result.setdefault(email_of[row["partner_id"]], []).append(row["id"])
        return result

    def _batch_table(self, groups, links):
        wanted = {matching.batch_id(group.idnumber) for group in groups.values()} - {None}
        wanted |= {link.record_id for link in links.values()}
        rows = self._read("op.batch", [("id", "in", list(wanted))], ["course_id"]) if wanted else ()
        return matching.BatchTable({row["id"]: row["course_id"] for row in rows}, links)

    def save_links(self, reading, people, links):
        """Keep what was found, so that it holds when people leave the course.

        :param links: the kept links as :meth:`people` got them
        """
        idnumbers = {user.id: user.idnumber for user in reading.users}
        self._save_links("op.student", people.students, links, idnumbers, people.names)
        if people.batches:
            links = people.batch_links
            idnumbers = {group.id: group.idnumber for group in reading.groups}
            self._save_links("op.batch", people.batches, links, idnumbers, people.group_names)

    def _save_links(self, model, matches, links, idnumbers, names):
        new = []
        for match in matches.values():
            link = links.get(match.moodle_id)
            if match.moodle_id not in idnumbers:
                # Not asked for in this run: nothing new is known.
                continue
            idnumber = idnumbers[match.moodle_id]
            if not match.record_id or match.found_by == matching.MANUAL:
                continue
            found = matching.Link(match.moodle_id, match.record_id, match.found_by, idnumber)
            if link == found:
                continue
            values = {
                "oec_record_id": match.record_id,
                "found_by": match.found_by,
                "moodle_idnumber": idnumber or False,
                "moodle_name": names.get(match.moodle_id) or False,
            }
            keys = {
                "instance_id": self.instance.id,
                "model": model,
                "moodle_id": match.moodle_id,
            }
            new.append((keys, values))
        if not new:
            return
        rows = self.env["moodle.mapping"].search(
            [
                ("instance_id", "=", self.instance.id),
                ("model", "=", model),
                ("moodle_id", "in", [keys["moodle_id"] for keys, _values in new]),
            ]
        )
        by_id = {row.moodle_id: row for row in rows}
        for keys, values in new:
            if keys["moodle_id"] in by_id:
                _write_changed(by_id[keys["moodle_id"]], values)
        self.env["moodle.mapping"].create(
            [{**keys, **values} for keys, values in new if keys["moodle_id"] not in by_id]
        )

    # --- attendance -----------------------------------------------------------

    def linked_sessions(self, course_id):
        """Sessions of a Moodle course that sheets are linked with.

        :return: list of ``(activity id, session id, unix seconds)``; the last is the
            end of the sheet's date, good enough to be inside or outside a window
        """
        rows = self._read(
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
                Seen.parse(row["moodle_seen"]).activity_id,
                row["moodle_session_id"],
                calendar.timegm(row["attendance_date"].timetuple()) + 86400,
            )
            for row in rows
        ]

    def state(self, reading, subject, rules):
        """Sheets of the subject inside the window, and those of the sessions read,
        wherever they are; with their registers and lines.

        :return: ``LocalState``
        """
        start = rules.window_start
        sessions = [
            session.id
            for session in reading.sessions
            if rules.in_window(rules.date(session.starts))
        ]
        in_window = [("attendance_date", ">=", start)] if start else []
        sheets = self._read(
            "op.attendance.sheet",
            [
                "|",
                "&",
                ("moodle_instance_id", "=", self.instance.id),
                ("moodle_session_id", "in", sessions),
                "&",
                ("moodle_instance_id", "in", [self.instance.id, False]),
                *(["&", *in_window] if in_window else []),
                "&",
                ("register_id.subject_id", "=", subject.subject_id),
                ("register_id.course_id", "=", subject.course_id),
            ],
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
                *(["session_id"] if self.pushes else []),
            ],
            order="id",
        )
        times = self._timetable(sheets) if self.pushes else {}
        registers = self._registers(reading, subject, rules, sheets)
        subject_of = {register.id: register.subject_id for register in registers}
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
                    starts=times.get(row.get("session_id"), (0, 0))[0],
                    ends=times.get(row.get("session_id"), (0, 0))[1],
                )
                for row in sheets
            ),
            lines=self._lines([row["id"] for row in sheets]),
            dropped=self._dropped(reading.course.id) if self.pushes else {},
        )

    def _timetable(self, sheets):
        """:return: ``{op.session id: (start, end)}``, unix seconds"""
        wanted = list({row["session_id"] for row in sheets} - {False})
        if not wanted:
            return {}
        rows = self._read("op.session", [("id", "in", wanted)], ["start_datetime", "end_datetime"])
        return {row["id"]: (unix(row["start_datetime"]), unix(row["end_datetime"])) for row in rows}

    def _dropped(self, course_id):
        mapping = self.course_mapping(course_id)
        return mapping._dropped_lines() if mapping else {}

    def _registers(self, reading, subject, rules, sheets):
        dates = {rules.date(session.starts) for session in reading.sessions if session.marks}
        rows = self._read(
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

    def _lines(self, sheet_ids):
        if not sheet_ids:
            return ()
        rows = self._read(
            "op.attendance.line",
            [("attendance_id", "in", sheet_ids)],
            LINE_FIELDS + (TIME_FIELDS if self.pushes else []),
            order="id",
        )
        return tuple(
            Line(
                id=row["id"],
                sheet_id=row["attendance_id"],
                student_id=row["student_id"],
                status=from_booleans(row),
                base=row["moodle_base"] or None,
                remark=row["remark"] or "",
                active=row["active"],
                **(_marked(row) if self.pushes else {}),
            )
            # The same order on every run: an active line before an archived one.
            for row in sorted(rows, key=lambda row: (not row["active"], row["id"]))
        )


def _marked(row):
    """When a person last marked a line, and whether one ever did. Lines older than this
    add-on have no such moment; until a sync has touched them, their last write is it.
    Lines that nobody made are of OpenEduCat's route without a log-in."""
    marked_at = unix(row["moodle_marked_at"])
    if not marked_at and row["create_uid"] and not row["moodle_base"]:
        marked_at = unix(row["write_date"])
    return {"marked_at": marked_at, "person": bool(row["moodle_marked_at"] or row["create_uid"])}


def _write_changed(record, values):
    changed = {
        name: value
        for name, value in values.items()
        if (record[name].id if record._fields[name].type == "many2one" else record[name]) != value
    }
    if changed:
        record.write(changed)
