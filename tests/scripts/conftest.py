"""The scripts are run by `test_scripts.py`, each in a process of its own."""

from pathlib import Path

collect_ignore = [
    path.name
    for path in Path(__file__).parent.glob("*.py")
    if not path.name.startswith("test_")
]
