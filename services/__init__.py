from .sync_attendance import SkippedError, SyncAttendance
