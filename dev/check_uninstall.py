"""What an uninstalled addon has left behind, in an Odoo shell: see uninstall.sh."""

import os
import sys

ADDON = "openeducat_moodle_attendance"
NAMED = {
    "tables": "SELECT table_name FROM information_schema.tables WHERE table_name ~ 'moodle'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns "
    "WHERE column_name ~ 'moodle' OR table_name ~ 'moodle'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE indexdef ~ 'moodle' "
    "OR indexname = 'op_attendance_line__attendance_id_index'",
    "constraints": "SELECT conname FROM pg_constraint WHERE conname ~ 'moodle'",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE sequencename ~ 'moodle'",
}
# Rows that may name it afterwards.
KNOWN = {
    # The module itself can be installed again; the stand-ins for OpenEduCat have its author.
    "ir_module_module": f"name = '{ADDON}' OR author ~ 'Moodle'",
    "ir_module_module_dependency": "true",
    "ir_module_module_exclusion": "true",
    # Odoo leaves these of every module: external ids of the choices that a model gets from
    # mail's activities or inherits with other modules, and its own note of foreign keys that are gone with their columns.
    "ir_model_data": f"(module = 'base' AND name = 'module_{ADDON}') "
    "OR (module = 'mail' AND name LIKE 'selection__moodle_instance__activity_%') "
    "OR (module != 'openeducat_moodle_attendance' AND name LIKE 'model_inherit__moodle_%')",
    "ir_model_constraint": "type = 'f'",
    "ir_logging": "true",
    # The database's own name; and the school's own demo data.
    "bus_bus": "true",
    "res_partner": "true",
}


def left_behind(env):
    found = []
    for what, query in NAMED.items():
        env.cr.execute(query)
        found += [f"{what}: {name}" for (name,) in env.cr.fetchall()]
    env.cr.execute(
        """SELECT c.table_name, c.column_name FROM information_schema.columns c
             JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
              AND c.table_name ~ '^(ir|mail|res|bus|base)_'
              AND c.data_type IN ('character varying', 'text', 'jsonb')"""
    )
    for table, column in env.cr.fetchall():
        known = KNOWN.get(table, "false")
        env.cr.execute(  # pylint: disable=E8103
            f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ~* \'moodle\' AND NOT ({known})'
        )
        (number,) = env.cr.fetchone()
        if number:
            found.append(f"rows: {table}.{column} {number}")
    return found


left = left_behind(env)  # noqa: F821
for line in left:
    print("left behind:", line)
print("left behind:", len(left))
sys.stdout.flush()
# The shell goes on after an error.
os._exit(bool(left))
