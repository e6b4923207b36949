from . import moodle_backfill, moodle_gap_map, moodle_letter_choose
