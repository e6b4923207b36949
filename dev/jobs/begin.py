"""What the scheduled action does, once, in an Odoo shell; ``JOBS_BEGUN`` names a file for the
moment at which it began."""

import os
import time
from pathlib import Path

action = env.ref("openeducat_moodle_attendance.ir_cron_sync_attendance")  # noqa: F821
Path(os.environ["JOBS_BEGUN"]).write_text(str(time.time()))
action.method_direct_trigger()
env.cr.commit()  # noqa: F821
