"""A server that sends what it is told byte by byte, and knows no HTTP: what a broken or
hostile Moodle, or anything in front of it, can put on the line."""

import socket
import threading


class RawServer:
    """:param play: function (connection, request bytes) that sends what it likes; it is
        called for each request of a connection, which is closed when it returns true

    ``requests`` keeps what was asked, ``connections`` counts them.
    """

    def __init__(self, play, tls=None):
        self.play = play
        self.tls = tls
        self.requests = []
        self.connections = 0
        self._stopped = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._stopped.set()
        self._server.close()

    def wait(self, seconds):
        """:return: whether the server goes on"""
        return not self._stopped.wait(seconds)

    def _accept(self):
        while True:
            try:
                connection = self._server.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := self._request(connection):
                    self.requests.append(request)
                    if self.play(connection, request):
                        return
        except OSError:
            # The client went away, as it should.
            return

    @staticmethod
    def _request(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _end, body = data.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


def answer(body=b"[]", head=b"", status=b"200 OK"):
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), head, body)
