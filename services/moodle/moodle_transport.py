"""One POST over HTTP with an end: to its time, to its size, and to where it may lead.

requests and urllib3 have no limit for the whole of an answer (a byte now and then keeps
a call alive for ever), unpack more than they were told to, and read to its end what is
thrown away (a redirect's body, an answer that is tried again). So this file

* reads from the socket itself: before each read it looks at the clock and at how much
  has come, for the headers, the body and what stands between the chunks of one;
* resolves the host's name, looks at each number it leads to, and connects to just those, side
  by side (``connecting``);
* asks for no compression, and unpacks nothing;
* lets nobody else repeat, redirect or drain: what is not wanted is closed.

The environment of the server's process: its proxies (``HTTPS_PROXY``, ``NO_PROXY``) and
its certificates (``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``) are the server
administrator's, and are used; a ``.netrc`` is not.
"""

import http.client
import io
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from itertools import takewhile
from typing import Any, Protocol

import requests
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Retry

from .connecting import (
    CONNECT_TIMEOUT,
    NameServerError,
    Target,
    first_connected,
    in_turn,
    resolved,
)
from .memory import Memory, Received
from .moodle_url import REFUSED, kind_of
from .product import user_agent
from .shortening import Shortening

# A session with 40 students is 5 kB, an activity with 200 of them 1 MB.
MAX_BYTES = 32 * 1024 * 1024
# Of an answer from which long texts are cut.
LARGE = 1024 * 1024
# With all that is cut out of it.
MOST_RECEIVED = 200 * 1024 * 1024
# Headers and the lines between chunks come on top of what is kept.
_WIRE = 2
_CHUNK = 64 * 1024

# ``(key, text)`` of each field, in order.
Form = list[tuple[str, str]]


class TransportError(Exception):
    """What ends a call; the argument says why, in a few words without the token's
    knowledge. One class for each thing the client tells apart."""


class NoAnswerError(TransportError):
    """No connection, or it broke before an answer began."""


class TimeOverError(TransportError):
    """The answer did not come, or did not end, in time."""


class TooLargeError(TransportError):
    """More came than is accepted."""


class BrokenAnswerError(TransportError):
    """An answer began and is none: cut off, or against the rules of HTTP."""


class CompressedError(TransportError):
    """An encoding that was not asked for."""


class RefusedAddressError(TransportError):
    """The host leads to an address that must not be asked."""


class UntrustedError(TransportError):
    """TLS: the certificate, or the file with those that are trusted."""


@dataclass(frozen=True)
class Reply:
    """:param headers: any mapping that knows no upper and lower case
    :param body: bytes as they came, without long texts where there are many of them
    :param received: how many came
    :param held: the room that it takes
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray
    received: int = 0
    held: Received | None = None

    def free(self) -> None:
        """Nothing of it is needed any more."""
        if self.held:
            self.held.end()


@dataclass
class Clock:
    """The time, as whoever makes a client passes it in."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    # Unix seconds, to compare with Moodle's.
    wall: Callable[[], float] = time.time


