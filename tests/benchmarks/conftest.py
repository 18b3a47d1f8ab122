"""Only the harness is tested here; the measurements are started by `make bench`."""

collect_ignore = ["cases.py", "engines.py", "kernels.py", "run.py", "work.py"]
