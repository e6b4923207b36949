# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from odoo.addons.openeducat_core.hooks import give_to_admin

from . import models


def post_init_hook(env):
    give_to_admin(env, "openeducat_timetable.group_op_timetable_manager")
