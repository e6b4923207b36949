from odoo import models

from ..services.domain.records import Met
from .moodle_mapping_course import SETTINGS


class MoodleMapping(models.Model):
    """What is kept of a course so that its sheets can follow it to other numbers: what was met,
    what waits, and what people have answered."""

    _inherit = "moodle.mapping"

    def _settings(self):
        """How a course is synchronised, as values for that of the course it is now."""
        self.ensure_one()
        names = (*SETTINGS, "waits_since", "direction_before")
        return self._convert_to_write({name: self[name] for name in names if self[name]})

    def _met(self, since):
        """:param since: unix seconds, see ``Rules.noted_since``
        :return: ``Met`` of a course
        """
        waiting = self.known_waiting
        asked, left = set(waiting.get("activities", ())), set(waiting.get("sessions", ()))
        known = {
            int(activity): {*map(int, sessions)}
            for activity, sessions in (self.known_sessions or {}).items()
        }
        modules = {int(activity): module for activity, module in self.known_modules.items()}
        return Met(
            sessions=frozenset(
                number
                for activity, sessions in known.items()
                for number in sessions - left
                if activity not in asked
            ),
            since=since,
            modules={
                activity: number
                for activity, number in {**dict.fromkeys(known, 0), **modules}.items()
                if activity not in asked
            },
            answers=self._kept("answers") or {},
            beside=frozenset(waiting.get("beside", ())),
        )

    @property
    def known_waiting(self):
        """What waits for the answer of a person, as it is kept: see ``plan.Waiting.to_json``."""
        return self._kept("waiting") or {}

    def _keep_waiting(self, waiting):
        """:param waiting: see :attr:`known_waiting`"""
        self.ensure_one()
        self._keep("waiting", waiting)

    def _keep_answer(self, key, answer):
        """What a person has said of sessions that may be others; the next run reads the course.

        :param key: see ``question_keys.question_key``
        :param answer: ``follow`` or ``other``
        """
        self.ensure_one()
        self._keep("answers", {**(self._kept("answers") or {}), key: answer})
        self.env["moodle.touched"]._touch_mapping(self)

    def _follow(self, followed, run):
        """What belongs to sessions that are there under other numbers, and to their activities.

        :param followed: ``plan.Followed``, as far as it was carried out
        :param run: ``moodle.sync.run``
        """
        self.ensure_one()
        if not followed.sheets:
            return
        courses = {one.before[0] for one in followed.sheets} - {self.moodle_id}
        others = self.search(
            [
                ("instance_id", "=", self.instance_id.id),
                ("model", "=", "op.subject"),
                ("moodle_id", "in", list(courses)),
            ]
        )
        for mapping in others:
            mapping._forget_activities(
                {one.before[1] for one in followed.sheets if one.before[0] == mapping.moodle_id}
            )
        new = followed.sessions
        for mapping in self + others:
            dropped, not_held = mapping._dropped_lines(), mapping._not_held()
            theirs = {session for session, _student in (*dropped, *not_held)} & new.keys()
            if not theirs:
                continue
            for name in ("dropped", "not_held"):
                kept = mapping._kept(name) or {}
                left = {k: v for k, v in kept.items() if int(k) not in theirs}
                mapping._keep(name, left)
            self._drop_lines(
                {(new[s], x): status for (s, x), status in dropped.items() if s in theirs}
            )
            moved = {
                (new[s], x): (status, followed.held.get((new[s], x), status_id), at)
                for (s, x), (status, status_id, at) in not_held.items()
                if s in theirs
            }
            if moved:
                self._keep_not_held(moved, set())
        self.env["moodle.status.meaning"]._follow(self.instance_id, followed.activities, run)

    def _forget_activities(self, activities):
        """Activities of a course that is gone, which sheets have left. If Moodle itself is set
        back, they are there again, and new.

        :param activities: set of ids
        """
        self.ensure_one()
        for kept, keep in (
            (self.known_sessions, self._keep_sessions),
            (self.known_modules, self._keep_modules),
        ):
            left = {k: v for k, v in (kept or {}).items() if int(k) not in activities}
            if left != (kept or {}):
                keep(left)
