"""A real Moodle under test: asked through its web services, and changed behind its back.

``MOODLE_CODE`` is the folder with its ``config.php``, ``MOODLE_URL`` its address.
"""

import json
import os
import subprocess
import time

import requests

SERVER = "/webservice/rest/server.php"


class Refused(Exception):
    """Moodle answered with an error; ``code`` is its error code."""

    def __init__(self, answer):
        super().__init__(answer.get("message"))
        self.answer = answer
        self.code = answer.get("errorcode", answer.get("exception"))


def flat(value, key=""):
    """Parameters as PHP wants them: ``[("marks[0][studentid]", 3), …]``."""
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, (list, tuple)):
        pairs = enumerate(value)
    else:
        return [(key, value)]
    return [p for k, v in pairs for p in flat(v, f"{key}[{k}]" if key else str(k))]


class Site:
    """The web services of a Moodle, by one token."""

    def __init__(self, token, url=None):
        self.url = url or os.environ["MOODLE_URL"]
        self.token = token

    def post(self, function, params):
        """:return: the response, whatever it is"""
        fields = [("wstoken", self.token), ("wsfunction", function), ("moodlewsrestformat", "json")]
        return requests.post(self.url + SERVER, data=fields + flat(params), timeout=600)

    def __call__(self, function, **params):
        """:raise Refused: Moodle says no"""
        response = self.post(function, params)
        assert response.status_code == 200, (response.status_code, response.text[:500])
        answer = response.json()
        if isinstance(answer, dict) and "exception" in answer:
            raise Refused(answer)
        return answer

    def digests(self, *courses, **window):
        answer = self("local_wsattendance_get_digests", courseids=courses, **window)
        return {item["courseid"]: item["digest"] for item in answer["digests"]}

    def read(self, course, **more):
        return self("local_wsattendance_get_sessions", courseid=course, **more)

    def rows(self, session, course):
        """The marks of a session, by student."""
        marks = {}
        for mark in self.read(course, sessionids=[session])["sessions"][0]["marks"]:
            marks.setdefault(mark["studentid"], []).append(mark)
        return marks

    def set_marks(self, session, *marks, **more):
        """:return: the results, in order"""
        answer = self("local_wsattendance_set_marks", sessionid=session, marks=marks, **more)
        return answer["results"]


def php():
    return ["php", "-d", "max_input_vars=5000", "-d", "display_errors=stderr"]


class Stage:
    """Does in Moodle what teachers and administrators do there: PHP code in, a value out."""

    def __init__(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stage.php")
        self.process = subprocess.Popen(
            [*php(), script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, code, **values):
        self.process.stdin.write(json.dumps({"run": code, "in": values}) + "\n")
        self.process.stdin.flush()

    def end(self):
        while True:
            line = self.process.stdout.readline()
            assert line, "the stage has gone"
            if line.startswith("stage: "):
                break
        answer = json.loads(line[7:])
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["out"]

    def __call__(self, code, **values):
        self.begin(code, **values)
        return self.end()

    def sql(self, query, *params):
        """:return: rows; the first column has to be unique"""
        code = "return array_values($DB->get_records_sql($in['query'], $in['params']));"
        return self(code, query=query, params=params)

    def close(self):
        self.process.communicate(timeout=20)


def command(*args):
    """A command of the plug-in itself.

    :return: its exit status, and what it printed
    """
    path = os.path.join(os.environ["MOODLE_PLUGIN"], "cli/setup.php")
    done = subprocess.run([*php(), path, *args], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def set_up(*args):
    """:return: the token that the set-up prints"""
    status, text = command(*args)
    assert status == 0, text
    return text.strip().splitlines()[-1].rpartition(": ")[2]


def tag():
    """What makes the names of one try differ from those of another."""
    return format(time.time_ns() // 1_000_000, "x")
