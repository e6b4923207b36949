"""Before and after an update, in an Odoo shell: see upgrade.sh.

Generic: everything that is stored in the add-on's models and fields before is there
afterwards, unless the new state has given up the field.
"""

import json
import os
import sys
from pathlib import Path

from odoo.exceptions import ValidationError

ADDON = "openeducat_moodle_attendance"
NOTES = Path(os.environ["UPGRADE_NOTES"])
# Of the demo's Moodle.
TOKEN = "0123456789abcdef0123456789abcdef"
# Moodle courses that a run has still to do.
LEFT = [7, 3]
# What an update is meant to change: twins are archived.
MEANT = {("moodle_instance", "active"), ("moodle_instance", "write_date")}


def expected(table, column, values):
    """What an update leaves of a value: keys of gaps say their kind and course once.

    :param values: ``{column: text}`` of the row before
    """
    value = values[column]
    if (table, column) == ("moodle_sync_gap", "key"):
        place = f"{values['kind']}:{values['unit']}:"
        return value.removeprefix(place) if value.startswith(place * 2) else value
    return value


def tables(env):
    env.cr.execute(
        r"""SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = current_schema()
               AND (table_name ~ '^moodle_(instance|mapping|sync)'
                    OR (table_name ~ '^op_attendance' AND column_name ~ '^(id$|moodle_)'))
             ORDER BY 1, 2"""
    )
    found = {}
    for table, column in env.cr.fetchall():
        found.setdefault(table, []).append(column)
    return {table: columns for table, columns in found.items() if "id" in columns}


def content(env, wanted):
    """``{table: {id: {column: text}}}``"""
    result = {}
    for table, columns in wanted.items():
        chosen = ", ".join(f'row."{column}"::text' for column in columns)
        env.cr.execute(f'SELECT row.id, {chosen} FROM "{table}" row ORDER BY row.id')  # pylint: disable=E8103
        result[table] = {
            str(row[0]): dict(zip(columns, row[1:], strict=True)) for row in env.cr.fetchall()
        }
    return result


def twin_of(env, instance):
    """A second instance that is archived after the update: of the same Moodle, as old states
    took it, else one that is archived already."""
    try:
        with env.cr.savepoint():
            twin = instance.copy({"name": "Twin", "url": f"{instance.url.upper()}/"})
            env.flush_all()
    except ValidationError:
        twin = instance.copy({"name": "Twin", "url": "https://twin.example.com", "active": False})
    twin.token = "T"
    return twin


def before(env):
    instance = env["moodle.instance"].search([], limit=1)
    twin = twin_of(env, instance)
    Run = env["moodle.sync.run"]
    if "pending" in Run._fields:
        # Of an instance whose run the update does not go on with.
        values = {"instance_id": twin.id, "trigger": "cron", "pending": {"courses": LEFT}}
        Run.create(values)
    env.cr.commit()
    kept = {"rows": content(env, tables(env)), "instance": instance.id, "twin": twin.id}
    NOTES.write_text(json.dumps(kept), encoding="utf-8")
    print("before:", {table: len(rows) for table, rows in kept["rows"].items()})


def gaps_made_again(env, before):
    """Gaps that a run has opened again though they were there before the update.

    :param before: ``{id: {column: text}}``
    """
    known = {(row["kind"], row["unit"], row["moodle_id"]) for row in before.values()}
    for gap in env["moodle.sync.gap"].search([("id", "not in", list(map(int, before)))]):
        if (gap.kind, str(gap.unit), str(gap.moodle_id)) in known:
            yield f"gap {gap.id} was there before: {gap.key}"


def after(env):
    kept = json.loads(NOTES.read_text(encoding="utf-8"))
    problems = []
    now = tables(env)
    for table, rows in kept["rows"].items():
        columns = [c for c in now.get(table, ()) if rows and c in next(iter(rows.values()))]
        if rows and not columns:
            print(f"given up: {table}")
            continue
        current = content(env, {table: columns or ["id"]})[table]
        for number, values in rows.items():
            for column in columns:
                value = current.get(number, {}).get(column, "(gone)")
                wanted = expected(table, column, values)
                if value != wanted and (table, column) not in MEANT:
                    problems.append(f"{table} {number} {column}: {wanted} -> {value}")
    instances = env["moodle.instance"].with_context(active_test=False)
    instance, twin = (instances.browse(kept[name]) for name in ("instance", "twin"))
    if not instance.active or twin.active:
        problems.append("the twin is not archived")
    if "site_key" in instances._fields and not all(instances.search([]).mapped("site_key")):
        problems.append("an instance has no site_key")
    unfinished = env["moodle.sync.run"].search([("instance_id", "=", twin.id)])
    if unfinished and (unfinished._left(), unfinished.queued) != (LEFT, True):
        problems.append(f"what a run had still to do is {unfinished._left()}")
    module = env["ir.module.module"].search([("name", "=", ADDON)])
    if module.state != "installed":
        problems.append(f"the module is {module.state}")
    print(f"after: version {module.latest_version}, {len(problems)} problems")
    # A saved token does not follow the address.
    instance.write({"url": os.environ["UPGRADE_MOODLE"], "token": TOKEN})
    instance.sync_attendance_from = "moodle"
    env.cr.commit()
    (result,) = instance.sync_attendance()
    print(result.message)
    env.cr.rollback()
    names = (
        "registers_created",
        "sheets_created",
        "lines_created",
        "sheets_moved",
        "sheets_cancelled",
    )
    made = {name: result.counters[name] for name in names if result.counters[name]}
    if result.state != "done" or made:
        problems.append(f"a run is {result.state} and makes {made}")
    problems += gaps_made_again(env, kept["rows"]["moodle_sync_gap"])
    for problem in problems[:20]:
        print("problem:", problem)
    # The shell goes on after an error.
    sys.stdout.flush()
    os._exit(bool(problems))


{"before": before, "after": after}[os.environ["UPGRADE_PART"]](env)  # noqa: F821
