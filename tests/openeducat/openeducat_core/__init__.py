# Part of openeducat_moodle_attendance. License LGPL-3.0 or later.
from . import models
from .hooks import post_init_hook
