"""A server in front of the scripted Moodle that answers chosen functions word for word
as recorded, and hands on all others."""

import json
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

RECORDINGS = Path(__file__).parent / "recordings"
EVERY = "*"


def recording(topic):
    """``{entry name: entry}`` of one file of recordings."""
    entries = json.loads((RECORDINGS / f"{topic}.json").read_text())["entries"]
    return {entry["name"]: entry for entry in entries}


def answer_of(response):
    """A recorded response as ``(status, headers, body)``."""
    if "json" in response:
        body = json.dumps(response["json"]).encode()
    else:
        body = response.get("text", "").encode()
    headers = {
        name: value
        for name, value in response.get("headers", {}).items()
        if name.lower() in ("location", "retry-after", "content-type", "date")
    }
    return response["status"], headers, body


class CannedServer:
    """:param behind: URL of the server that answers what is not canned

    ``answers``: ``{function: (status, headers, body) or a callable that returns it}``;
    the key :data:`EVERY` stands for all others. ``seen`` keeps each request's path,
    headers and form; ``here.form`` is that of the request that a callable answers.
    """

    def __init__(self, behind=None):
        self.behind = behind
        self.answers = {}
        self.seen = []
        self.here = threading.local()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                form = parse_qs(body.decode(), keep_blank_values=True)
                outer.here.form = form
                outer.seen.append((self.path, dict(self.headers), form))
                function = form.get("wsfunction", [""])[0]
                answer = outer.answers.get(function, outer.answers.get(EVERY))
                if callable(answer):
                    answer = answer()
                status, headers, content = answer or outer._forward(self.path, body)
                # What send_response adds by itself would stand there twice.
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        return Handler

    def _forward(self, path, body):
        behind = urlsplit(self.behind)
        connection = HTTPConnection(behind.hostname, behind.port, timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Host": behind.netloc}
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response.status, {"Date": response.getheader("Date")}, response.read()
