"""``python -m moodle_server --port 8100 --profile 2026``: a Moodle with one course."""

import argparse
import sys
import threading
import time
from contextlib import suppress

from . import MoodleServer, MoodleState
from .profiles import PROFILES

TOKEN = "0123456789abcdef0123456789abcdef"


def small_school(service="both"):
    state = MoodleState()
    user = state.add_user("oecsync", "Odoo", "Sync")
    state.add_token(TOKEN, user, service)
    course = state.add_course("Algebra I", "ALG1", "oec_subj_1_course_1")
    activity = state.add_attendance(course, "Lectures")
    session = state.add_session(activity, int(time.time()) - 3600)
    for number in range(1, 6):
        student = state.add_user(
            f"student{number}", f"Student {number}", "Test", idnumber=f"oec_student_{number}"
        )
        state.enrol(course, student)
        state.mark(session, student, "PALEP"[number - 1])
    return state


def main():
    parser = argparse.ArgumentParser(prog="moodle_server")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--profile", choices=PROFILES, default="2024")
    options = parser.parse_args()
    school = small_school(PROFILES[options.profile].service)
    with MoodleServer(school, options.profile, options.port) as server:
        sys.stdout.write(f"Moodle: {server.url}  token: {TOKEN}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


main()
