"""A teacher pastes a photo into the description of a session that was made for a sheet: nothing of
it is needed here but the reference, wherever it stands."""

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..services.moodle.companion_api import _session
from .builders import START
from .moodle_server import Fault
from .test_both import BothCase
from .test_run import SYNC

PHOTO = '<p dir="ltr"><img src="data:image/png;base64,' + "iVBORw0KGgo/" * 75_000 + '"></p>'


class PhotoCase(BothCase):
    added = "mod_attendance_add_session"

    def setUp(self):
        super().setUp()
        self.instance.create_moodle_sessions = True

    @mute_logger(SYNC)
    def test_its_session_is_found_by_what_stands_behind_a_photo(self):
        self.make_sheet("PALE")
        self.server.faults.append(Fault.cut_after(function=self.added))
        self.sync()
        (session,) = self.moodle.sessions_of(self.moodle_course)
        session.description = PHOTO + session.description
        for _run in range(2):
            self.assertEqual(self.sync().state, "done")
            self.assertEqual(self.moodle.sessions_of(self.moodle_course), [session])
            self.assertBoth(session, "PALE")

    def test_a_photo_in_each_of_many_sessions(self):
        """40 of them are more than an answer may have."""
        sessions = [self.add_session("PALE", starts=START + n * 3600) for n in range(40)]
        for session in sessions:
            session.description = PHOTO
        result = self.sync()
        self.assertEqual(result.state, "done", result)
        self.assertFalse(self.open_gaps())
        self.assertEqual({self.statuses(session) for session in sessions}, {"PALE"})


@tagged("post_install", "-at_install")
class TestPhotos(PhotoCase):
    pass


@tagged("post_install", "-at_install")
class TestPhotosWithThePlugIn(PhotoCase):
    profile = "companion"
    added = "local_wsattendance_add_session"


@tagged("post_install", "-at_install")
class TestReference(BaseCase):
    """Of the plug-in before its version 1.1, and of later ones."""

    def description(self, **values):
        item = {
            "id": 1, "attendanceid": 2, "groupid": 0, "sessdate": START, "duration": 0,
            "statusset": 0, "lasttaken": 0, "lasttakenby": 0, "timemodified": 0, "marks": [],
        }  # fmt: skip
        return _session({**item, **values}).description

    def test_what_is_made_of_it(self):
        for values, wanted in (
            ({"description": "Lesson [oec_sheet_7]"}, "Lesson [oec_sheet_7]"),
            ({"description": "Lesson [oec_sheet_7]", "reference": "oec_sheet_7"}, "Lesson [oec_sheet_7]"),
            ({"description": "x", "reference": "oec_sheet_7"}, "x [oec_sheet_7]"),
            ({"description": "x", "reference": ""}, "x"),
            ({"description": "x", "reference": None}, "x"),
        ):  # fmt: skip
            self.assertEqual(self.description(**values), wanted)
