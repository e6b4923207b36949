"""The scripted Moodle over HTTP: Werkzeug on 127.0.0.1, a thread per request."""

import email.utils
import json
import logging
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from . import faults as f
from . import (  # noqa: F401 (they register)
    functions_attendance,
    functions_companion,
    functions_people,
)
from .errors import MoodleException, wrong
from .functions_core import find
from .params import Params, parse
from .profiles import PROFILES
from .rights import Empty, refuse

ENDPOINT = "/webservice/rest/server.php"
OWN = ("wstoken", "wsfunction", "moodlewsrestformat")
SETTINGS = ("moodlewssettingraw", "moodlewssettinglang", "moodlewssettingfilter")
# On the site, and in no service.
OTHER_FUNCTIONS = ("core_user_create_users",)
PAGE = "<!DOCTYPE html>\n<html><body></body></html>"


@dataclass
class Site:
    """What an administrator sets. ``maintenance``: ``None``, ``cli`` or ``admin``; ``proxied``:
    whether a proxy in front takes it under any name, and hands on its own."""

    wwwroot: str = ""
    proxied: bool = False
    maintenance: str | None = None
    webservices_enabled: bool = True
    rest_enabled: bool = True
    database_down: bool = False
    debugging: bool = False
    max_input_vars: int = 5000
    # errorcode that every call but site_info answers, such as sitepolicynotagreed
    account_trouble: str | None = None
    # errorcode that every attendance function answers, such as invalidcoursemoduleid
    attendance_trouble: str | None = None
    refused: dict = field(default_factory=dict)
    # ids of attendance activities in which the account has no right
    unreadable: set = field(default_factory=set)

    def refuse(self, course, errorcode):
        """Everything in a course answers ``errorcode``; ``None`` ends it."""
        self.refused[course.id] = errorcode


@dataclass
class Call:
    """One request, as tests look at it; the token is not in ``params``."""

    n: int
    function: str
    params: list
    method: str
    path: str
    query: str
    token: object = None
    status: int = 0
    written: bool = False


class _Context:
    """What an implementation of a function may use."""

    def __init__(self, server, call, token, raw):
        self.state, self.site, self.profile = server.state, server.site, server.profile
        self.token, self.raw = token, raw
        self.user = self.state.users[token.user_id]
        self._call = call

    def wrote(self):
        self._call.written = True

    def name(self, text):
        """Names are HTML unless ``moodlewssettingraw`` asks for them as they are."""
        return text if self.raw else escape(text)

    def enter(self, course):
        """As local_wsattendance does, which looks at the rights in each course.

        :raise MoodleException: there is no such course, or it is not for this account
        """
        if course is None:
            raise MoodleException("invalidrecord", "course")
        self.check_course(course)
        if course.id == 1 and all(a.course_id != 1 for a in self.state.attendances.values()):
            raise wrong("courseid")
        if self.token.limited or (
            self.token.only_own and course.id != 1 and not self._teaches(course)
        ):
            raise MoodleException("requireloginerror")

    def _teaches(self, course):
        """:return: the roles of the token's user in a course, but for a student's"""
        enrolment = self.state.enrolments.get(course.id, {}).get(self.user.id)
        return set(enrolment.roles) - {"student"} if enrolment else set()

    def sees_people(self, course):
        return self.token.people and not (self.token.only_own and course.id == 1)

    def sees_groups(self, course):
        """A teacher who may not edit sees only the own ones."""
        if self.token.only_own and "editingteacher" not in self._teaches(course):
            return False
        return self.token.all_groups

    def own_groups(self, course):
        """:return: ids of the groups of a course that the token's user is in"""
        return {
            group.id
            for group in self.state.groups.values()
            if group.course_id == course.id and self.user.id in group.members
        }

    def members_seen(self, course, groupmode):
        """:param groupmode: of the course, or of an activity in it
        :return: ids of those who are shown, ``None`` for everybody
        """
        if groupmode != 1 or self.sees_groups(course):
            return None
        groups = map(self.state.groups.get, self.own_groups(course))
        return {member for group in groups for member in group.members}

    def session_seen(self, session):
        """Whether it is shown: where groups are separate, only those of own ones are, and those for
        all participants."""
        activity = self.state.attendances[session.attendance_id]
        course = self.state.courses[activity.course_id]
        narrow = activity.groupmode == 1 and not self.sees_groups(course)
        return not narrow or session.group_id in {0, *self.own_groups(course)}

    def may_take(self, activity, user_id):
        """Whether somebody may be named as the taker of the attendance."""
        user = self.state.users.get(user_id)
        enrolment = self.state.enrolments.get(activity.course_id, {}).get(user_id)
        teaches = enrolment is not None and bool(set(enrolment.roles) - {"student"})
        return user_id == self.user.id or (teaches and user is not None and not user.deleted)

    def check_course(self, course):
        errorcode = self.site.refused.get(course.id)
        if errorcode:
            raise MoodleException(errorcode)

    def check_attendance(self, activity_id):
        if self.site.attendance_trouble:
            raise MoodleException(self.site.attendance_trouble)
        if activity_id in self.site.unreadable:
            raise MoodleException("requireloginerror")
        if self.state.attendances[activity_id].leaving:
            raise MoodleException("activityisscheduledfordeletion")