@dataclass
class _Call:
    """What the connection of a session has to keep to; set again for each call."""

    clock: Clock
    silence: float = 0.0
    deadline: float = 0.0
    left: int = 0
    kinds: set[str] = field(default_factory=set)
    answered: dict[tuple[str, int], Target] = field(default_factory=dict)

    def seconds(self, most: float) -> float:
        """:raise TimeOverError: none are left"""
        left = self.deadline - self.clock.now()
        if left <= 0:
            raise TimeOverError("time over")
        return min(left, most)

    def count(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooLargeError("too large")


class Wire(Protocol):
    """What a client posts by: an :class:`HttpTransport`, or what a test has in its place."""

    @property
    def kinds(self) -> set[str]: ...

    def post(self, form: Form, silence: float, deadline: float) -> Reply: ...


class HttpTransport:
    """POSTs to one address.

    :param url: whole address
    :param ca_file: path of a file with the certificates that are trusted instead of the
        usual ones, or ``None``
    :param clock: :class:`Clock`
    :param max_bytes: of one body
    :param memory: in which answers take room

    Attributes: ``kinds``, of the addresses that were connected to (see ``moodle_url``).
    """

    def __init__(
        self,
        url: str,
        ca_file: str | None = None,
        clock: Clock | None = None,
        max_bytes: int = MAX_BYTES,
        memory: Memory | None = None,
    ) -> None:
        self.memory = memory or Memory()
        self.url = url
        self.clock = clock or Clock()
        self.max_bytes = max_bytes
        self.kinds: set[str] = set()
        # Which number of a host has answered: the next connection begins with it.
        self._answered: dict[tuple[str, int], Target] = {}
        self._trusted: str | bool = ca_file or environment_certificates() or True
        self._local = threading.local()

    def post(self, form: Form, silence: float, deadline: float) -> Reply:
        """:param form: list of ``(key, text)``
        :param silence: seconds that nothing may come
        :param deadline: moment of the clock at which all must have come
        :raise TransportError: one of its subclasses, and nothing else
        """
        if self._trusted is not True and not os.path.exists(self._trusted):
            raise UntrustedError("the CA file can't be read")
        session, call = self._session()
        call.silence, call.deadline = silence, deadline
        call.left = _WIRE * self.max_bytes
        call.kinds, call.answered = self.kinds, self._answered
        try:
            response = session.post(
                self.url,
                data=form,
                timeout=(call.seconds(CONNECT_TIMEOUT), call.seconds(silence)),
                allow_redirects=False,
                stream=True,
                verify=self._trusted,
                proxies=self._proxies,
            )
        except TransportError:
            raise
        except (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError) as error:
            raise TimeOverError(_reason(error)) from None
        except requests.exceptions.SSLError as error:
            raise UntrustedError(_reason(error)) from None
        except (
            requests.exceptions.RequestException,
            urllib3.exceptions.HTTPError,
            http.client.HTTPException,
            OSError,
            # Of headers and numbers that can't be read.
            ValueError,
        ) as error:
            raise NoAnswerError(_reason(error)) from None
        held = self.memory.received()
        try:
            with response:
                body = self._body(response, call, held)
                return Reply(
                    response.status_code, response.headers, body.end(), body.received, held
                )
        except BaseException:
            held.end()
            raise

    @cached_property
    def _proxies(self) -> dict[str, str]:
        """Of the environment, looked up once: with each call it took a fifth of its work."""
        return requests.utils.get_environ_proxies(self.url)

    def _body(self, response: requests.Response, call: _Call, held: Received) -> "_Body":
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            raise CompressedError("Content-Encoding")
        body = _Body(self.max_bytes)
        try:
            while chunk := response.raw.read(_CHUNK, decode_content=False):
                # What was cut out of it costs nothing but time.
                call.left += body.add(chunk)
                if not held.grow(body.kept, call.seconds(call.silence)):
                    raise TimeOverError("no room in memory")
        except (urllib3.exceptions.ReadTimeoutError, TimeoutError) as error:
            raise TimeOverError(_reason(error)) from None
        except (
            urllib3.exceptions.HTTPError,
            http.client.HTTPException,
            OSError,
            ValueError,
        ) as error:
            raise BrokenAnswerError(_reason(error)) from None
        if _is_cut(response.headers, body.received):
            raise BrokenAnswerError("cut off")
        return body

    def _session(self) -> tuple["_Session", _Call]:
        """A connection for each thread; requests' sessions are not thread-safe."""
        if not hasattr(self._local, "session"):
            call = _Call(self.clock)
            session = _Session()
            session.trust_env = False
            session.headers["User-Agent"] = user_agent()
            session.headers["Accept-Encoding"] = "identity"
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            adapter = _Adapter(call)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            self._local.session, self._local.call = session, call
        return self._local.session, self._local.call


class _Body:
    """What comes of a body, without long texts once it is large.

    :param most: bytes that are kept

    Attributes: ``received``, the bytes that came.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.received = 0
        self._kept = bytearray()
        self._shortening: Shortening | None = None

    def add(self, chunk: bytes) -> int:
        """:return: bytes of it that take no room
        :raise TooLargeError: more came than is accepted
        """
        before = len(self._kept) - self.received
        self.received += len(chunk)
        self._kept += self._shortening.take(chunk) if self._shortening else chunk
        if self._shortening is None and len(self._kept) > min(LARGE, self.most // 2):
            # Most answers are small, and not worth a look.
            self._shortening = Shortening()
            so_far, self._kept = self._kept, bytearray()
            for begin in range(0, len(so_far), _CHUNK):
                self._kept += self._shortening.take(so_far[begin : begin + _CHUNK])
        if len(self._kept) > self.most or self.received > MOST_RECEIVED:
            raise TooLargeError("too large")
        return max(0, before - (len(self._kept) - self.received))

    @property
    def kept(self) -> int:
        return len(self._kept)

    def end(self) -> bytearray:
        if self._shortening:
            self._kept += self._shortening.end()
        return self._kept


def _is_cut(headers: Mapping[str, str], size: int) -> bool:
    """Whether a body is not of the length that was announced, which urllib3 1.26 does not
    look at. Compared as text: the number may be of any length."""
    announced = headers.get("Content-Length", "")
    if "chunked" in headers.get("Transfer-Encoding", "").lower() or not announced.isdecimal():
        return False
    return (announced.lstrip("0") or "0") != str(size)


def environment_certificates() -> str | None:
    """The file or folder of certificates that the server's environment names."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None is followed; requests would read its body to the end all the same."""
        return None


class _Adapter(requests.adapters.HTTPAdapter):
    def __init__(self, call: _Call) -> None:
        self._pools = _pools(call)
        super().__init__(max_retries=Retry(0, read=False, redirect=False, raise_on_status=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools
        return result

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(guard: _Call) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools with connections that keep to ``guard``."""

    class Plain(_Guarded, HTTPConnection):
        call = guard

    class Secure(_Guarded, HTTPSConnection):
        call = guard

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Guarded(HTTPConnection):
    """Mixed into urllib3's connections. :attr:`call` is of the session."""

    call: _Call

    def _new_conn(self) -> socket.socket:
        """Resolve, look, connect to just those: between a look at a name and a connection
        to it, a name server can change its mind."""
        # urllib3 asks with the dot that ends a name, too.
        host = getattr(self, "_dns_host", self.host).strip("[]")
        call, whom = self.call, (host, self.port)
        try:
            targets = resolved(host, self.port, call.seconds(CONNECT_TIMEOUT))
        except NameServerError as error:
            raise TimeOverError(str(error)) from None
        targets = in_turn(targets, call.answered.get(whom))
        # Whatever stands behind one that must not be asked is not tried either.
        fine = list(takewhile(lambda target: kind_of(target[1][0]) != REFUSED, targets))
        try:
            connected, target = first_connected(fine, self.socket_options or (), call.seconds)
        except OSError as error:
            if len(fine) < len(targets):
                raise RefusedAddressError("refused address") from None
            raise urllib3.exceptions.NewConnectionError(self, _reason(error)) from None
        connected.settimeout(call.seconds(CONNECT_TIMEOUT))
        call.answered[whom] = target
        call.kinds.add(kind_of(target[1][0]))
        return connected

    # http.client only calls it; its types want a class.
    def response_class(  # type: ignore[override]
        self, sock: socket.socket, *args: Any, **kwargs: Any
    ) -> "_Answer":
        """http.client makes its answers by this."""
        return _Answer(sock, self.call, *args, **kwargs)


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, call: _Call, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Wire(self.fp.detach(), sock, call), _CHUNK)

    def begin(self) -> None:
        result = super().begin()
        # urllib3 would write into the log what it can't read of the headers; a Moodle can
        # have put the token there.
        if self.msg is not None:
            self.msg.defects.clear()
            # The types of the standard library want a payload; there is none.
            self.msg.set_payload(None)  # type: ignore[call-overload]
        return result


class _Wire(io.RawIOBase):
    """The socket's stream, which looks at the clock and at the size before each read."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, call: _Call) -> None:
        self._raw, self._sock, self._call = raw, sock, call

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._call.seconds(self._call.silence))
        size = self._raw.readinto(buffer)
        self._call.count(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        return super().close()


def _reason(error: BaseException | None) -> str:
    """The innermost cause in a word or two."""
    if error is None:
        return ""
    cause, seen = error, []
    while cause not in seen:
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__ or cause
    return f"{type(cause).__name__}: {cause}"
