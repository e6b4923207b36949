"""The scripted Moodle as a process of its own, that may be killed at any moment::

    python tests/kills_moodle.py FILE [PROFILE]

All it holds is in the file before a call that writes is answered, as Moodle's is in its
database; started again, it goes on from there and answers where it did. People's changes
come as lines of JSON, a command each (:class:`Commands`); each is answered by a line.
"""

import json
import os
import pickle
import sys
from pathlib import Path

from moodle_server import MoodleServer, MoodleState

HOUR = 3600


class KeptServer(MoodleServer):
    def __init__(self, state, path, port=0, profile="2024"):
        super().__init__(state, profile, port)
        self.path = path

    def keep(self):
        port = int(self.url.rpartition(":")[2])
        part = self.path.with_suffix(".part")
        part.write_bytes(pickle.dumps((port, self.state.snapshot())))
        os.replace(part, self.path)

    def _answer(self, request, pairs, call):
        response = super()._answer(request, pairs, call)
        if call.written:
            self.keep()
        return response


class Commands:
    """What people do in Moodle. A session is known by its course and its start, a student by
    the place in the list that :meth:`build` was given."""

    def __init__(self, server):
        self.server = server
        self.state = server.state

    def build(self, token, courses, students):
        """:param courses: their idnumbers
        :param students: their idnumbers
        """
        state = self.state
        service = self.server.profile.service
        state.add_token(token, state.add_user("oecsync", "Odoo", "Sync"), service)
        teacher = state.add_user("teacher", "Tea", "Cher")
        people = [
            state.add_user(f"student{n}", "Student", str(n), idnumber=idnumber)
            for n, idnumber in enumerate(students)
        ]
        for number, idnumber in enumerate(courses):
            course = state.add_course(f"Course {number}", f"C{number}", idnumber)
            state.enrol(course, teacher, role="editingteacher")
            for person in people:
                state.enrol(course, person)
            state.add_attendance(course, "Lectures")

    @property
    def teacher(self):
        return next(user for user in self.state.users.values() if user.username == "teacher")

    @property
    def people(self):
        return [user for user in self.state.users.values() if user.firstname == "Student"]

    def _activity(self, course):
        return list(self.state.attendances.values())[course]

    def hold(self, course, starts, letters):
        """A session that is taken; a letter for each student."""
        session = self.state.add_session(self._activity(course), starts)
        marks = dict(zip(self.people, letters, strict=True))
        self.state.mark_all(session, marks, by=self.teacher)

    def mark(self, course, starts, student, letter):
        """:param starts: any second of the session's hours
        :return: whether there is such a session
        """
        activity = self._activity(course)
        for session in self.state.sessions.values():
            if session.attendance_id == activity.id and abs(session.sessdate - starts) < 12 * HOUR:
                self.state.mark(session, self.people[student], letter, by=self.teacher)
                return True
        return False

    def look(self):
        """:return: list of ``[course, start, [[student, letter], …]]``, a row for each in the
        log"""
        places = {person.id: place for place, person in enumerate(self.people)}
        activities = list(self.state.attendances)
        return [
            [
                activities.index(session.attendance_id),
                session.sessdate,
                [
                    [places[row.user_id], self.state.statuses[row.status_id].acronym]
                    for row in session.log
                ],
            ]
            for session in self.state.sessions.values()
        ]

    def writes(self):
        """:return: how many calls have written since the process began"""
        return self.server.write_count


def main():
    path, *profile = Path(sys.argv[1]), *sys.argv[2:]
    state, port = MoodleState(timezone="Asia/Kolkata"), 0
    if path.exists():
        port, snapshot = pickle.loads(path.read_bytes())
        state.restore(snapshot)
    server = KeptServer(state, path, port, *profile).start()
    commands = Commands(server)
    answer = {"url": server.url}
    while True:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            break
        command = json.loads(line)
        with state.lock:
            answer = getattr(commands, command.pop("do"))(**command)
            server.keep()


main()
