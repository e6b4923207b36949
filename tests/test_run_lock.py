"""Who keeps whom out, on connections of their own."""

from contextlib import ExitStack
from unittest.mock import patch

from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name

from ..services.runs import run_lock
from ..services.runs.run_lock import course_lock, instance_lock, shared_instance_lock

# Of no instance that there is.
HERE, OTHER = -1, -2


@tagged("post_install", "-at_install")
class TestRunLock(BaseCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.held = ExitStack()
        self.addCleanup(self.held.close)
        patcher = patch.object(run_lock, "PATIENCE", 0.1)
        patcher.start()
        self.addCleanup(patcher.stop)

    def hold(self, lock, *about):
        return self.held.enter_context(lock(self.registry, *about))

    def test_alone(self):
        self.assertTrue(self.hold(instance_lock, HERE))
        self.assertFalse(self.hold(instance_lock, HERE))
        self.assertFalse(self.hold(shared_instance_lock, HERE))
        self.assertTrue(self.hold(instance_lock, OTHER))

    def test_together(self):
        self.assertTrue(self.hold(shared_instance_lock, HERE))
        self.assertTrue(self.hold(shared_instance_lock, HERE))
        self.assertFalse(self.hold(instance_lock, HERE))
        self.held.close()
        self.assertTrue(self.hold(instance_lock, HERE))

    def test_one_course(self):
        self.assertTrue(self.hold(course_lock, HERE, (1, 2)))
        self.assertFalse(self.hold(course_lock, HERE, (1, 2)))
        self.assertTrue(self.hold(course_lock, HERE, (2, 1)))
        self.assertTrue(self.hold(course_lock, OTHER, (1, 2)))
        self.assertTrue(self.hold(instance_lock, HERE), "a course is no instance")

    def test_a_lock_ends_with_what_failed(self):
        with self.assertRaises(ZeroDivisionError), course_lock(self.registry, HERE, (1, 2)):
            raise ZeroDivisionError
        self.assertTrue(self.hold(course_lock, HERE, (1, 2)))
