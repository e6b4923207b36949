"""What the scheduled action does, once, in an Odoo shell; ``JOBS_BEGUN`` names a file for the
moment at which it began. With ``JOBS_BUTTON`` somebody presses *Sync now* first."""

import os
import time
from pathlib import Path

if os.environ.get("JOBS_BUTTON"):
    env["moodle.instance"].search([]).action_sync_now()  # noqa: F821
    env.cr.commit()  # noqa: F821
action = env.ref("openeducat_moodle_attendance.ir_cron_sync_attendance")  # noqa: F821
Path(os.environ["JOBS_BEGUN"]).write_text(str(time.time()))
action.method_direct_trigger()
env.cr.commit()  # noqa: F821
