"""A connection to whichever of a host's addresses answers first, as browsers make it (RFC 8305).

A school's name often leads to an IPv6 address beside the other one, and the route to it is
dead: nothing is refused, nothing answers. Tried one after the other, the first would take all
the time there is. So the next one is begun a quarter of a second later, beside it, and at once
where one is refused.
"""

import errno
import ipaddress
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

CONNECT_TIMEOUT = 10  # seconds, for each number of a host
# Seconds after which the next number is tried beside the one before: the RFC's own.
BESIDE = 0.25

# Where a socket is connected to: what follows an address's number is of its family.
Place = tuple[Any, ...]
# A family and a place of it.
Target = tuple[int, Place]
# Of a socket, as setsockopt takes it.
Option = tuple[int, int, int | bytes]
# What getaddrinfo knows of one.
_Found = tuple[int, int, int, str, Place]

_UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)


class NameServerError(OSError):
    """It does not answer in time."""


def resolved(host: str, port: int, seconds: float) -> list[Target]:
    """``getaddrinfo`` has no time-out of its own, so it is waited for beside; not for a number,
    about which no name server is asked.

    :raise OSError: the name leads nowhere
    :raise NameServerError: the name server does not answer
    """
    if _is_number(host):
        return _targets(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    found: list[Exception | Sequence[_Found]] = []

    def ask() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if not found:
        raise NameServerError("name server")
    if isinstance(found[0], Exception):
        raise found[0]
    return _targets(found[0])


def in_turn(targets: Sequence[Target], answered: Target | None = None) -> list[Target]:
    """The order in which they are tried: one family after the other, in turn.

    :param targets: as the name server has ordered them
    :param answered: the one that has answered before, which comes first
    """
    first = [target for target in targets if target[0] == targets[0][0]]
    others = [target for target in targets if target[0] != targets[0][0]]
    turns = [target for pair in zip_longest(first, others) for target in pair if target]
    return sorted(turns, key=lambda target: target != answered)


def first_connected(
    targets: Iterable[Target],
    options: Iterable[Option],
    seconds: Callable[[float], float],
) -> tuple[socket.socket, Target]:
    """:param targets: in the order in which they are tried
    :param options: of each socket
    :param seconds: function of a number of seconds, which gives as many of them as are left, and
        raises where none are
    :return: a connected socket, and where it leads to
    :raise OSError: none can be connected to; the last one's trouble
    """
    with _Attempts(targets, list(options)) as attempts:
        while attempts.go_on():
            found = attempts.connected(seconds(attempts.pause))
            if found:
                return found
    raise attempts.trouble


class _Attempts:
    """Those that are under way, each with the moment at which it is given up.

    Attributes: ``trouble``, of the last one that failed.
    """

    def __init__(self, targets: Iterable[Target], options: list[Option]) -> None:
        self.trouble = OSError("no address")
        self._todo = deque(targets)
        self._options = options
        self._selector = selectors.DefaultSelector()
        self._next = time.monotonic()

    def __enter__(self) -> "_Attempts":
        return self

    def __exit__(self, *raised: object) -> None:
        for key in self._under_way():
            self._drop(key)
        self._selector.close()

    def _under_way(self) -> list[selectors.SelectorKey]:
        return list(self._selector.get_map().values())

    def _drop(self, key: selectors.SelectorKey) -> None:
        sock = key.fileobj
        assert isinstance(sock, socket.socket)
        self._selector.unregister(sock)
        sock.close()

    def go_on(self) -> bool:
        """Begin whatever is due.

        :return: whether any is under way
        """
        while self._todo and (self._next <= time.monotonic() or not self._under_way()):
            target = self._todo.popleft()
            try:
                sock = _begun(target, self._options)
            except OSError as error:
                self.trouble = error
                continue
            now = time.monotonic()
            self._selector.register(sock, selectors.EVENT_WRITE, (target, now + CONNECT_TIMEOUT))
            self._next = now + BESIDE
        return bool(self._under_way())

    @property
    def pause(self) -> float:
        """Seconds until something is due."""
        moments: list[float] = [key.data[1] for key in self._under_way()]
        if self._todo:
            moments.append(self._next)
        return max(min(moments) - time.monotonic(), 0.0)

    def connected(self, pause: float) -> tuple[socket.socket, Target] | None:
        """:param pause: seconds to wait for one"""
        for key, _events in self._selector.select(pause):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not code:
                self._selector.unregister(sock)
                return sock, key.data[0]
            self._failed(key, OSError(code, os.strerror(code)))
        for key in self._under_way():
            if key.data[1] <= time.monotonic():
                self._failed(key, TimeoutError("timed out"))
        return None

    def _failed(self, key: selectors.SelectorKey, trouble: OSError) -> None:
        self._drop(key)
        self.trouble = trouble
        # Whatever is left need not wait for it.
        self._next = time.monotonic()


def _begun(target: Target, options: list[Option]) -> socket.socket:
    family, place = target
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in options:
            sock.setsockopt(*option)
        sock.setblocking(False)
        code = sock.connect_ex(place)
        if code not in _UNDER_WAY:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock


def _targets(found: Sequence[_Found]) -> list[Target]:
    return [(family, place) for family, _type, _protocol, _name, place in found]


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
