"""Two generations of mod_attendance: the recorded one of 2024, and the rewrite of 2026,
which checks the status and its set before it writes and answers ``OK``."""

from .errors import MoodleException
from .params import INTEGER


class Profile2024:
    name = "2024"
    release = "4.3 (Build: 20231009)"
    moodle_version = "2023100900"
    plugin_version = "2024020500"
    update_answer = None

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

    def default_today_user(self, user):
        return user.id

    def check_update(self, state, session, status_id, status_set):
        """PHP's ``(int)``: the digits in front, else 0."""
        found = INTEGER.match(status_set.strip())
        if (int(found[0]) if found else 0) != session.statusset:
            raise MoodleException("invalidparameter")
        if status_id not in {status.id for status in state.statuses_of(session)}:
            raise MoodleException("invalidparameter")


PROFILES = {profile.name: profile for profile in (Profile2024(), Profile2026())}
