"""In what portions marks are sent and read back, in plain values."""

from odoo.tests import BaseCase, tagged

from ..services.domain.plan import PushPlan
from ..services.domain.push_batches import MARKS, SESSIONS, TIMES, Batch, batches


def push(session, student=1):
    return PushPlan(session, session, student, student, "P", 5, 0, (student,))


def marks(session, number):
    return [push(session, student) for student in range(1, number + 1)]


@tagged("post_install", "-at_install")
class TestBatches(BaseCase):
    def test_nothing(self):
        self.assertEqual(batches([], {1: 10}, True), ())

    def test_one_session_is_read_by_itself(self):
        found = batches(marks(1, 2), {1: 10}, True)
        self.assertEqual(found, (Batch(10, ((1, (push(1, 1), push(1, 2))),), False),))

    def test_a_session_is_never_divided(self):
        (batch,) = batches(marks(1, 3 * MARKS), {1: 10}, True)
        self.assertEqual(len(batch.sessions[0][1]), 3 * MARKS)

    def test_a_portion_ends_after_so_many_marks(self):
        half = MARKS // 2
        pushes = [one for session in range(1, 6) for one in marks(session, half)]
        found = batches(pushes, dict.fromkeys(range(1, 6), 10), True)
        numbers = [[session for session, _marks in batch.sessions] for batch in found]
        self.assertEqual(numbers, [[1, 2], [3, 4], [5]])

    def test_each_activity_by_itself(self):
        found = batches([push(1), push(2), push(3)], {1: 10, 2: 20, 3: 10}, True)
        numbers = [(b.activity_id, [s for s, _marks in b.sessions]) for b in found]
        self.assertEqual(numbers, [(10, [1, 3]), (20, [2])])

    def whole(self, pushed, others, lists=True):
        sessions = range(1, pushed + others + 1)
        activities = dict.fromkeys(sessions, 10) | {999: 20}
        (batch,) = batches([push(n) for n in range(1, pushed + 1)], activities, lists)
        return batch.whole

    def test_an_activity_is_read_whole_where_that_is_cheaper(self):
        self.assertTrue(self.whole(SESSIONS, 0))
        self.assertFalse(self.whole(SESSIONS - 1, 0), "few sessions")
        self.assertTrue(self.whole(SESSIONS, (TIMES - 1) * SESSIONS))
        self.assertFalse(self.whole(SESSIONS, (TIMES - 1) * SESSIONS + 1), "few of many")
        self.assertFalse(self.whole(SESSIONS, 0, lists=False), "Moodle can't list them")
