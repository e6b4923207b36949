"""Moodle's errors: HTTP 200 and an object with the key ``exception`` (recordings
``errors``, ``site_state``)."""

CLASSES = {
    "accessexception": ("webservice_access_exception", "Access control exception"),
    "activityisscheduledfordeletion": (
        "moodle_exception",
        "Activity deletion in progress.",
    ),
    "codingerror": ("coding_exception", "Coding error detected, it must be fixed by a programmer"),
    "dbconnectionfailed": ("dml_connection_exception", "<p>Error: Database connection failed</p>"),
    "errorcoursecontextnotvalid": (
        "moodle_exception",
        "You cannot execute functions in the course context.",
    ),
    "errorinvalidparam": ("moodle_exception", "The param is invalid."),
    "invalidparameter": ("invalid_parameter_exception", "Invalid parameter value detected"),
    "invalidrecord": (
        "dml_missing_record_exception",
        "Can't find data record in database table {table}.",
    ),
    "invalidrecordunknown": (
        "dml_missing_record_exception",
        "Can't find data record in database.",
    ),
    "invalidresponse": ("invalid_response_exception", "Invalid response value detected"),
    "invalidtoken": ("moodle_exception", "Invalid token - token not found"),
    "invaliduser": ("dml_missing_record_exception", "Invalid user"),
    "nopermissions": (
        "required_capability_exception",
        "Sorry, but you do not currently have permissions to do that.",
    ),
    "requireloginerror": ("require_login_exception", "Course or activity not accessible."),
    "sitemaintenance": (
        "moodle_exception",
        "The site is undergoing maintenance and is currently not available",
    ),
}


class MoodleException(Exception):
    """:param errorcode: ``None`` for a PHP fault, which carries none
    :param kind: the class, where it is not the usual one of that code
    """

    def __init__(self, errorcode, table="", message=None, kind=None):
        usual, text = CLASSES.get(errorcode, ("moodle_exception", errorcode or ""))
        kind = kind or usual
        if errorcode is None:
            kind, text = "Error", message or "Call to a member function on null"
        self.answer = {"exception": kind, "errorcode": errorcode}
        if errorcode is None:
            del self.answer["errorcode"]
        self.answer["message"] = message or text.format(table=table)
        super().__init__(errorcode)

    @property
    def debugged(self):
        """As a site with developer debugging tells it (recording ``errors``): what a
        plain ``moodle_exception`` has nothing to add to."""
        if self.answer["exception"] == "moodle_exception":
            return self.answer
        return {**self.answer, "debuginfo": "Details for a developer"}


def wrong(parameter):
    """What local_wsattendance says of a parameter that it can't take."""
    message = f"Invalid parameter: {parameter}"
    return MoodleException("invalidparameter", message=message, kind="moodle_exception")
