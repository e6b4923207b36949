from . import moodle_backfill, moodle_gap_map
