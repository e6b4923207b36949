from odoo.tools.sql import make_index_name

from .models.op_attendance_register import PAIR_INDEX
from .services.openeducat import database_facts

ADDON = "openeducat_moodle_attendance"
# The add-on's indexes on columns that are OpenEduCat's; Odoo takes away the columns of a module
# that is uninstalled, with their indexes, and nothing else.
INDEXES = [make_index_name("op_attendance_line", "attendance_id"), PAIR_INDEX]


def uninstall_hook(env):
    """Leave no index, activity, saved search or parameter behind. Should another module want the same index,
    Odoo makes it again when that is next updated."""
    for name in INDEXES:
        env.cr.execute(f'DROP INDEX IF EXISTS "{name}"')
    database_facts.forget(env.cr)
    ours = [name for name, model in env.registry.items() if model._original_module == ADDON]
    # On 18.0 the activities' type can't go before them.
    env["mail.activity"].search([("res_model", "in", ours)]).unlink()
    env["ir.filters"].with_context(active_test=False).search([("model_id", "in", ours)]).unlink()
