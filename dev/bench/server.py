"""The Moodle of a world as a process of its own::

    python dev/bench/server.py FILE

The file is JSON: ``world``, ``ids``, ``port``, ``latency`` (seconds a call takes beside the
work), ``changed``, ``blank`` and ``profile`` (see ``scripted_moodle.Moodle``). The first line printed says that all is
prepared; each line that comes in is answered by one with what was counted since, and ends the
counting.
"""

import email.utils
import json
import socketserver
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qsl

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scripted_moodle import Moodle
from world import World


class Counted:
    """* ``bytes``: of the answers' bodies;
    * ``in_flight``: seconds from each request to its answer, added up;
    * ``own``: of these, seconds of this process's work;
    * ``at_once``: how many requests at most were here at the same time;
    * ``functions``: how often each was called.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.here = 0
        self.clear()

    def clear(self):
        self.bytes = self.at_once = 0
        self.in_flight = self.own = 0.0
        self.functions = {}

    def begin(self):
        with self.lock:
            self.here += 1
            self.at_once = max(self.at_once, self.here)

    def end(self, function, size, seconds, own):
        with self.lock:
            self.here -= 1
            self.functions[function] = self.functions.get(function, 0) + 1
            self.bytes += size
            self.in_flight += seconds
            self.own += own

    def told(self):
        with self.lock:
            told = {
                "calls": sum(self.functions.values()),
                "bytes": self.bytes,
                "in_flight": self.in_flight,
                "own": self.own,
                "at_once": self.at_once,
                "functions": self.functions,
            }
            self.clear()
        return told


class Server(socketserver.ThreadingTCPServer):
    """A thread for each connection, and a connection for each call."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, moodle, latency):
        super().__init__(("127.0.0.1", port), Handler)
        self.moodle, self.latency = moodle, latency
        self.counted = Counted()


class Handler(socketserver.StreamRequestHandler):
    """Just enough of HTTP for one POST: Werkzeug needs ten times as long as the answer."""

    def handle(self):
        counted = self.server.counted
        # The thread has begun with this connection.
        started = time.monotonic()
        if not self.rfile.readline():
            return
        counted.begin()
        length = 0
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        form = parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True)
        body = self.server.moodle.answer(form)
        # What the work took is not waited for once more.
        time.sleep(self.server.latency)
        date = email.utils.formatdate(usegmt=True)
        head = (
            f"HTTP/1.0 200 OK\r\nDate: {date}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        # Counted before it is sent: whoever has the answer may ask for the numbers.
        function = dict(form).get("wsfunction", "")
        counted.end(function, len(body), time.monotonic() - started, time.thread_time())
        self.wfile.write(head.encode() + body)


def main():
    given = json.loads(Path(sys.argv[1]).read_text())
    port = given["port"]
    moodle = Moodle(
        World(**given["world"]),
        given["ids"],
        map(tuple, given["changed"]),
        given["blank"],
        f"http://127.0.0.1:{port}",
        given["profile"],
    )
    moodle.prepare()
    server = Server(port, moodle, given["latency"])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    say({"ready": True})
    for _line in sys.stdin:
        say(server.counted.told() | {"digest": moodle.digest()})


def say(values):
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
