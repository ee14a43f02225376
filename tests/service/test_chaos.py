"""The small sibling of `make chaos`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "chaos.py"


def test_no_job_is_lost_or_different_when_each_part_is_killed(postgres):
    command = [sys.executable, str(TOOL), "--jobs", "15", "--kills", "3"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| lost | 0 |" in done.stdout
