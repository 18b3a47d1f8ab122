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


def test_the_parts_of_a_step_and_the_kernels_are_measured():
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import kernels
from cases import Case


def once(call, seconds=0):
    call()
    return 1.0

kernels.best = once
case = Case("small 4-3-2", 4, "rmsprop", sizes=(4, 3, 2), steps=2)
print(*(row[0].split(",")[0] for row in kernels.one_step(case)), sep="|")
print(len(kernels.kernels_of(("tiny",))) > 4)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    parts, several = result.stdout.splitlines()
    assert parts.startswith("part|gather the batch|dense|dense|loss|")
    assert "|RMSprop|" in parts
    assert parts.endswith("|Python: loop|one step of fit|of these")
    assert several == "True"
