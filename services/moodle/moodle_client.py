"""HTTP to one Moodle: one POST per call, an answer or a typed error. No decisions.

Facts behind it (recordings ``transport``, ``errors``, ``site_state``):

* a POST form to ``/webservice/rest/server.php``; JSON bodies and Bearer headers
  are not understood, and a token in the address would end in every log;
* an error is HTTP 200 with an object that has the key ``exception``;
* under a name that is not its own, Moodle answers 303 to its home page and the
  parameters are lost, so redirects are never followed;
* PHP drops form fields beyond ``max_input_vars`` without a word, so the token,
  the function and the format go first.
"""

import email.utils
import hashlib
import json
import logging
import math
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NoReturn

from ..domain.moodle_text import clean
from . import moodle_errors as errors
from . import moodle_transport as transport
from .answer_values import Json, Parts
from .gate import Gate
from .memory import Memory, TooMuchError
from .module_detector import SITE_INFO
from .moodle_url import ENDPOINT, normalized_url
from .secret import Secret
from .shortening import LONGEST, shortened
from .site_witness import SiteWitness

_logger = logging.getLogger(__name__)

# Of the look whether the site is there: it answers in a tenth of a second.
LOOK_TIMEOUT = 10  # seconds
LOOK_TRIES = 2
# Seconds that nothing may come. The whole of a call, with its repetitions, may take
# WHOLE times as long: a real Moodle that has begun an answer sends it at once (1 MB in
# less than a second), so what takes a minute more is a line that is as good as dead.
READ_TIMEOUT = 30
# get_sessions costs Moodle one query per session and has no paging.
SLOW_READ_TIMEOUT = 60
WHOLE = 2
# A Moodle in maintenance says Retry-After: 300. Waiting that long inside a run
# helps nobody: the next run comes anyway.
MAX_RETRY_AFTER = 20  # seconds
BUSY = (429, 502, 503, 504)
# With a page: what a firewall says of an address or of a word in a request.
BLOCKED = (403, 406)
# In an answer: deeper and more than any function's. A row of a log is 130 bytes and 6
# parts; an empty list is 3 bytes of an answer and 64 of memory.
MAX_DEPTH = 40
MAX_PARTS = 2_000_000
# Bytes that the objects of a large answer take, but for those of which something was built while
# it was parsed; and what one of them and each of its values takes.
MAX_WEIGHT = 90 * 1024 * 1024
OBJECT, ENTRY = 240, 60
LARGE = transport.LARGE  # of an answer of which parts are built while it is parsed
# Behind it a clock is not ahead but wrong.
MAX_CLOCK_OFFSET = 366 * 86400  # seconds
# Between two answers of one run; what is measured is good to a call's length.
MAX_CLOCK_JUMP = 1800  # seconds


def form_fields(params: Mapping[str, object]) -> transport.Form:
    """Nested lists and dicts as PHP reads them: ``options[0][name]=…``.

    :param params: mapping of parameter names to scalars, lists or dicts
    :return: list of ``(key, text)`` pairs, in order
    """
    fields: transport.Form = []

    def add(key: str, value: object) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                add(f"{key}[{name}]", item)
        elif isinstance(value, list | tuple):
            for index, item in enumerate(value):
                add(f"{key}[{index}]", item)
        else:
            fields.append((key, str(int(value)) if isinstance(value, bool) else str(value)))

    for name, value in params.items():
        add(name, value)
    return fields


