"""Sends a recorded request to the scripted Moodle, and tells how two answers differ."""

import http.client
import json
from contextlib import suppress
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from .moodle_server.server import ENDPOINT

# Of the same type, but with a value of each site's own: texts for people, addresses with
# a cache's number in them, numbers of tables and moments of events that are not scripted.
VARIES = {
    "cacherev", "contextid", "courseimage", "debuginfo", "message", "modicon", "profileimageurl",
    "profileimageurlsmall", "startdate", "timecreated", "url", "userpictureurl", "version",
}  # fmt: skip
# The recorded site's address.
HOST = "moodle.example"


class Answer:
    """:param body: parsed JSON or XML, else the text
    :param total: how many items a list had of which only some were kept
    """

    def __init__(self, status, headers, text, total=None):
        self.status, self.text = status, text
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = parsed(text)
        self.total = total


def parsed(text):
    """A page for people, or XML that was cut when it was recorded, stays text."""
    for reader, refusal in ((json.loads, ValueError), (_from_xml, ElementTree.ParseError)):
        with suppress(refusal):
            return reader(text)
    return text


def recorded_answer(entry, server):
    """As it would have come from this server's address."""
    response, here = entry["response"], urlsplit(server.url).netloc
    text = json.dumps(response["json"]) if "json" in response else response.get("text", "")
    total = response.get("json_total_items") if response.get("cut_for_recording") else None
    headers = {name: value.replace(HOST, here) for name, value in response["headers"].items()}
    return Answer(response["status"], headers, text.replace(HOST, here), total)


def fields(request):
    """The form of a recorded request, in its order, the cut list made whole again."""
    result = [("wstoken", request["token"]), ("wsfunction", request["function"])]
    result = [(k, v.removeprefix("AS_GIVEN:")) for k, v in result if v is not None]
    if request.get("format"):
        result.append(("moodlewsrestformat", request["format"]))
    for key, value in [*request.get("params", ()), *request.get("extra", ())]:
        if key != "...":
            result.append((key, str(value)))
            continue
        # "4902 parameters in all": the field's name, then values whose last is a hit.
        count = int(value.split()[0]) - 1
        stem = result[-1][1].rsplit("_", 1)[0]
        result += [(f"values[{n}]", f"{stem}_{n + 1}") for n in range(2, count - 1)]
        result.append((f"values[{count - 1}]", "oec_student_1"))
    return result


def send(server, request):
    """:return: :class:`Answer`"""
    address = urlsplit(server.url)
    path = request["path"].replace("/webservice/rest/server.php", ENDPOINT)
    headers = dict(request.get("headers", {}))
    if "Host" in headers:
        headers["Host"] = headers["Host"].replace("CLIENT_IP", "127.0.0.1")
    body = request.get("body") or urlencode(fields(request))
    if request["method"] == "POST":
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    else:
        path, body = f"{path}{'&' if '?' in path else '?'}{body}", None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    try:
        connection.request(request["method"], path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read().decode())
    finally:
        connection.close()


def _from_xml(text):
    root = ElementTree.fromstring(text)
    if root.tag == "EXCEPTION":
        code = root.find("ERRORCODE")
        return {"exception": root.get("class"), "errorcode": code.text if code is not None else ""}
    return _node(root[0])


def _node(node):
    if node.tag == "SINGLE":
        return {key.get("name"): _node(key[0]) for key in node}
    if node.tag == "MULTIPLE":
        return [_node(item) for item in node]
    return None if node.get("null") else node.text or ""


def differences(recorded, answered, values=True, path=""):
    """How the second differs from the first, as sentences.

    :param values: whether values are compared, or shapes (keys and types) only
    """
    if isinstance(recorded, dict) and isinstance(answered, dict):
        missing, extra = set(recorded) - set(answered), set(answered) - set(recorded)
        if missing or extra:
            yield f"{path}: missing {sorted(missing)}, extra {sorted(extra)}"
        for key in sorted(set(recorded) & set(answered)):
            same = values and key not in VARIES
            yield from differences(recorded[key], answered[key], same, f"{path}.{key}")
    elif isinstance(recorded, list) and isinstance(answered, list):
        if len(recorded) != len(answered) if values else bool(recorded) != bool(answered):
            yield f"{path}: {len(recorded)} items are {len(answered)}"
        for item, other in zip(ordered(recorded), ordered(answered), strict=False):
            yield from differences(item, other, values, f"{path}[]")
    elif type(recorded) is not type(answered):
        yield f"{path}: {type(recorded).__name__} is {type(answered).__name__}"
    elif values and recorded != answered:
        yield f"{path}: {recorded!r} is {answered!r}"


def ordered(items):
    """Lists that Moodle gives in no order of its own: courses, the functions of a
    service, the members of a group. All others are compared as they stand."""
    if all(isinstance(item, int) for item in items):
        return sorted(items)
    for key, others in (("shortname", ()), ("name", ("version",))):
        if all(isinstance(item, dict) and {key, *others} <= set(item) for item in items):
            return sorted(items, key=lambda item: item[key])
    return items


def comparable(function, body):
    """Without the numbers that only Moodle's own tables give: those of sections and of
    modules, which are nobody's attendance id; nor the moment at which a course was
    edited."""
    rows = body.get("courses", ()) if isinstance(body, dict) else body
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and "shortname" in row:
            row.pop("timemodified", None)
    if function == "core_course_get_contents" and isinstance(body, list):
        for section in body:
            section.pop("id")
            for module in section["modules"]:
                module.pop("id")
    return body


# The last row of the log before the first recorded write.
LAST_ROW = 8151
