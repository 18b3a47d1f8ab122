"""Kernels of several versions of ipykernel, for the tests of live training.

Widget messages take other ways in ipykernel 6, 7.3 and 7.4.  To install all three:

    python -m tests.browser.kernels

puts each into a folder of its own below `.kernels`, or below the folder that the
environment variable EDUKERAS_KERNELS names.  The tests use those that are there, and
always the one that is installed.
"""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("EDUKERAS_KERNELS", ROOT / ".kernels"))
VERSIONS = ("6.31", "7.3", "7.4")


def folder_of(version):
    """Where a version is; None for the installed one; "" if it is not there."""
    if importlib.metadata.version("ipykernel").startswith(version + "."):
        return None
    folder = FOLDER / f"ipykernel-{version}"
    return str(folder) if folder.is_dir() else ""


def add_kernel(data_folder, version):
    """Tells Jupyter about a kernel of this version; gives the kernel's name."""
    name = f"ipykernel-{version}"
    folders = [folder_of(version), str(ROOT)]
    specification = {
        "argv": [
            *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")
        ],
        "display_name": name,
        "language": "python",
        "env": {"PYTHONPATH": os.pathsep.join(filter(None, folders))},
    }
    folder = Path(data_folder) / "kernels" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(json.dumps(specification))
    return name


def install():
    for version in VERSIONS:
        if folder_of(version) == "":
            target = FOLDER / f"ipykernel-{version}"
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            wanted = f"ipykernel=={version}.*"
            subprocess.run([*pip, "--target", str(target), wanted], check=True)
        print(f"ipykernel {version}: {folder_of(version) or 'installed'}")


if __name__ == "__main__":
    install()
