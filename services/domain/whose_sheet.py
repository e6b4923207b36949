"""Of which Moodle course a sheet is that was made in OpenEduCat, and what is told where that,
or its session, is not known. Pure."""

from collections.abc import Sequence

from .course_index import CourseIndex
from .findings import Findings
from .records import CourseReading, Sheet
from .window import Rules


def owner(reading: CourseReading, sheet: Sheet, rules: Rules) -> int:
    """Of several Moodle courses for one subject and course, the one that a sheet belongs to
    by its date.

    :return: id of the Moodle course; 0 where that can't be told
    """
    if not reading.rivals:
        return reading.course.id
    courses = (reading.course, *reading.rivals)
    holding = [course.id for course in courses if rules.holds(course, sheet.date)]
    return holding[0] if len(holding) == 1 else 0


def two_courses(index: CourseIndex, sheet: Sheet, findings: Findings) -> None:
    """Note a sheet that can be of more than one Moodle course."""
    reading = index.reading
    names = sorted(course.fullname for course in (reading.course, *reading.rivals))
    findings.gap(
        "two_courses",
        f"sheet:{sheet.id}",
        {"sheet": sheet.name, "day": sheet.date.isoformat(), "courses": tuple(names)},
        marks=len(index.lines(sheet.id)),
        record=("op.attendance.sheet", sheet.id),
    )


def conflicting(why: str, sheets: Sequence[Sheet], findings: Findings) -> None:
    """Note sheets of one batch and day that are in nobody's place.

    :param why: ``sheets_unsure`` where sessions wait for them, else ``sheets_beside``
    :param sheets: not empty
    """
    batch, day = sheets[0].batch_id, sheets[0].date
    names = tuple(sorted(sheet.name for sheet in sheets))
    if why == "sheets_unsure":
        # One gap for the day; of a push they have one each.
        for sheet in sheets:
            several_no_more(sheet, findings)
    findings.gap(why, f"{batch}:{day}", {"sheets": names, "day": day.isoformat()})


def several_no_more(sheet: Sheet, findings: Findings) -> None:
    """Take back that several sessions fit a sheet: its marks have told more."""
    findings.drop("several_sessions", f"sheet:{sheet.id}")
