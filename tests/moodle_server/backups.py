"""Backups of the scripted Moodle, its recycle bin, and what else gives known things other
numbers. What a restore keeps is what Moodle 4.3 and 5.1 keep of an attendance activity, see
``tests/test_moodle_server_restored.py``.
"""

from dataclasses import dataclass, field, replace

DAY = 86400


@dataclass(frozen=True, eq=False)
class ActivityBackup:
    """:param groups: those that its sessions name and that there are
    :param users: whether it holds what belongs to people, so marks
    """

    activity: object
    statuses: tuple
    sessions: tuple
    groups: tuple
    users: bool = True


@dataclass(frozen=True, eq=False)
class CourseBackup:
    course: object
    groups: tuple
    activities: tuple
    enrolments: dict = field(default_factory=dict)
    users: bool = True


def _copied(session, users=True):
    log = [replace(row) for row in session.log] if users else []
    return replace(session, log=log)


class Backups:
    """A part of :class:`state.MoodleState`."""

    # --- backups ----------------------------------------------------------------

    def back_up_activity(self, activity, users=True):
        """:param users: without them no mark is kept, as for *Duplicate* or an import; the
        recycle bin is without them where automated backups are
        """
        with self.lock:
            sessions = [s for s in self.sessions.values() if s.attendance_id == activity.id]
            named = {session.group_id for session in sessions}
            return ActivityBackup(
                replace(activity),
                tuple(replace(s) for s in self._statuses_of(activity)),
                tuple(_copied(session, users) for session in sessions),
                tuple(
                    replace(group, members=set())
                    for group in self.groups.values()
                    if group.id in named
                ),
                users,
            )

    def back_up_course(self, course, users=True):
        with self.lock:
            return CourseBackup(
                replace(course),
                tuple(
                    replace(group, members=set(group.members) if users else set())
                    for group in self._groups_of(course)
                ),
                tuple(self.back_up_activity(a, users) for a in self._activities_of(course)),
                {n: replace(e) for n, e in self.enrolments[course.id].items()} if users else {},
                users,
            )

    def restore_activity(self, backup, course=None, order=list):
        """Adds it to a course; dates stay as they are.

        :param course: by default the one that it was in
        :param order: function (list) -> list that says in which order its sessions get their
            numbers: a backup has them as the database gave them
        :return: the activity, under new numbers
        """
        with self.lock:
            course = course or self.courses[backup.activity.course_id]
            return self._restore(backup, course, self._restore_groups(course, backup), 0, order)

    def restore_course(self, backup, startdate=None, order=list, **names):
        """Into a new course. It has the ID number only if no other course has it.

        :param startdate: unix seconds; all dates move with it, if it is a day or more away
        :param names: fullname, shortname; one that is taken gets a number
        """
        with self.lock:
            old = backup.course
            offset = (startdate or old.startdate) - old.startdate
            if abs(offset) < DAY or not old.startdate:
                offset = 0
            taken = {course.idnumber for course in self.courses.values()}
            fullname, shortname = self._free_names(**{**_names(old), **names})
            course = self.add_course(
                fullname,
                shortname,
                "" if old.idnumber in taken else old.idnumber,
                old.visible,
                startdate=_moved(old.startdate, offset),
                enddate=_moved(old.enddate, offset),
                groupmode=old.groupmode,
                timecreated=old.timecreated,
            )
            self.enrolments[course.id] = {n: replace(e) for n, e in backup.enrolments.items()}
            groups = self._restore_groups(course, backup)
            for activity in backup.activities:
                self._restore(activity, course, groups, offset, order)
            return course

    def _free_names(self, fullname, shortname):
        """Both get the same number, if one of them is taken."""
        full = {course.fullname for course in self.courses.values()}
        short = {course.shortname for course in self.courses.values()}
        number, names = 0, (fullname, shortname)
        while names[0] in full or names[1] in short:
            number += 1
            names = f"{fullname} copy {number}", f"{shortname}_{number}"
        return names

    def _restore_groups(self, course, backup):
        """A group of the same name and ID number is taken for the same one.

        :return: ``{number in the backup: number}``
        """
        found = {}
        for old in backup.groups:
            there = self._groups_of(course)
            same = [g for g in there if (g.name, g.idnumber) == (old.name, old.idnumber)]
            group = same[0] if same else None
            if group is None:
                taken = {group.idnumber for group in there}
                idnumber = "" if old.idnumber in taken else old.idnumber
                group = self.add_group(course, old.name, idnumber)
            group.members |= old.members & set(self.enrolments[course.id])
            found[old.id] = group.id
        return found

    def _restore(self, backup, course, groups, offset, order):
        activity = replace(
            backup.activity, id=self.attendances.number(), course_id=course.id, cmid=0
        )
        self.attendances[activity.id] = activity
        statuses = {}
        for old in backup.statuses:
            status = replace(old, id=self.statuses.number(), attendance_id=activity.id)
            self.statuses[status.id] = status
            statuses[old.id] = status.id
        for old in order(list(backup.sessions)):
            session = replace(
                old,
                id=self.sessions.number(),
                attendance_id=activity.id,
                # Of a group that isn't there any more: for all.
                group_id=groups.get(old.group_id, 0),
                sessdate=_moved(old.sessdate, offset),
                timemodified=_moved(old.timemodified, offset),
                lasttaken=_moved(old.lasttaken, offset) if backup.users else 0,
                lasttakenby=old.lasttakenby if backup.users else 0,
                log=[],
            )
            self.sessions[session.id] = session
            for row in old.log:
                # Its set of statuses names the old ones.
                restored = self.new_row(session, row.user_id)
                restored.status_id = statuses.get(row.status_id, 0)
                restored.remarks, restored.statusset = row.remarks, row.statusset
                restored.timetaken = _moved(row.timetaken, offset)
                restored.takenby = row.takenby
        return activity

    # --- the recycle bin --------------------------------------------------------

    def delete_activity(self, activity, users=True):
        """:param users: whether the site's automated backups have people's data
        :return: what lies in the bin, for :meth:`restore_activity`
        """
        with self.lock:
            item = self.back_up_activity(activity, users)
            for status in self._statuses_of(activity):
                del self.statuses[status.id]
            for session in item.sessions:
                del self.sessions[session.id]
            del self.attendances[activity.id]
            return item

    def delete_by_cron(self, activity):
        """As on the course's page, where the recycle bin is on: it is hidden at once, and lies in
        the bin only after the next :meth:`cron`."""
        activity.leaving = True

    def cron(self):
        """:return: what it has put into the bin, by name"""
        with self.lock:
            leaving = [a for a in self.attendances.values() if a.leaving]
            for activity in leaving:
                activity.leaving = False
            return {activity.name: self.delete_activity(activity) for activity in leaving}

    def delete_course(self, course, users=True):
        """:return: what lies in the bin of its category, for :meth:`restore_course`"""
        with self.lock:
            item = self.back_up_course(course, users)
            for activity in self._activities_of(course):
                self.delete_activity(activity)
            for group in self._groups_of(course):
                del self.groups[group.id]
            del self.enrolments[course.id]
            del self.courses[course.id]
            return item

    def bin_and_restore(self, activity, users=True, order=list):
        """Deleted, and brought back from the bin: the same activity under new numbers."""
        return self.restore_activity(self.delete_activity(activity, users), order=order)

    # --- other ways to another number -------------------------------------------

    def duplicate_activity(self, activity):
        """Moodle's *Duplicate*: no marks."""
        copy = self.restore_activity(self.back_up_activity(activity, users=False))
        copy.name = f"{copy.name} (copy)"
        return copy

    def rename_course(self, course, **names):
        """:param names: fullname, shortname, idnumber
        :raise ValueError: where Moodle refuses a short name or an ID number that another has
        """
        with self.lock:
            for name in ("shortname", "idnumber"):
                taken = {getattr(c, name) for c in self.courses.values() if c is not course}
                if names.get(name) and names[name] in taken:
                    raise ValueError(f"{names[name]} is taken")
            for name, value in names.items():
                setattr(course, name, value)

    def make_session_again(self, session, description=""):
        """A teacher deletes a session and adds one of the same time; nobody is marked in it."""
        with self.lock:
            self.delete_session(session)
            return self.add_session(
                self.attendances[session.attendance_id],
                session.sessdate,
                session.duration,
                self.groups.get(session.group_id),
                statusset=session.statusset,
                description=description,
            )

    def delete_group(self, group):
        """Its sessions name a group that isn't there."""
        with self.lock:
            del self.groups[group.id]

    def make_group_again(self, group):
        """One of the same name, ID number and members; sessions go on naming the old one."""
        with self.lock:
            self.groups.pop(group.id, None)
            again = self.add_group(self.courses[group.course_id], group.name, group.idnumber)
            again.members |= group.members
            return again

    def hide_status(self, status, hidden=True):
        """All that Moodle allows with a status that has marks."""
        status.visible = not hidden

    def restart(self):
        """InnoDB before MySQL 8 counts on from the highest number that is there: one that was
        given to something since deleted is given out again."""
        with self.lock:
            for table in (
                self.courses, self.users, self.groups, self.attendances, self.statuses,
                self.sessions,
            ):  # fmt: skip
                table.last = max(table, default=0)
            rows = [row.id for session in self.sessions.values() for row in session.log]
            self._last_row = max(rows, default=0)

    # --- what belongs to what ---------------------------------------------------

    def _statuses_of(self, activity):
        return [s for s in self.statuses.values() if s.attendance_id == activity.id]

    def _activities_of(self, course):
        return [a for a in self.attendances.values() if a.course_id == course.id]

    def _groups_of(self, course):
        return [group for group in self.groups.values() if group.course_id == course.id]


def _names(course):
    return {"fullname": course.fullname, "shortname": course.shortname}


def _moved(moment, offset):
    """No moment stays none."""
    return moment + offset if moment else moment
