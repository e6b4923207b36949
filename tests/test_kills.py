"""kill -9 of a run at random moments, and what the next one makes of it.

``KILLS`` says how many, ``KILL_SEED`` which (the same seed is the same edits and moments; what
a process has got to at a moment is up to the machine), ``KILLS_RESTART`` how the PostgreSQL
is restarted, where it may be: see dev/kills.sh.
"""

import os
import random
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from odoo.sql_db import close_db, connection_info_for
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import config

from .kills import Game, Moodle, Odoo, Postgres
from .measured import measured

KILLS = int(os.environ.get("KILLS", 10))
RESTART = os.environ.get("KILLS_RESTART")
SEED = int(os.environ.get("KILL_SEED") or random.SystemRandom().randrange(10**6))


@tagged("post_install", "-at_install")
class TestKills(BaseCase):
    many_cases = True

    def setUp(self):
        super().setUp()
        self.database = f"{get_db_name()}-kills"
        self.admin(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        # A copy can't be made of a database that somebody is connected to.
        close_db(get_db_name())
        self.admin(f'CREATE DATABASE "{self.database}" TEMPLATE "{get_db_name()}"')
        self.addCleanup(self.admin, f'DROP DATABASE "{self.database}" WITH (FORCE)')
        if RESTART:
            # PostgreSQL takes the next numbers of a copied sequence for written down already,
            # and would give them once more after a crash: until a checkpoint.
            self.admin("CHECKPOINT")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def admin(self, statement):
        with closing(psycopg2.connect(**connection_info_for("postgres")[1])) as connection:
            connection.autocommit = True
            with connection.cursor() as cr:
                for _second in range(20):
                    try:
                        return cr.execute(statement)
                    except psycopg2.errors.ObjectInUse:
                        time.sleep(1)
                return cr.execute(statement)

    def game(self, tell):
        # 18.0 keeps the name of its configuration file elsewhere.
        rcfile = config["config"] or config.rcfile
        command = [
            sys.executable, "-m", "odoo", "shell", "-c", rcfile, "-d", self.database,
            "--no-http", "--log-level=error",
        ]  # fmt: skip
        odoo = Odoo(command, self.folder)
        self.addCleanup(odoo.stop)
        moodle = Moodle(self.folder)
        self.addCleanup(lambda: moodle.kill())
        dsn = connection_info_for(self.database)[1]
        postgres = Postgres(dsn, RESTART)
        return Game(odoo, moodle, postgres, SEED, tell)

    def test_killed_at_any_moment(self):
        table = []

        def tell(line):
            table.append(line)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

        started = time.monotonic()
        game = self.game(tell)
        problems = game.play(KILLS)
        self.assertFalse(problems, "\n".join([f"KILL_SEED={SEED}", *problems, *table]))
        self.assertEqual(game.counts["kills"], KILLS)
        measured(
            "KILL_SEED=%s: %s runs killed (and %s too late), %s marks written in Moodle and %s "
            "in OpenEduCat, Moodle killed %s times, %s %s times; %s runs made both sides equal; "
            "%.0f s",
            SEED,
            game.counts["kills"],
            game.counts["too late"],
            game.counts["Moodle_marks"],
            game.counts["OpenEduCat_marks"],
            game.counts["Moodle"],
            game.postgres.words,
            game.counts["PostgreSQL"],
            game.counts["runs"],
            time.monotonic() - started,
        )
