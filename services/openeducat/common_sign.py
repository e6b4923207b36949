"""A fingerprint of what the plans of all courses of an instance are made from here: students,
batches, attendance types, and who is who. ORM.

One query in a run, so that no course has to ask whether any of it has changed. Of each row what
is read of it (``people_store``, ``local_store``) is taken, not when it was written: a person's
telephone number is nobody's concern here.
"""

from functools import cached_property

from odoo.tools import SQL

from ..domain.status import FIELDS

# Sums, because they need neither an order nor the memory for a text of all rows.
_SUM = "coalesce(sum(hashtextextended(row::text, 0)), 0)::text"
_ROWS = (
    """SELECT student.id, partner.email_normalized FROM op_student student
       LEFT JOIN res_partner partner ON partner.id = student.partner_id""",
    "SELECT id, student_id, course_id, batch_id, state, create_date FROM op_student_course",
    "SELECT detail_id, student_id, course_id, batch_id, changed_at FROM moodle_batch_change",
    """SELECT id, course_id FROM op_batch""",
)


class CommonSign:
    """:param instance: the ``moodle.instance``, in the run's environment"""

    def __init__(self, instance):
        self._instance = instance

    @cached_property
    def text(self):
        """Found when it is asked for first. What changes later in the run is another text in the
        next one."""
        return _common_sign(self._instance)


def _common_sign(instance):
    env = instance.env
    types = ["id", "active", *FIELDS.values()]
    if "company_id" in env["op.attendance.type"]._fields:
        types.append("company_id")
    rows = [
        *map(SQL, _ROWS),
        SQL(
            "SELECT %s FROM op_attendance_type",
            SQL(", ").join(SQL.identifier(name) for name in types),
        ),
        SQL(
            "SELECT model, moodle_id, oec_record_id, found_by, moodle_idnumber, moodle_name "
            "FROM moodle_mapping WHERE model != 'op.subject' AND instance_id = %s",
            instance.id,
        ),
    ]
    sums = [SQL("(SELECT %s FROM (%s) row)", SQL(_SUM), each) for each in rows]
    env.flush_all()
    env.cr.execute(SQL("SELECT %s", SQL(", ").join(sums)))
    return " ".join((*env.cr.fetchone(), str(instance.match_by_email)))
