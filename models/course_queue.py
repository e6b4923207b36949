from odoo import fields, models
from odoo.tools import SQL


class MoodleCourseQueue(models.AbstractModel):
    """Moodle courses that are gone through one by one, as far as the time goes. What is left
    is kept for whoever goes on with it, as long as the ``state`` is ``running``."""

    _name = "moodle.course.queue"
    _description = "Moodle: courses one after another"

    # The field of moodle.course.queued that says whose courses they are.
    _queue_link = None

    queued = fields.Boolean(
        readonly=True, copy=False, help="Whether the courses to be done were listed."
    )

    def _queue_up(self, **queues):
        """Queue courses, unless some are left from before: of those, what is wanted no longer
        falls away.

        :param queues: ids of Moodle courses in their order, by the name of their queue
        :return: whether nothing was left from before
        """
        self.ensure_one()
        Queued = self.env["moodle.course.queued"]
        if self.queued:
            for name, ids in queues.items():
                Queued._keep(self, name, ids)
            return False
        for name, ids in queues.items():
            Queued._add(self, name, ids)
        self.queued = True
        return True

    def _left(self, queue="courses"):
        """:return: list of the ids of the Moodle courses that are still to be done"""
        return self.env["moodle.course.queued"]._of(self, queue)

    def _done_with(self, course_id, queue="courses"):
        """In the transaction of what was done with that course: an interrupted one is left."""
        self._done_with_all([course_id], queue)

    def _done_with_all(self, course_ids, queue="courses"):
        """As :meth:`_done_with`, of many at once."""
        self.env["moodle.course.queued"]._take(self, queue, course_ids)

    def _no_more(self):
        """It has ended, whatever is left."""
        self.env["moodle.course.queued"]._take(self)
        self.queued = False

    def _percent(self, done, courses):
        """How far it has come.

        :param done: number of the courses that are done
        :param courses: number of all
        :return: 0 to 100; 100 for what has ended, however it did
        """
        if self.state != "running":
            return 100
        return 100 * done / courses if courses else 0


class MoodleCourseQueued(models.Model):
    """One Moodle course that a run or a report has still to do.

    A row each, not a list in the run: that would be read and written whole for each course,
    which with 2,000 of them took longer than all else that is noted of a course; and one row can
    be taken away without touching what others are doing with the run.

    It is bookkeeping that nobody sees, and so is read and written by SQL: with records, 2,000 of
    them would be made and forgotten in each run.
    """

    _name = "moodle.course.queued"
    _description = "Moodle: a course that is still to be done"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one("moodle.sync.run", ondelete="cascade", readonly=True)
    report_id = fields.Many2one("moodle.sync.report", ondelete="cascade", readonly=True)
    queue = fields.Char(required=True, readonly=True)
    course = fields.Integer("Moodle course number", required=True, readonly=True)

    def init(self):
        """An index for each of the two that have courses: to take away one, to read all, and
        for the foreign key."""
        for link in ("run_id", "report_id"):
            self.env.cr.execute(
                SQL(
                    "CREATE UNIQUE INDEX IF NOT EXISTS %s ON moodle_course_queued "
                    "(%s, queue, course) WHERE %s IS NOT NULL",
                    SQL.identifier(f"moodle_course_queued_{link}"),
                    SQL.identifier(link),
                    SQL.identifier(link),
                )
            )

    def _add(self, owner, queue, courses):
        """:param owner: the run or report
        :param queue: name of the queue
        :param courses: ids of Moodle courses, in their order
        """
        owner.flush_recordset()
        self.env.cr.execute(
            SQL(
                "INSERT INTO moodle_course_queued (%s, queue, course) "
                "SELECT %s, %s, course FROM unnest(%s::int[]) WITH ORDINALITY item (course, place) "
                "ORDER BY place ON CONFLICT DO NOTHING",
                SQL.identifier(owner._queue_link),
                owner.id,
                queue,
                list(courses),
            )
        )

    def _keep(self, owner, queue, courses):
        """Take away all others. See :meth:`_add`."""
        others = SQL(" AND queue = %s AND course != ALL(%s::int[])", queue, list(courses))
        self._delete(owner, others)

    def _of(self, owner, queue):
        """:return: list of ids of Moodle courses, in their order"""
        self.env.cr.execute(
            SQL(
                "SELECT course FROM moodle_course_queued WHERE %s = %s AND queue = %s ORDER BY id",
                SQL.identifier(owner._queue_link),
                owner.id,
                queue,
            )
        )
        return [course for (course,) in self.env.cr.fetchall()]

    def _take(self, owner, queue=None, courses=()):
        """Take away these courses, or all without a name of the queue."""
        which = SQL()
        if queue:
            which = SQL(" AND queue = %s AND course = ANY(%s::int[])", queue, list(courses))
        self._delete(owner, which)

    def _delete(self, owner, which):
        """:param which: ``SQL`` of a further condition, or an empty one"""
        self.env.cr.execute(
            SQL(
                "DELETE FROM moodle_course_queued WHERE %s = %s%s",
                SQL.identifier(owner._queue_link),
                owner.id,
                which,
            )
        )
