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
import json
import logging
import threading
import time
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import MaxRetryError, ReadTimeoutError
from urllib3.util import Retry

from . import moodle_errors as errors

_logger = logging.getLogger(__name__)

ENDPOINT = "/webservice/rest/server.php"
CONNECT_TIMEOUT = 10  # seconds
READ_TIMEOUT = 30  # seconds
# get_sessions costs Moodle one query per session and has no paging.
SLOW_READ_TIMEOUT = 60  # seconds
MAX_ANSWER_BYTES = 64 * 1024 * 1024
# A Moodle in maintenance says Retry-After: 300. Waiting that long inside a run
# helps nobody: the next run comes anyway.
MAX_RETRY_AFTER = 20  # seconds


class ReadRetry(Retry):
    """Four more tries, for reads only, which may be repeated freely."""

    def __init__(self, total=4, **kwargs):
        kwargs.setdefault("backoff_factor", 0.5)
        kwargs.setdefault("status_forcelist", (429, 502, 503, 504))
        kwargs.setdefault("allowed_methods", {"POST"})
        # The last answer, not an exception: its status says what is wrong.
        kwargs.setdefault("raise_on_status", False)
        super().__init__(total=total, **kwargs)

    def increment(self, method=None, url=None, response=None, error=None, _pool=None, **kwargs):
        if response is not None and (self.get_retry_after(response) or 0) > MAX_RETRY_AFTER:
            raise MaxRetryError(_pool, url, error)
        if isinstance(error, ReadTimeoutError):
            # A Moodle that can't answer in time is not helped by asking five times.
            raise error
        return super().increment(method, url, response, error, _pool, **kwargs)


def normalized_url(url):
    """The site's address as the client wants it.

    :raise ValueError: not an http(s) address, or one with a user name, query or
        fragment in it
    """
    url = (url or "").strip().rstrip("/").removesuffix(ENDPOINT)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(url)
    return url.rstrip("/")


def form_fields(params):
    """Nested lists and dicts as PHP reads them: ``options[0][name]=…``.

    :param params: mapping of parameter names to scalars, lists or dicts
    :return: list of ``(key, text)`` pairs, in order
    """
    fields = []

    def add(key, value):
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

    :param url: the site's address, see :func:`normalized_url`
    :param token: secret; it leaves this object in the POST body only
    :param lang: Moodle language code for Moodle's own messages, or ``None``

    Attributes: ``calls``, the number of calls made; ``clock_offset``, seconds that
    Moodle's clock is ahead of ours, from the ``Date`` header (whole seconds, so
    good to about one), or ``None`` before the first answer.
    """

    retry_class = ReadRetry

    def __init__(self, url, token, lang=None):
        self.url = normalized_url(url)
        self._token = token or ""
        self._lang = lang
        self.calls = 0
        self.clock_offset = None
        self._local = threading.local()
        self._count = threading.Lock()

    def __repr__(self):
        return f"<{type(self).__name__} {self.url}>"

    def fetch(self, function, read_timeout=READ_TIMEOUT, **params):
        """Call a function that changes nothing; it is retried on a bad connection.

        :return: the answer, parsed from JSON
        :raise MoodleError: one of its subclasses, see ``moodle_errors``
        """
        return self._call("read", function, params, read_timeout)

    def send(self, function, **params):
        """Call a function that changes something. It is never repeated here:
        an answer can get lost after Moodle has acted.

        :return: the answer, parsed from JSON
        :raise MoodleError: one of its subclasses, see ``moodle_errors``
        """
        return self._call("write", function, params, READ_TIMEOUT)

    def _session(self, kind):
        """A connection per thread and kind; requests' sessions are not thread-safe."""
        session = getattr(self._local, kind, None)
        if session is None:
            session = requests.Session()
            # A .netrc on the server must not add a log-in to our calls.
            session.auth = _no_auth
            retry = self.retry_class() if kind == "read" else Retry(0, raise_on_status=False)
            adapter = requests.adapters.HTTPAdapter(max_retries=retry)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            setattr(self._local, kind, session)
        return session

    def _call(self, kind, function, params, read_timeout):
        form = [
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
        started = time.time()
        try:
            response = self._session(kind).post(
                self.url + ENDPOINT,
                data=form,
                timeout=(CONNECT_TIMEOUT, read_timeout),
                allow_redirects=False,
                stream=True,
            )
            with response:
                self._measure_clock(response, started)
                body = self._body(function, response)
        except requests.exceptions.ReadTimeout:
            raise errors.MoodleTooSlow(function) from None
        except (
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ) as error:
            raise errors.MoodleUnreadable(function, None, type(error).__name__) from None
        except requests.RequestException as error:
            raise errors.MoodleUnreachable(function, None, self._reason(error)) from None
        _logger.debug("%s %s: %s", self.url, function, response.status_code)
        return self._answer(function, response, body)

    def _body(self, function, response):
        chunks, size = [], 0
        for chunk in response.iter_content(64 * 1024):
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                raise errors.MoodleAnswerTooLarge(function)
            chunks.append(chunk)
        return b"".join(chunks)

    def _answer(self, function, response, body):
        status = response.status_code
        if 300 <= status < 400:
            raise errors.MoodleWrongAddress(function, response.headers.get("Location", ""))
        if status == 403 and not body.strip():
            raise errors.MoodleServicesOff(function)
        if status == 503 and response.headers.get("Retry-After"):
            raise errors.MoodleMaintenance(function)
        if status >= 500 or status == 429:
            raise errors.MoodleSiteBroken(function, None, f"HTTP {status}")
        if status != 200:
            raise errors.MoodleUnreadable(function, None, f"HTTP {status}")
        try:
            answer = json.loads(body)
        except ValueError:
            text = body[:500].decode("utf-8", "replace")
            raise errors.MoodleUnreadable(function, None, self._without_token(text)) from None
        if isinstance(answer, dict) and "exception" in answer:
            answer["message"] = self._without_token(str(answer.get("message") or ""))
            raise errors.from_answer(function, answer)
        return answer

    def _measure_clock(self, response, started):
        date = email.utils.parsedate_tz(response.headers.get("Date", ""))
        if date:
            # The header names the start of a second, at a moment between the
            # sending of the request and the answer.
            middle = (started + time.time()) / 2
            self.clock_offset = email.utils.mktime_tz(date) + 0.5 - middle

    def _reason(self, error):
        """The innermost cause of a failed connection, in a word or two."""
        cause = error
        while cause.__cause__ or cause.__context__:
            cause = cause.__cause__ or cause.__context__
        return self._without_token(f"{type(cause).__name__}: {cause}")

    def _without_token(self, text):
        return text.replace(self._token, "…") if self._token else text


def _no_auth(request):
    return request
