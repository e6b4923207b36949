"""A small scripted Moodle with the Attendance activity, for tests and demos.

    state = MoodleState(timezone="Asia/Kolkata")
    course = state.add_course("Algebra I", shortname="ALG1", idnumber="oec_subj_1_course_1")
    ...
    with MoodleServer(state, profile="2026") as server:
        print(server.url)

It runs by itself, too: ``cd tests && python -m moodle_server --port 8100``.
"""

from .faults import Fault
from .server import MoodleServer
from .state import DEFAULT_STATUSES, MoodleState
