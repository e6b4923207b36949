from .survey import Survey
from .sync_attendance import SkippedError, SyncAttendance
