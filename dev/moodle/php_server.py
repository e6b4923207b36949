"""PHP's own server for a Moodle, which notes what each call costs it (``php_times.php``)."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import moodle_site
import requests

WORKERS = "8"
LONGEST = 30  # seconds until it answers


class Server:
    """:param url: the Moodle's own address, at which nobody may answer yet
    :param code: the folder with its code
    :param folder: for its log and its notes
    """

    def __init__(self, url, code, folder):
        try:
            requests.get(url, timeout=5, allow_redirects=False)
        except requests.ConnectionError:
            pass
        else:
            raise SystemExit(f"error: somebody answers at {url} already; end that server first")
        self._notes = Path(folder) / "php_times"
        self._log = (Path(folder) / "php_server.log").open("w")
        before = Path(__file__).resolve().parent / "php_times.php"
        host = url.removeprefix("http://")
        # Its workers outlive it: they are one group, to be ended as one.
        self._process = subprocess.Popen(
            [*moodle_site.php(), "-d", f"auto_prepend_file={before}", "-S", host, "-t", code],
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": WORKERS, "PHP_TIMES": str(self._notes)},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._wait_for(url)

    def _wait_for(self, url):
        end = time.monotonic() + LONGEST
        while True:
            try:
                requests.get(url, timeout=LONGEST, allow_redirects=False)
                return
            except requests.ConnectionError:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise SystemExit(f"error: PHP's server does not start at {url}") from None
                time.sleep(0.2)

    def forget(self):
        """What was noted until now."""
        self._notes.unlink(missing_ok=True)

    def notes(self):
        """:return: list of dicts, one for each call of a function since :meth:`forget`, see
        ``php_times.php``
        """
        text = self._notes.read_text() if self._notes.exists() else ""
        return [note for note in map(json.loads, text.splitlines()) if note["function"]]

    def stop(self):
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        self._log.close()
