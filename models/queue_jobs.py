"""Runs shared out as jobs of OCA's *queue_job*, where that is installed; without it nothing here
does anything. Nothing of it is imported before it is known to be there."""

from contextlib import suppress
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID, fields, models

from ..services.runs.portion import IN_THE_WAY, OUT_OF_TIME, Portion
from .moodle_instance_status import CRON

QUEUE = "queue.job"
ROOT, CHANNEL = "root", "root.moodle"
# Of the channel when it is made. From 19.0 on, or with ``channels`` in Odoo's configuration, it is
# that file which says how many jobs may run at once.
CAPACITY = 2
# Seconds until a job is tried again that has met somebody else at its course, by the number of
# tries so far.
RETRIES = {1: 10, 2: 30, 3: 120, 4: 300}
# What has an end neither way; and what has not done what it should.
UNFINISHED = ("wait_dependencies", "pending", "enqueued", "started")
FAILED = "failed"
# For which jobs may stand still before the schedule does the courses itself: nobody may have
# started the runner.
STANDSTILL = timedelta(minutes=10)


class MoodleInstance(models.Model):
    _inherit = "moodle.instance"

    def _works_in_background(self):
        # A browser would wait for one process.
        return super()._works_in_background() or (
            QUEUE in self.env
            # sudo: whether the schedule is on is no secret. Only it hands a run to jobs.
            and self.env.ref(CRON).sudo().active
        )


class MoodleSyncRun(models.Model):
    _inherit = "moodle.sync.run"

    def _hand_over(self, portions):
        # What jobs have failed at is done by the schedule itself, which writes down why.
        if QUEUE not in self.env or len(portions) < 2 or self._jobs((*UNFINISHED, FAILED)):
            return super()._hand_over(portions)
        self._prepare_channel()
        for number, courses in enumerate(portions, 1):
            self.with_delay(
                channel=CHANNEL,
                identity_key=self._identity_of_jobs() + ",".join(map(str, courses)),
                description=f"{self.instance_id.name}: {number}/{len(portions)}",
            )._do_courses(list(courses))
        return True

    def _jobs_at_work(self):
        jobs = QUEUE in self.env and self._jobs(UNFINISHED)
        if not jobs:
            return super()._jobs_at_work()
        # One that waits to be tried again has a moment in the future.
        moments = (job.eta or job.date_started or job.date_created for job in jobs)
        return max(moments) > fields.Datetime.now() - STANDSTILL

    def _identity_of_jobs(self):
        """What the identity keys of all jobs of this run begin with."""
        return f"moodle run {self.id}: "

    def _jobs(self, states):
        """:return: the ``queue.job`` of this run in one of these states"""
        return self.env[QUEUE].search(
            [
                ("channel", "=", CHANNEL),
                ("state", "in", list(states)),
                ("identity_key", "=like", self._identity_of_jobs() + "%"),
            ]
        )

    def _prepare_channel(self):
        """The channel, and how jobs are tried again. Made here when it is first needed, by the
        run, which is the superuser: as data of this addon they would ask for queue_job. Whoever
        has changed them is right."""
        Function = self.env["queue.job.function"]
        name = Function.job_function_name(self._name, "_do_courses")
        if Function.search_count([("name", "=", name)], limit=1):
            return
        Channel = self.env["queue.job.channel"]
        # Another instance's run may make them at this very moment; then they are there.
        with suppress(IntegrityError), self.env.cr.savepoint():
            channel = Channel.search([("complete_name", "=", CHANNEL)])
            if not channel:
                root = Channel.search([("complete_name", "=", ROOT)])
                values = {"name": CHANNEL.removeprefix(f"{ROOT}."), "parent_id": root.id}
                if "capacity" in Channel._fields:
                    values["capacity"] = CAPACITY
                channel = Channel.create(values)
            model = self.env["ir.model"]._get(self._name)
            Function.create(
                {
                    "model_id": model.id,
                    "method": "_do_courses",
                    "channel_id": channel.id,
                    "retry_pattern": RETRIES,
                }
            )

    def _do_courses(self, course_ids):
        """A job: some courses of this run.

        :param course_ids: list of ids of Moodle courses
        """
        from odoo.addons.queue_job.exception import RetryableJobError

        if not self.exists():
            return
        instance = self.instance_id
        portion = Portion(self.env.registry, instance.id, SUPERUSER_ID, clock=instance._clock())
        ended = portion.do(self.id, course_ids)
        if ended == OUT_OF_TIME:
            # What is left goes on at once, and is no failure, however often.
            raise RetryableJobError("Out of time", seconds=1, ignore_retry=True)
        if ended == IN_THE_WAY:
            raise RetryableJobError("Another process has the lock")