class MoodleClient:
    """Calls web service functions of one Moodle with one token.

    :param url: the site's address, see ``moodle_url.normalized_url``
    :param token: secret; it leaves this object in the POST body only
    :param lang: Moodle language code for Moodle's own messages, or ``None``
    :param ca_file: see ``moodle_transport.HttpTransport``
    :param clock: ``moodle_transport.Clock``
    :param deadline: moment of the clock after which no call goes on, for whoever waits
        for all of them together; ``None`` for no end but each call's own
    :param wire: what posts in the place of an ``HttpTransport``, for tests
    :param gate: ``Gate`` that all threads that use this client go through

    Calls may be made from several threads. Attributes: ``memory``, in which all that they hold is
    counted; ``calls``, the number of calls made; ``clock_offset``, seconds that
    Moodle's clock is ahead of ours, from the ``Date`` header (whole seconds, so
    good to about one), or ``None`` before the first answer; ``kinds``, of the addresses
    that were connected to.
    """

    # Of reads, which may be repeated freely.
    tries = 5
    first_pause = 0.5  # seconds; doubled after each try

    def __init__(
        self,
        url: str | None,
        token: str | None,
        lang: str | None = None,
        *,
        ca_file: str | None = None,
        clock: transport.Clock | None = None,
        deadline: float | None = None,
        wire: transport.Wire | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.url = normalized_url(url)
        self.clock = clock or transport.Clock()
        self.deadline = deadline
        self.calls = 0
        self.clock_offset: float | None = None
        # The least and the largest that was measured.
        self.clock_range: tuple[float, float] | None = None
        # Whether the token was let in once.
        self._let_in = False
        self._token = token or ""
        self._secret = Secret(self._token)
        self._lang = lang
        self._count = threading.Lock()
        self.gate = gate or Gate()
        self._here = threading.local()
        self._closed = False
        # Set once the site is known to be there.
        self._witness: SiteWitness | None = None
        self._broken: set[Hashable] = set()
        self.memory = Memory(self.gate.most)
        self._wire = wire or transport.HttpTransport(
            self.url + ENDPOINT, ca_file, self.clock, memory=self.memory
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    @property
    def kinds(self) -> set[str]:
        return self._wire.kinds

    @property
    def received(self) -> int:
        """Bytes of all answers to calls of the thread that asks."""
        received: int = getattr(self._here, "received", 0)
        return received

    def listen(self) -> None:
        """Begin to take a fingerprint of the answers to calls of the thread that asks."""
        self._here.heard = hashlib.blake2b(digest_size=16)

    @property
    def heard(self) -> str:
        """Of all answers since :meth:`listen`, to the byte and in their order."""
        return str(self._here.heard.hexdigest())

    def doubt(self) -> None:
        """From now on what looks like the whole site is believed only if the site itself does not
        answer either; else it is the trouble of the course that was asked for."""
        self._witness = SiteWitness(self._site_answers, self.clock.now)

    def expect_trouble(self, courses: Iterable[Hashable]) -> None:
        """:param courses: at which Moodle broke the last time. Until one has answered, nothing is
        repeated for it, and that it fails again says nothing about the site."""
        self._broken = set(courses)

    def is_answered(self) -> bool:
        """Whether Moodle answers at this moment, whatever it did a moment ago."""
        return self._site_answers()

    def _site_answers(self) -> bool:
        try:
            answer = self._ask(SITE_INFO, {}, LOOK_TRIES, LOOK_TIMEOUT)
        except errors.MoodleOutOfTime:
            raise
        except errors.MoodleError:
            return False
        return isinstance(answer, dict)

    def close(self) -> None:
        """No call is begun any more: a thread that still reads stops at its next one."""
        self._closed = True
        self.memory.close()

    def fetch(
        self,
        function: str,
        read_timeout: float | None = None,
        parts: Parts | None = None,
        tries: int | None = None,
        **params: object,
    ) -> Json:
        """Call a function that changes nothing; it is repeated on a bad connection.

        :param read_timeout: seconds that nothing may come, :data:`READ_TIMEOUT` if not
            given; all of the call may take :data:`WHOLE` times as long
        :param parts: what is built while the answer is parsed
        :param tries: of which the last one counts, :attr:`tries` if not given
        :return: the answer, parsed from JSON
        :raise MoodleError: one of its subclasses, see ``moodle_errors``, and nothing else
        """
        tries = tries or self.tries
        return self._call(function, params, tries, read_timeout or READ_TIMEOUT, parts)

    def send(self, function: str, **params: object) -> Json:
        """Call a function that changes something. It is never repeated here:
        an answer can get lost after Moodle has acted.

        :return: the answer, parsed from JSON
        :raise MoodleError: one of its subclasses, see ``moodle_errors``, and nothing else
        """
        return self._call(function, params, 1, READ_TIMEOUT)

    def _call(
        self,
        function: str,
        params: Mapping[str, object],
        tries: int,
        silence: float,
        parts: Parts | None = None,
    ) -> Json:
        whose = self._whose(function)
        known = whose in self._broken
        try:
            answer = self._ask(function, params, 1 if known else tries, silence, parts)
        except errors.MoodleFunctionDenied as denied:
            raise self._why_denied(denied) from None
        except errors.MoodleError as error:
            if self._witness and error.in_doubt and not self._closed:
                site = not self._witness.saw_the_site(known)
                error.scope = errors.SITE if site else errors.COURSE
            raise
        self._let_in = True
        self._broken.discard(whose)
        return answer

    def _why_denied(self, denied: errors.MoodleFunctionDenied) -> errors.MoodleError:
        """Moodle refuses a token that has expired in the words for a function that is not
        allowed, and deletes it: the next call names it unknown (measured on 4.3 and 5.1).

        :return: the error that tells why
        """
        if denied.errorcode != "accessexception" or self._let_in:
            return denied
        try:
            self._ask(SITE_INFO, {}, 1, READ_TIMEOUT)
        except errors.MoodleBadToken:
            return errors.MoodleExpiredToken(denied.function, denied.errorcode)
        except errors.MoodleError:
            # Whatever else is wrong, the first answer says more.
            return denied
        return denied

    def _ask(
        self,
        function: str,
        params: Mapping[str, object],
        tries: int,
        silence: float,
        parts: Parts | None = None,
    ) -> Json:
        form: transport.Form = [
            ("wstoken", self._token),
            ("wsfunction", function),
            ("moodlewsrestformat", "json"),
            # Names as people typed them, not HTML.
            ("moodlewssettingraw", "1"),
        ]
        if self._lang:
            form.append(("moodlewssettinglang", self._lang))
        form += form_fields(params)
        with self._count:
            self.calls += 1
        end = self.clock.now() + WHOLE * silence
        if self.deadline is not None:
            end = min(end, self.deadline)
        try:
            reply = self._reply(function, form, tries, silence, end)
        except transport.TransportError as error:
            raise self._typed(function, error) from None
        _logger.debug("%s %s: %s", self.url, function, reply.status)
        try:
            with self.memory.reading(len(reply.body), reply.received):
                return self._answer(function, reply, parts)
        except TooMuchError as error:
            raise errors.MoodleTooMuch(function, error.why) from None
        finally:
            reply.free()

    def _reply(
        self, function: str, form: transport.Form, tries: int, silence: float, end: float
    ) -> transport.Reply:
        """:return: the last try's
        :raise TransportError: the last try's
        """
        number = 0
        while True:
            number += 1
            pause = self.first_pause * 2 ** (number - 1)
            try:
                reply = self._posted(function, form, silence, end)
            except transport.NoAnswerError:
                if number == tries or not self._rest(pause, end):
                    raise
                continue
            if reply.status not in BUSY or number == tries:
                return reply
            asked = _seconds(reply.headers.get("Retry-After"))
            if asked > MAX_RETRY_AFTER or not self._rest(max(asked, pause), end):
                return reply
            reply.free()

    def _posted(
        self, function: str, form: transport.Form, silence: float, end: float
    ) -> transport.Reply:
        """One POST, in its turn. A pause between two tries is spent outside the gate."""
        with self.gate.turn():
            if self._closed:
                raise transport.TimeOverError("closed")
            started, wall = self.clock.now(), self.clock.wall()
            reply = self._wire.post(form, silence, end)
            self._measure_clock(reply.headers.get("Date"), wall)
        seconds, busy = self.clock.now() - started, reply.status in BUSY
        self.gate.learn(function, seconds, busy, whose=self._whose(function))
        self._here.received = self.received + len(reply.body)
        if heard := getattr(self._here, "heard", None):
            # Where one ends is a part of it.
            heard.update(b"%d %d " % (reply.status, len(reply.body)))
            heard.update(reply.body)
        return reply

    def _whose(self, function: str) -> Hashable | None:
        """:return: the course that a call is about, ``None`` where it is about none"""
        return None if function == SITE_INFO else self.memory.whose

    def _rest(self, seconds: float, end: float) -> bool:
        """:return: whether there is time for that, and a further try"""
        if self.clock.now() + seconds >= end:
            return False
        self.clock.sleep(seconds)
        return True

    def _typed(self, function: str, error: transport.TransportError) -> errors.MoodleError:
        detail = self._secret.hide(str(error))
        if isinstance(error, transport.TimeOverError):
            if self.deadline is not None and self.clock.now() >= self.deadline:
                return errors.MoodleOutOfTime(function)
            return errors.MoodleTooSlow(function)
        kinds: dict[type[Exception], type[errors.MoodleError]] = {
            transport.TooLargeError: errors.MoodleAnswerTooLarge,
            transport.BrokenAnswerError: errors.MoodleUnreadable,
            transport.CompressedError: errors.MoodleCompressed,
            transport.RefusedAddressError: errors.MoodleRefusedAddress,
            transport.UntrustedError: errors.MoodleUntrusted,
        }
        return kinds.get(type(error), errors.MoodleUnreachable)(function, None, detail)

    def _answer(self, function: str, reply: transport.Reply, parts: Parts | None) -> Json:
        status = reply.status
        if 300 <= status < 400:
            location = self._secret.hide(reply.headers.get("Location") or "")
            raise errors.MoodleWrongAddress(function, location, self.url)
        if status == 403 and not reply.body.strip():
            raise errors.MoodleServicesOff(function)
        if status == 503 and reply.headers.get("Retry-After"):
            raise errors.MoodleMaintenance(function)
        if status >= 500 or status == 429:
            raise errors.MoodleSiteBroken(function, None, f"HTTP {status}")
        if status in BLOCKED:
            raise errors.MoodleBlocked(function, None, f"HTTP {status}: {self._shown(reply.body)}")
        if status != 200:
            raise errors.MoodleUnreadable(function, None, f"HTTP {status}")
        if sum(map(reply.body.count, (b"[", b"{", b","))) > MAX_PARTS:
            raise errors.MoodleAnswerTooLarge(function)
        try:
            # Of a small answer it is not worth a look at each of its objects.
            hook = self._hook(function, parts) if len(reply.body) > LARGE else None
            answer = parsed(reply.body, hook)
        except TooDeepError as error:
            raise errors.MoodleUnreadable(function, None, str(error)) from None
        except (ValueError, RecursionError):
            raise errors.from_body(function, reply.body, self._secret.hide) from None
        try:
            answer = each_text(answer, self._fit, self._least)
        except TooDeepError as error:
            raise errors.MoodleUnreadable(function, None, str(error)) from None
        if isinstance(answer, dict) and "exception" in answer:
            raise errors.from_answer(function, answer)
        return answer

    def _shown(self, body: bytes | bytearray) -> str:
        """What a page says, as far as it is shown."""
        # Enough for that, and for a token that begins within it.
        return clean(self._secret.hide(body[:LONGEST].decode("utf-8", "replace")))

    def _hook(self, function: str, parts: Parts | None) -> Callable[[dict[str, Json]], Json]:
        """:return: function of each object of a large answer, which builds what can be built
        and weighs the rest
        """
        weight = 0

        def built(item: dict[str, Json]) -> Json:
            nonlocal weight
            if parts is not None and parts.mark in item:
                part = parts.put(each_text(item, self._fit, self._least))
                if part is not item:
                    # What it was built of is gone.
                    weight -= sum(map(_weight, item.values()))
                    return part
            weight += OBJECT + ENTRY * len(item)
            if weight > MAX_WEIGHT:
                raise errors.MoodleAnswerTooLarge(function)
            return item

        return built

    def _fit(self, text: str) -> str:
        return self._secret.hide(shortened(text))

    @property
    def _least(self) -> int:
        """Characters below which :meth:`_fit` gives a text back as it is."""
        return min(self._secret.shortest, LONGEST + 1)

    def _measure_clock(self, date: str | None, started: float) -> None:
        moment = _moment(date)
        # The header names the start of a second, at a moment between the sending of the
        # request and the answer.
        middle = (started + self.clock.wall()) / 2
        if moment is None:
            return
        offset = moment + 0.5 - middle
        with self._count:
            least, largest = self.clock_range or (offset, offset)
            self.clock_range = min(least, offset), max(largest, offset)
            if abs(offset) < MAX_CLOCK_OFFSET:
                self.clock_offset = offset

    @property
    def clock_sure(self) -> bool:
        """Whether Moodle's times can be compared with ours: its clock did not jump from one
        answer to the next (nor do several servers with a clock each answer in turn), and
        does not stand in another year."""
        least, largest = self.clock_range or (0, 0)
        return largest - least < MAX_CLOCK_JUMP and max(abs(least), abs(largest)) < MAX_CLOCK_OFFSET


def _weight(value: Json) -> int:
    """:return: what was counted of the objects in a list"""
    if type(value) is not list:
        return 0
    return sum(OBJECT + ENTRY * len(one) for one in value if type(one) is dict)


class TooDeepError(ValueError):
    """An answer that is deeper than any is."""


def parsed(body: bytes | bytearray, hook: Callable[[dict[str, Json]], Json] | None = None) -> Json:
    """JSON, as Moodle sends it: UTF-8 (some sites put a byte order mark before it), and
    no number that is none.

    :param hook: function of each object, which gives what takes its place
    :raise ValueError, RecursionError: it is something else
    """
    text = body.decode("utf-8-sig")
    return json.loads(text, parse_constant=_refused, parse_float=_finite, object_hook=hook)


def each_text(answer: Json, change: Callable[[str], str], least: int = 0) -> Json:
    """The answer with every text in it changed, in place where it can be.

    :param change: function of a text that gives a text
    :param least: characters below which a text stays as it is: an answer has thousands of
        texts, nearly all of them short
    :raise TooDeepError: it is deeper than any answer is
    """
    box = [answer]
    todo: list[tuple[Json, int]] = [(box, 0)]
    while todo:
        parent, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise TooDeepError("nested too deep")
        for key, value in parent.items() if isinstance(parent, dict) else enumerate(parent):
            # The parser makes no other kinds of them.
            kind = type(value)
            if kind is str:
                if len(value) >= least:
                    parent[key] = change(value)
            elif (kind is dict or kind is list) and value:
                todo.append((value, depth + 1))
    return box[0]


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number


def _seconds(text: str | None) -> int:
    """Of a header ``Retry-After``; dates, which Moodle does not send, count as long."""
    text = (text or "0").strip()
    return int(text) if text.isdecimal() and len(text) < 9 else MAX_RETRY_AFTER + 1


def _moment(date: str | None) -> int | None:
    """:return: unix seconds of a header ``Date``, or ``None`` if it is none"""
    try:
        parts = email.utils.parsedate_tz(date or "")
        return email.utils.mktime_tz(parts) if parts else None
    except (IndexError, OverflowError, TypeError, ValueError):
        # What parsedate_tz raises for odd texts differs from version to version.
        return None
