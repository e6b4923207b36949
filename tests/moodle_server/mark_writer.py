"""Writes marks of one session where it still holds what the caller has read: the
``mark_writer.php`` of local_wsattendance."""

from collections import Counter

from .course_reader import MARK, mark, named

# Characters that the database keeps of a remark.
LONGEST = 1333


class MarkWriter:
    """:param taker: user id
    :param seen: ids of those whom the account is shown, ``None`` for everybody

    ``touched``: whether anything was written.
    """

    def __init__(self, state, session, taker, seen=None):
        self.state, self.session, self.taker, self.seen = state, session, taker, seen
        self.touched = False

    def write_all(self, marks):
        """:param marks: see :func:`functions_companion.set_marks`
        :return: results in their order
        """
        reasons = self._refusals(marks)
        outcomes = [
            "refused" if reason else self._write_one(mark)
            for mark, reason in zip(marks, reasons, strict=True)
        ]
        if self.touched:
            self.state.taken(self.session, self.taker)
        return [
            {
                "studentid": mark["studentid"],
                "outcome": outcome,
                "reason": reason,
                "marks": named(MARK, self._shown(mark["studentid"])),
            }
            for mark, outcome, reason in zip(marks, outcomes, reasons, strict=True)
        ]

    def overwrite(self, student, status_id, statusset):
        """Whatever is there; a remark stays."""
        rows = self._rows(student)
        self._store(student, status_id, rows[0].remarks if rows else None, statusset)
        self.state.taken(self.session, self.taker)
        self.session.timemodified = self.session.lasttaken

    def _rows(self, student):
        """The one that counts first: the last one taken."""
        rows = [row for row in self.session.log if row.user_id == student]
        return sorted(rows, key=lambda row: (-row.timetaken, -row.id))

    def _shown(self, student):
        return [mark(row) for row in self._rows(student) if self._sees(student)]

    def _sees(self, student):
        return self.seen is None or student in self.seen

    # --- what may not be written --------------------------------------------------

    def _refusals(self, marks):
        times = Counter(mark["studentid"] for mark in marks)
        return [self._refused(mark, times[mark["studentid"]] > 1) for mark in marks]

    def _refused(self, mark, twice):
        """:return: why, else an empty text"""
        state, student = self.state, mark["studentid"]
        user = state.users.get(student)
        enrolment = state.enrolments[state.course_of(self.session).id].get(student)
        group = state.groups.get(self.session.group_id)
        if twice:
            return "studenttwice"
        if user is None or user.deleted or user.temporary:
            return "nosuchuser"
        if enrolment is None:
            return "notenrolled"
        if not enrolment.listed:
            return "notlisted"
        if self.session.group_id and (group is None or student not in group.members):
            return "notingroup"
        if not self._sees(student):
            return "notingroup"
        if not self._shown_to_teachers(student):
            return "notingrouping"
        if len(mark.get("remarks", "")) > LONGEST:
            return "remarkstoolong"
        return self._status_refused(mark["statusid"])

    def _shown_to_teachers(self, student):
        """Whether Attendance's own page can show a student, as far as a grouping says."""
        state, session = self.state, self.session
        grouping = state.grouped(state.attendances[session.attendance_id])
        if grouping is None:
            return True
        if session.group_id:
            return session.group_id in grouping
        groups = [state.groups[group] for group in grouping]
        return not groups or any(student in group.members for group in groups)

    def _status_refused(self, number):
        status = self.state.statuses.get(number)
        if not number:
            return ""
        if status is None or status.attendance_id != self.session.attendance_id:
            return "nosuchstatus"
        if status.setnumber != self.session.statusset:
            return "statusofotherset"
        if status.deleted:
            return "statusdeleted"
        return "" if status.visible else "statushidden"

    # --- writing ------------------------------------------------------------------

    def _write_one(self, mark):
        """:return: ``written``, ``same`` or ``changed``"""
        rows = self._rows(mark["studentid"])
        row = rows[0] if rows else None
        status = row.status_id if row else 0
        remarks = (row.remarks or "") if row else ""
        wanted = mark.get("remarks", remarks)
        if len(rows) < 2 and (status, remarks) == (mark["statusid"], wanted):
            return "same"
        expected = mark.get("expected")
        if expected is None:
            # A row that was cleared is no mark.
            as_expected = not status and not remarks and len(rows) < 2
        else:
            as_expected = (
                row is not None
                and (status, row.timetaken) == (expected["statusid"], expected["timetaken"])
                and expected.get("remarks", remarks) == remarks
            )
        if not as_expected:
            return "changed"
        self.touched = True
        self._store(mark["studentid"], mark["statusid"], wanted)
        return "written"

    def _store(self, student, status_id, remarks, statusset=None):
        """Leaves one row: the one that Attendance's page would update, the last of the log."""
        rows = [row for row in self.session.log if row.user_id == student]
        row = rows[-1] if rows else self.state.new_row(self.session, student)
        self.session.log = [
            other for other in self.session.log if other is row or other.user_id != student
        ]
        row.status_id, row.remarks = status_id, remarks
        self.state.written(self.session, row, self.taker, statusset=statusset)
