from .runs.survey import Survey
from .runs.sync_attendance import SkippedError, SyncAttendance
