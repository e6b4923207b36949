from odoo import fields, models


class MoodleCourseQueue(models.AbstractModel):
    """Moodle courses that are gone through one by one, as far as the time goes. What is left
    is kept for whoever goes on with it, as long as the ``state`` is ``running``."""

    _name = "moodle.course.queue"
    _description = "Moodle: courses one after another"

    # An object, since Odoo's Json fields take an empty list for no value, which here would
    # begin again.
    pending = fields.Json(readonly=True, help="Moodle courses that are still to be done.")

    def _queue_up(self, **queues):
        """Queue courses, unless some are left from before: of those, what is wanted no longer
        falls away.

        :param queues: ids of Moodle courses in their order, by the name of their queue
        :return: whether nothing was left from before
        """
        self.ensure_one()
        if not self.pending:
            self.pending = {name: list(ids) for name, ids in queues.items()}
            return True
        left = {
            name: [course for course in self._left(name) if course in set(ids)]
            for name, ids in queues.items()
        }
        if left != self.pending:
            self.pending = left
        return False

    def _left(self, queue="courses"):
        """:return: list of the ids of the Moodle courses that are still to be done"""
        return (self.pending or {}).get(queue, [])

    def _without(self, course_id, queue="courses"):
        """:return: what is ``pending`` once a course is done"""
        left = [course for course in self._left(queue) if course != course_id]
        return {**(self.pending or {}), queue: left}

    def _percent(self, done, courses):
        """How far it has come.

        :param done: number of the courses that are done
        :param courses: number of all
        :return: 0 to 100; 100 for what has ended, however it did
        """
        if self.state != "running":
            return 100
        return 100 * done / courses if courses else 0
