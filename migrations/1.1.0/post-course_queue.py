"""Before 1.1.0 a run or report that had not ended kept the courses that were left in itself; from
1.1.0 on they are rows. Odoo takes the old column away when the update ends."""


def migrate(cr, version):
    """:param version: that the database had"""
    if not version:
        return
    for table, link in (("moodle_sync_run", "run_id"), ("moodle_sync_report", "report_id")):
        cr.execute(
            "SELECT FROM information_schema.columns "
            "WHERE table_name = %s AND column_name = 'pending'",
            (table,),
        )
        if not cr.rowcount:
            continue
        cr.execute(  # pylint: disable=sql-injection
            f"""
            INSERT INTO moodle_course_queued ({link}, queue, course)
            SELECT owner.id, queue.key, course.value::int
              FROM {table} owner
                   CROSS JOIN jsonb_each(owner.pending) queue
                   CROSS JOIN jsonb_array_elements_text(queue.value)
                              WITH ORDINALITY course (value, place)
             WHERE owner.state = 'running' AND jsonb_typeof(owner.pending) = 'object'
             ORDER BY owner.id, queue.key, course.place
                ON CONFLICT DO NOTHING
            """
        )
        cr.execute(  # pylint: disable=sql-injection
            f"UPDATE {table} SET queued = true "
            "WHERE state = 'running' AND jsonb_typeof(pending) = 'object'"
        )
