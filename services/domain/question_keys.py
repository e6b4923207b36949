"""Under which key it is kept what a person has said of lessons under new numbers. Pure."""

from .lessons import Lesson, Place
from .records import MoodleSession


def question_key(lesson: Lesson, session: MoodleSession) -> str:
    """Under which it is kept what a person has said of them: of whole activities once for all of
    their sessions."""
    if not lesson.whole:
        return f"{lesson.session_id}>{session.id}"
    return activities_key(lesson.place, session.activity_id)


def activities_key(place: Place, activity: int) -> str:
    return f"{place[0]}:{place[1]}>{activity}"
