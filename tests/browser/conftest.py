"""`lab.py` drives the browser and needs playwright, which may not be installed."""

collect_ignore = ["lab.py"]
