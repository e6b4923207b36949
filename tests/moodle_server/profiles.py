"""What is installed. Two generations of mod_attendance: the recorded one of 2024 on Moodle 4.3,
and the rewrite of 2026 on Moodle 5.1, which checks the status and its set before it writes and
answers ``OK``. Each with our plug-in local_wsattendance beside it, too.

Recordings ``companion/4.3`` are of what is named ``companion-2024`` here; those of
``companion/5.1`` are of Moodle 5.1 with the plug-in and the Attendance of 2024, which differ from
``companion`` in nothing that the plug-in's functions show."""

from .errors import MoodleException
from .params import INTEGER

# Classes that Moodle 5.1 has moved into a namespace; in an answer it names them in full.
MOVED = {
    "coding_exception", "invalid_parameter_exception", "invalid_response_exception",
    "moodle_exception", "require_login_exception", "required_capability_exception",
}  # fmt: skip


class Profile2024:
    """``service``: the functions that a token should have, a key of ``state.SERVICES``;
    ``companion``: whether local_wsattendance is there."""

    name = "2024"
    service = "both"
    companion = False
    release = "4.3 (Build: 20231009)"
    moodle_version = "2023100900"
    plugin_version = "2024020500"
    update_answer = None
    # What site info has beside what all versions of Moodle tell: keys, and advanced features.
    more_info, more_features = {}, {}

    def told(self, error):
        """:param error: the answer of a ``MoodleException``"""
        return error

    def version(self, function):
        return self.plugin_version if "attendance" in function else self.moodle_version

    def default_today_user(self, user):
        """Without a user id the function fails: there is no user 0."""
        return 0

    def check_update(self, state, session, status_id, status_set):
        """Nothing of it is checked."""


class Profile2026(Profile2024):
    name = "2026"
    release = "5.1.3 (Build: 20260216)"
    moodle_version = "2025100603"
    plugin_version = "2026042102"
    update_answer = "OK"
    more_info, more_features = {"policyagreed": 1}, {"enablecompetencies": 1}

    def told(self, error):
        if error["exception"] in MOVED:
            return {**error, "exception": f"core\\exception\\{error['exception']}"}
        return error

    def default_today_user(self, user):
        return user.id

    def check_update(self, state, session, status_id, status_set):
        """PHP's ``(int)``: the digits in front, else 0."""
        found = INTEGER.match(status_set.strip())
        if (int(found[0]) if found else 0) != session.statusset:
            raise MoodleException("invalidparameter")
        if status_id not in {status.id for status in state.statuses_of(session)}:
            raise MoodleException("invalidparameter")


class WithCompanion:
    """What local_wsattendance adds."""

    service = "companion"
    companion = True
    companion_version = "2026120101"

    def version(self, function):
        if "_wsattendance_" in function:
            return self.companion_version
        return super().version(function)


class Companion2024(WithCompanion, Profile2024):
    name = "companion-2024"


class Companion2026(WithCompanion, Profile2026):
    name = "companion"


PROFILES = {
    profile.name: profile
    for profile in (Profile2024(), Profile2026(), Companion2026(), Companion2024())
}
