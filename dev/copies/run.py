"""``make copies``: see ``copies.sh``."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))
from moodle_server import MoodleServer, MoodleState  # noqa: E402

DATABASE = os.environ["DB_COPIES"]
OTHER = f"{DATABASE}-other"
TOKEN = "0123456789abcdef0123456789abcdef"
START = 1793680200
ONLY = os.environ.get("ONLY")
COPY, OLD = "may be a copy, such as", "a later run of it"
# How the superuser forbids the role to read it, in this database; empty for a PostgreSQL that is
# not ours.
REVOKE = os.environ.get("COPIES_REVOKE")
# What a restore leaves as it was, but for a restore of files or rows alone.
RUNS = "SELECT run_number FROM moodle_instance"


class WrongError(Exception):
    """Something is not as it has to be."""


def odoo(name, **step):
    """A step in a process of its own, as after a restart."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer")
        command = [f"{os.environ['VENV']}/bin/python", "-m", "odoo", "shell", "--no-http"]
        command += ["--config", os.environ["CONF"], "-d", name, "--log-level=error"]
        env = {**os.environ, "COPIES_STEP": json.dumps(step), "COPIES_ANSWER": str(answer)}
        with (HERE / "step.py").open() as script:
            done = subprocess.run(
                command, stdin=script, env=env, capture_output=True, text=True, check=False
            )
        if not answer.exists():
            raise WrongError(f"Odoo ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return json.loads(answer.read_text())


def shell(*command):
    subprocess.run(command, check=True)


def sql(name, query):
    done = subprocess.run(
        ["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", query],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


class Copies:
    """:param server: ``MoodleServer``
    :param folder: for dumps
    """

    def __init__(self, server, folder):
        self.server, self.dump = server, str(folder / "dump")
        self.wrong = 0

    def check(self, what, holds, found):
        print(
            f"{'ok   ' if holds else 'WRONG'} {what}" + ("" if holds else f": {found}"), flush=True
        )
        self.wrong += not holds

    def silent(self, what, name, word=COPY):
        """Nothing of this database leads to Moodle, and nobody hears of it."""
        self.server.reset_calls()
        found = odoo(name, do="everything")
        calls = [call.function for call in self.server.calls]
        said = {way: words for way, words in found["said"].items() if word not in words}
        quiet = found["before"] == found["after"]
        self.check(
            f"{what}: {len(calls)} calls",
            found["asked"] and not (calls or said) and quiet,
            (calls, found),
        )

    def works(self, what, name):
        self.server.reset_calls()
        state, message = odoo(name, do="sync")
        self.check(f"{what}: a run is {state}", state == "done" and self.server.calls, message)

    def play(self):
        self.works("the first run", DATABASE)
        self.works("in a new process", DATABASE)

        shell("createdb", "-T", DATABASE, OTHER)
        self.silent("createdb -T", OTHER)
        self.works("beside it the real one", DATABASE)
        odoo(OTHER, do="answer", action="action_database_copy")
        self.server.reset_calls()
        state, _message = odoo(OTHER, do="sync")
        self.check("which was told to forget the token: 0 calls", not self.server.calls, state)
        shell("dropdb", OTHER)

        shell("pg_dump", "-Fc", "-f", self.dump, DATABASE)
        shell("createdb", OTHER)
        shell("pg_restore", "--no-owner", "-d", OTHER, self.dump)
        self.silent("a dump restored under another name", OTHER)
        shell("dropdb", OTHER)
        self.works("beside it the real one", DATABASE)

        sql("postgres", f'ALTER DATABASE "{DATABASE}" RENAME TO "{OTHER}"')
        self.works("the real one, renamed", OTHER)
        sql("postgres", f'ALTER DATABASE "{OTHER}" RENAME TO "{DATABASE}"')

        shell("dropdb", DATABASE)
        shell("createdb", DATABASE)
        shell("pg_restore", "--no-owner", "-d", DATABASE, self.dump)
        self.silent("dropped, created and restored in place", DATABASE)
        odoo(DATABASE, do="answer", action="action_database_real")
        self.works("which is the real one", DATABASE)

        shell("pg_dump", "-Fc", "-f", self.dump, DATABASE)
        self.works("a later run", DATABASE)
        self.works("and another", DATABASE)
        before = sql("postgres", f"SELECT oid FROM pg_database WHERE datname = '{DATABASE}'")
        shell("pg_restore", "--no-owner", "--clean", "-d", DATABASE, self.dump)
        after = sql("postgres", f"SELECT oid FROM pg_database WHERE datname = '{DATABASE}'")
        self.check("pg_restore --clean leaves the database its number", before == after, after)
        self.silent("restored in place by pg_restore --clean", DATABASE)
        odoo(DATABASE, do="answer", action="action_database_real")
        self.works("which is the real one", DATABASE)

        kept = sql(DATABASE, RUNS)
        self.works("a later run", DATABASE)
        self.works("and another", DATABASE)
        # A restore of files, or of a machine: to PostgreSQL the same in all.
        sql(DATABASE, f"UPDATE moodle_instance SET run_number = {kept}")
        self.server.reset_calls()
        marks = self.server.write_count
        state, message = odoo(DATABASE, do="sync")
        self.check("an older number is asked about", state == "skipped" and OLD in message, message)
        self.check("and nothing was written to Moodle", self.server.write_count == marks, state)
        self.silent("from then on", DATABASE, OLD)
        odoo(DATABASE, do="answer", action="action_database_real")
        self.works("which is the real one", DATABASE)

    def play_unreadable(self):
        """The same where the role may not know PostgreSQL's own number."""
        subprocess.run(["bash", "-c", REVOKE], check=True)
        self.works("pg_control_system() can't be read", DATABASE)
        shell("createdb", "-T", DATABASE, OTHER)
        self.silent("createdb -T", OTHER)
        shell("dropdb", OTHER)
        self.works("beside it the real one", DATABASE)


def main():
    state = MoodleState(timezone="Asia/Kolkata")
    server = MoodleServer(state, "companion").start()
    made = odoo(DATABASE, do="build", url=server.url, token=TOKEN)
    state.add_token(TOKEN, state.add_user("oecsync", "Odoo", "Sync"), server.profile.service)
    course = state.add_course("Copied", "C1", made["course"])
    student = state.add_user("student", "Copied", "Student", idnumber=made["student"])
    state.enrol(course, student)
    session = state.add_session(state.add_attendance(course, "Lectures"), START)
    state.mark(session, student, "P")
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(server, Path(folder))
        if not ONLY or ONLY == "readable":
            copies.play()
        if REVOKE and (not ONLY or ONLY == "unreadable"):
            copies.works("a run before", DATABASE)
            copies.play_unreadable()
    server.stop()
    if copies.wrong:
        raise SystemExit(f"error: {copies.wrong} wrong")


main()
