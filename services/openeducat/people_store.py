"""Who and what Moodle's people and groups are here, and the links that are kept of it.

ORM, in the environment of ``local_store``.
"""

from functools import partial

from ..domain import matching
from ..domain.records import MoodleUser, of_known_group
from .enrolments import enrolments, taught
from .rows import copied_fields, copied_values, create_whole, read_rows, write_changed


class PeopleStore:
    """:param instance: the ``moodle.instance``, in the run's environment; its settings
    are read here once, since each commit of the run empties Odoo's cache
    """

    def __init__(self, instance):
        self.instance = instance
        self.env = instance.env
        self.match_by_email = instance.match_by_email
        self.zone = instance.tz

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
        rows = read_rows(
            self.env,
            "moodle.mapping",
            domain,
            [
                "moodle_id",
                "oec_record_id",
                "found_by",
                "moodle_idnumber",
                "moodle_name",
                "moodle_email",
            ],
        )
        return [
            matching.Link(
                row["moodle_id"],
                row["oec_record_id"],
                row["found_by"],
                row["moodle_idnumber"] or "",
                row["moodle_name"] or "",
                row["moodle_email"] or "",
            )
            for row in rows
        ]

    def end_links(self, given_up):
        """:param given_up: ``{Moodle user id: matching.FORMER or "ended"}``"""
        rows = self.env["moodle.mapping"].search(
            [
                ("instance_id", "=", self.instance.id),
                ("model", "=", "op.student"),
                ("moodle_id", "in", list(given_up)),
            ]
        )
        former = rows.filtered(lambda row: given_up[row.moodle_id] == matching.FORMER)
        former.write({"found_by": matching.FORMER})
        (rows - former).unlink()

    def students_with_marks(self, student_ids):
        """:return: set of those of whom both sides have agreed on a mark, in this Moodle"""
        domain = [
            ("student_id", "in", list(student_ids)),
            ("moodle_base", "!=", False),
            ("attendance_id.moodle_instance_id", "=", self.instance.id),
        ]
        found = self.env["op.attendance.line"]._read_group(domain, ["student_id"])
        return {student.id for (student,) in found}

    def _batches_with_sheets(self, course_id, batch_ids):
        """:param course_id: of the Moodle course whose sheets count"""
        rows = read_rows(
            self.env,
            "op.attendance.sheet",
            [
                ("moodle_instance_id", "=", self.instance.id),
                ("moodle_seen", "=like", f"{course_id}:%"),
                ("batch_id", "in", list(batch_ids)),
            ],
            ["batch_id"],
        )
        return {row["batch_id"] for row in rows}

    def who_wait(self, links, accounts, subject):
        """Of accounts that are not in a course, those that are another student by their key now,
        while their student has attendance: a person has to choose, wherever they are met.

        :param links: iterable of ``matching.Link``
        :param accounts: iterable of ``MoodleUser`` as Moodle knows them by id
        :return: set of Moodle ids
        """
        links = {link.moodle_id: link for link in links}
        table = self._student_table(accounts, subject, links)
        matches = matching.match_students(accounts, table, self.students_with_marks)
        return {number for number, match in matches.items() if match.waits}

    def people_of(self, course, users, groups, subject):
        """Who these people and groups are, whether or not they have marks.

        :param course: id of the Moodle course that they are in
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
            students=matching.match_students(users, table, self.students_with_marks),
            batches=matching.match_groups(
                by_id, by_id, subject.course_id, batches, partial(self._batches_with_sheets, course)
            ),
        )

    def people(self, reading, subject, links, pushes, given_up=(), met=None):
        """Who is who in one course.

        :param reading: ``CourseReading``
        :param subject: ``Subject``
        :param links: kept links of the users, by Moodle id (see :meth:`links`)
        :param pushes: whether marks go to Moodle, so that groups without any matter, too
        :param given_up: Moodle ids of accounts whose links claim nothing any more
        :param met: ``Met`` of the course, ``None`` where nothing can follow
        :return: ``matching.People``
        """
        users = list(reading.users)
        known = {user.id for user in users}
        # People who left the course and are linked already were not asked for.
        users += [
            MoodleUser(
                id=link.moodle_id,
                fullname=link.name,
                idnumber="" if link.found_by == matching.FORMER else link.idnumber,
                read=False,
            )
            for link in links.values()
            if link.moodle_id not in known
        ]
        table = self._student_table(users, subject, links, given_up)
        groups = {group.id: group for group in reading.groups}
        used = {session.group_id for session in of_known_group(reading.sessions, pushes, met)}
        if pushes:
            used |= groups.keys()
        batch_links = self.links("op.batch", used) if used else {}
        batches = self._batch_table(groups, batch_links)
        return matching.People(
            students=matching.match_students(users, table, self.students_with_marks),
            batches=matching.match_groups(
                used,
                groups,
                subject.course_id,
                batches,
                partial(self._batches_with_sheets, reading.course.id),
            ),
            table=table,
            batch_links=batch_links,
            names={user.id: user.fullname for user in users},
            group_names={group.id: group.name for group in reading.groups},
        )

    def _student_table(self, users, subject, links, given_up=()):
        wanted = {link.record_id for link in links.values()}
        wanted |= {matching.student_id(user.idnumber) for user in users} - {None}
        emails = {
            user.email.lower()
            for user in users
            if user.email and matching.student_id(user.idnumber) is None
        }
        exists = set(self.env["op.student"].browse(wanted).exists().ids)
        by_email = self._students_by_email(emails) if emails else {}
        candidates = list(exists.union(*by_email.values()))
        enrolled = enrolments(self.env, subject.course_id, candidates, self.zone)
        holders = {}
        for link in self._links(
            [
                ("instance_id", "=", self.instance.id),
                ("model", "=", "op.student"),
                ("oec_record_id", "in", candidates),
            ]
        ):
            if link.moodle_id not in given_up:
                holders.setdefault(link.record_id, []).append(link)
        return matching.StudentTable(
            frozenset(exists),
            by_email,
            links,
            holders,
            enrolled,
            taught(self.env, subject, enrolled.values()),
        )

    def _students_by_email(self, emails):
        """``{lower-case e-mail: [student ids]}``, archived students included: a person
        who has an old record beside the new one is not guessed at."""
        if not self.match_by_email:
            return {}
        # email_normalized is lower-cased by Odoo and indexed.
        domain = [("partner_id.email_normalized", "in", list(emails))]
        rows = read_rows(self.env, "op.student", domain, ["partner_id"])
        if not rows:
            # Those without an ID number are mostly teachers.
            return {}
        partners = {row["partner_id"] for row in rows}
        email_of = {
            row["id"]: row["email_normalized"]
            for row in read_rows(
                self.env, "res.partner", [("id", "in", list(partners))], ["email_normalized"]
            )
        }
        result = {}
        for row in rows:
            result.setdefault(email_of[row["partner_id"]], []).append(row["id"])
        return result

    def _batch_table(self, groups, links):
        wanted = {matching.batch_id(group.idnumber) for group in groups.values()} - {None}
        wanted |= {link.record_id for link in links.values()}
        rows = (
            read_rows(self.env, "op.batch", [("id", "in", list(wanted))], ["course_id"])
            if wanted
            else ()
        )
        return matching.BatchTable({row["id"]: row["course_id"] for row in rows}, links)

    def save_links(self, reading, people, links):
        """Keep what was found, so that it holds when people leave the course.

        :param links: the kept links as :meth:`people` got them
        """
        idnumbers = {user.id: user.idnumber for user in reading.users}
        emails = self._emails_noted(reading.users, people, links)
        names = people.names
        self._save_links("op.student", people.students, links, idnumbers, names, emails)
        if people.batches:
            links = people.batch_links
            idnumbers = {group.id: group.idnumber for group in reading.groups}
            self._save_links("op.batch", people.batches, links, idnumbers, people.group_names)

    @staticmethod
    def _emails_noted(users, people, links):
        """By which e-mail each account was found by; one that names its student no longer is
        not noted in its place.

        :return: ``{Moodle user id: text}``
        """
        noted = {user_id: link.email for user_id, link in links.items()}
        for user in users:
            email = user.email.lower()
            if people.student(user.id).record_id in people.table.by_email.get(email, ()):
                noted[user.id] = email
        return noted

    def _save_links(self, model, matches, links, idnumbers, names, emails=()):
        new, lost = [], []
        for match in matches.values():
            link = links.get(match.moodle_id)
            if match.moodle_id not in idnumbers:
                # Not asked for in this run: nothing new is known.
                continue
            if match.kept or match.waits:
                # The link stays as it was, with the key that it was found by.
                continue
            idnumber = idnumbers[match.moodle_id]
            if (
                not match.record_id
                and link
                and link.idnumber != idnumber
                and link.found_by not in (matching.MANUAL, matching.FORMER)
            ):
                # It was found by an ID number that the account has lost.
                lost.append(match.moodle_id)
            if not match.record_id or match.found_by in (matching.MANUAL, matching.FORMER):
                continue
            email = emails[match.moodle_id] if match.found_by == matching.EMAIL else ""
            found = matching.Link(
                match.moodle_id, match.record_id, match.found_by, idnumber, email=email
            )
            if link == found:
                continue
            values = {
                "oec_record_id": match.record_id,
                "found_by": match.found_by,
                "moodle_idnumber": idnumber or False,
                "moodle_email": email or False,
                "moodle_name": names.get(match.moodle_id) or False,
            }
            keys = {
                "instance_id": self.instance.id,
                "model": model,
                "moodle_id": match.moodle_id,
            }
            new.append((keys, values))
        if not new and not lost:
            return
        wanted = [keys["moodle_id"] for keys, _values in new]
        rows = self.env["moodle.mapping"].search(
            [
                ("instance_id", "=", self.instance.id),
                ("model", "=", model),
                ("moodle_id", "in", wanted + lost),
            ]
        )
        ended = rows.filtered(lambda row: row.moodle_id in lost)
        by_id = {row.moodle_id: row for row in rows - ended}
        ended.unlink()
        for keys, values in new:
            if keys["moodle_id"] in by_id:
                write_changed(by_id[keys["moodle_id"]], values)
        Mapping = self.env["moodle.mapping"]
        copied = copied_fields(Mapping, "instance_id")
        common = copied_values(Mapping, copied, self.instance)
        create_whole(
            Mapping,
            copied,
            [
                {**common, **keys, **values}
                for keys, values in new
                if keys["moodle_id"] not in by_id
            ],
        )
