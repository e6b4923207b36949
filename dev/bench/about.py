"""What the numbers depend on: when, of what, on which machine."""

import os
import platform
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path


def about():
    """:return: dict of plain values"""

    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def setting(name):
        return said("psql", "-qAt", "-d", "postgres", "-c", f"SHOW {name}")

    checkout = os.environ["CHECKOUT"]
    model = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": said("git", "-C", checkout, "describe", "--always", "--dirty"),
        "processor": model[0].partition(":")[2].strip() if model else platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "odoo": said(sys.executable, "-m", "odoo", "--version"),
        "postgresql": setting("server_version"),
        "fsync": setting("fsync"),
        "synchronous_commit": setting("synchronous_commit"),
    }
