"""In which batches students are and have been. ORM, in the environment of ``local_store``."""

from odoo.tools import SQL

from ..domain.own_batch import Detail, Enrolment, Left, all_batches, several_batches
from ..domain.window import date_of
from .local_store import unix
from .rows import columns


def enrolments(env, course_id, students, zone):
    """What is known of students in one course, in one query.

    :param course_id: of op.course
    :param students: ids of op.student
    :param zone: name of the time zone in which days are told
    :return: ``{student id: Enrolment}``
    """
    domain = [("course_id", "=", course_id), ("student_id", "in", students)]
    now = _selected(
        env["op.student.course"], domain, "student_id", "id", "batch_id", "create_date", "state"
    )
    before = _selected(
        env["moodle.batch.change"], domain, "student_id", "detail_id", "batch_id", "changed_at"
    )
    details, left = {}, {}
    # The order of rows is nobody's concern, see own_batch.
    both = SQL("(%s) UNION ALL (SELECT *, NULL FROM (%s) AS noted)", now, before)
    for student, number, batch, moment, state in env.execute_query(both):
        day = date_of(unix(moment), zone)
        if state is None:
            left.setdefault(student, []).append(Left(number, batch, day))
        else:
            detail = Detail(number, batch or 0, state == "running", day)
            details.setdefault(student, []).append(detail)
    return {
        student: Enrolment(tuple(details.get(student, ())), tuple(left.get(student, ())))
        for student in details.keys() | left.keys()
    }


def taught(env, subject, enrolled):
    """Of which batches a subject is taught, as far as it has to be known. Nothing is asked where
    no student is in several.

    :param subject: ``records.Subject``
    :param enrolled: iterable of ``Enrolment``
    :return: frozenset of ids of op.batch
    """
    batches = {
        batch
        for enrolment in enrolled
        if several_batches(enrolment)
        for batch in all_batches(enrolment)
    }
    if not batches:
        return frozenset()
    of_subject = [
        ("subject_id", "=", subject.subject_id),
        ("course_id", "=", subject.course_id),
        ("batch_id", "in", list(batches)),
    ]
    sheets = _selected(env["op.attendance.register"], of_subject, "batch_id")
    lessons = [*of_subject, ("state", "!=", "cancel")]
    timetable = _selected(env["op.session"], lessons, "batch_id")
    found = env.execute_query(SQL("(%s) UNION (%s)", sheets, timetable))
    return frozenset(batch for (batch,) in found)


def _selected(model, domain, *names):
    """:return: ``SQL`` of some fields of what a domain finds"""
    query = model._search(domain)
    return query.select(*columns(model, query, names))
