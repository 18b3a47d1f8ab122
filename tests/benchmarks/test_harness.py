"""The benchmark harness still runs: one tiny case, one round. No time is asserted."""

import subprocess
import sys
from pathlib import Path


def test_one_tiny_case_runs_and_prints_its_row():
    script = Path(__file__).with_name("run.py")
    result = subprocess.run(
        [sys.executable, str(script), "--only", "tiny", "--rounds", "1",
         "--engines", "edukeras", "sgemm"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    row = [line for line in result.stdout.splitlines() if line.startswith("| tiny")]
    assert len(row) == 1
    assert "kernels" in result.stdout