class MoodleServer:
    """:param state: ``MoodleState``
    :param profile: a key of ``PROFILES``
    :param port: 0 for a free one

    ``faults`` is a list of ``Fault``; ``calls`` keeps every :class:`Call`.
    """

    def __init__(self, state, profile="2024", port=0):
        self.state = state
        self.profile = PROFILES[profile]
        self.site = Site()
        self.faults = _Faults()
        self.calls = []
        self._called = Counter()
        self._hooks = []
        self._counting = threading.Lock()
        self._server = make_server(
            "127.0.0.1", port, self._app, threaded=True, request_handler=_Handler
        )
        self._server.clock = state.clock
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.site.wwwroot = self.url
        self._running = False

    def start(self):
        self._running = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self):
        if self._running:
            self._running = False
            self._server.shutdown()
            self._server.server_close()

    __enter__ = start

    def __exit__(self, *error):
        self.stop()

    # --- what tests look at -----------------------------------------------------

    def calls_of(self, function):
        return [call for call in self.calls if call.function == function]

    @property
    def write_count(self):
        return sum(call.written for call in self.calls)

    def reset_calls(self):
        self.calls.clear()
        self._called.clear()

    def on_call(self, hook):
        """``hook(call, state)`` runs before a call is answered."""
        self._hooks.append(hook)

    # --- answering --------------------------------------------------------------

    def _app(self, environ, start_response):
        request = Request(environ)
        in_address = parse_qsl(request.query_string.decode(), keep_blank_values=True)
        in_body = []
        # PHP reads the body of a POST only, and only as a form.
        if request.method == "POST" and request.mimetype == "application/x-www-form-urlencoded":
            in_body = parse_qsl(request.get_data(as_text=True), keep_blank_values=True)
        sent = in_address + in_body
        function = dict(sent).get("wsfunction", "")
        shown = [(key, value) for key, value in sent if key not in (*OWN, *SETTINGS)]
        # Whatever comes later is dropped without a word, a token, too (recording
        # transport, "1501 values").
        limit = self.site.max_input_vars
        pairs = in_address[:limit] + in_body[:limit]
        with self._counting:
            call = Call(
                len(self.calls) + 1, function, shown, request.method, request.path,
                request.query_string.decode(),
            )  # fmt: skip
            self.calls.append(call)
            # Looking through all calls made each one slower than the one before.
            self._called[function] += 1
            number_of_function = self._called[function]
        fault = next((one for one in self.faults if one.strikes(call, number_of_function)), None)
        response = self._with_fault(fault, request, pairs, call)
        if response is None:
            # Closing it would not do: other handles of it are open.
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError
        call.status = response.status_code
        return response(environ, start_response)

    def _with_fault(self, fault, request, pairs, call):
        kind = fault.kind if fault else None
        if kind == f.CUT_BEFORE:
            return None
        if kind == f.HTTP:
            response = Response(fault.body, fault.value, mimetype="text/html")
            if fault.retry_after is not None:
                response.headers["Retry-After"] = str(fault.retry_after)
            return response
        if kind == f.GARBAGE:
            return Response("<br />\n<b>Warning</b>: something", mimetype="application/json")
        if kind == f.HUGE:
            return Response(b'"' + b"x" * fault.value + b'"', mimetype="application/json")
        if kind == f.DELAY:
            time.sleep(fault.value)
        if kind == f.ERROR:
            return self._json(self.profile.told(MoodleException(fault.value).answer))
        for hook in self._hooks:
            hook(call, self.state)
        with self.state.lock:
            response = self._answer(request, pairs, call)
        if kind == f.CUT_AFTER:
            return None
        if kind == f.LIE:
            return self._json(fault.value(json.loads(response.get_data())))
        if kind == f.SPOILED:
            return Response(fault.value(response.get_data()), mimetype="application/json")
        if kind == f.TRUNCATED:
            body = response.get_data()
            response = Response(body[: len(body) // 2], mimetype="application/json")
            response.automatically_set_content_length = False
            response.headers["Content-Length"] = str(len(body))
        return response

    def _answer(self, request, pairs, call):
        trouble = self._front(request)
        if trouble is not None:
            return trouble
        values = dict(pairs)
        as_json = values.get("moodlewsrestformat") == "json"
        try:
            answer = self._call(pairs, values, call)
        except MoodleException as error:
            answer = self.profile.told(error.debugged if self.site.debugging else error.answer)
        except Empty:
            answer = []
        if as_json:
            return self._json(answer)
        return Response(_xml(answer), mimetype="application/xml")

    def _front(self, request):
        """What answers before the web service layer is reached."""
        here = urlsplit(self.site.wwwroot)
        own = request.scheme == here.scheme and request.host.split(":")[0] == here.hostname
        if not (own or self.site.proxied):
            return Response(PAGE, 303, {"Location": self.site.wwwroot}, mimetype="text/html")
        path = here.path.rstrip("/")
        if path and not request.path.startswith(path):
            return Response(PAGE, 303, {"Location": self.site.wwwroot}, mimetype="text/html")
        if request.path.replace("//", "/") != path + ENDPOINT:
            return Response(PAGE, 404, mimetype="text/html")
        if self.site.maintenance == "cli":
            headers = {"Retry-After": "300"}
            return Response(PAGE, 503, headers, mimetype="text/html")
        if not (self.site.webservices_enabled and self.site.rest_enabled):
            return Response("", 403, mimetype="text/html")
        return None

    def _call(self, pairs, values, call):
        if self.site.database_down:
            raise MoodleException("dbconnectionfailed")
        token = self.state.tokens.get(values.get("wstoken"))
        if token is None:
            raise MoodleException("invalidtoken")
        if self.site.maintenance == "admin":
            raise MoodleException("sitemaintenance")
        name = values.get("wsfunction", "")
        call.token = token
        if token.expired:
            del self.state.tokens[token.value]
        if token.refusal:
            raise MoodleException(token.refusal)
        if not name:
            raise MoodleException("invalidparameter")
        found = find(self.profile, name)
        if found is None and name not in OTHER_FUNCTIONS:
            raise MoodleException("invalidrecord", "external_functions")
        if name not in token.functions:
            raise MoodleException("accessexception")
        if self.site.account_trouble and name != "core_webservice_get_site_info":
            raise MoodleException(self.site.account_trouble)
        if token.limited:
            refuse(name)
        implementation, allowed = found
        tree = parse(pairs)
        raw = tree.get("moodlewssettingraw") == "1"
        tree = {key: value for key, value in tree.items() if key not in (*OWN, *SETTINGS)}
        return implementation(_Context(self, call, token, raw), Params(tree, allowed))

    @staticmethod
    def _json(answer):
        body = json.dumps(answer, ensure_ascii=True, separators=(",", ":"))
        return Response(body, mimetype="application/json")


class _Faults(list):
    add = list.append


class _Handler(WSGIRequestHandler):
    """Quiet, and HTTP/1.0 as PHP's built-in server closes each connection."""

    def make_environ(self):
        return {**super().make_environ(), "werkzeug.socket": self.connection}

    def log(self, type, message, *args):
        logging.getLogger(__name__).debug(message, *args)

    def date_time_string(self, timestamp=None):
        """Of the header ``Date``: Moodle's clock is the scripted one."""
        return email.utils.formatdate(self.server.clock(), usegmt=True)


def _xml(answer):
    if isinstance(answer, dict) and "exception" in answer:
        return (
            '<?xml version="1.0" encoding="UTF-8" ?>\n'
            f'<EXCEPTION class="{answer["exception"]}">\n'
            f"<ERRORCODE>{answer.get('errorcode', '')}</ERRORCODE>\n"
            f"<MESSAGE>{escape(answer['message'])}</MESSAGE>\n</EXCEPTION>\n"
        )
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<RESPONSE>\n{_node(answer)}</RESPONSE>\n'


def _node(value):
    if isinstance(value, dict):
        keys = "".join(f'<KEY name="{key}">{_node(item)}</KEY>\n' for key, item in value.items())
        return f"<SINGLE>\n{keys}</SINGLE>\n"
    if isinstance(value, list):
        return "<MULTIPLE>\n" + "".join(map(_node, value)) + "</MULTIPLE>\n"
    return (
        f"<VALUE>{escape(str(value))}</VALUE>\n" if value is not None else '<VALUE null="null"/>\n'
    )
