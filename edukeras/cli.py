"""The command `edukeras`: open the lessons, list them, say what runs here.

Each command is one function that takes the parsed arguments and returns the exit code.
`edukeras.grading` finds and copies the lessons; JupyterLab runs as a child process.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import edukeras
from edukeras import grading, kernels, lessons_cli

START_SECONDS = 60  # how long JupyterLab may take until it answers


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `edukeras ARGUMENTS`, by default those of the process; the exit code.

    >>> main(["--version"])
    Traceback (most recent call last):
    SystemExit: 0
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    end = given.index("--") if "--" in given else len(given)
    options = build_parser().parse_args(given[:end])
    options.jupyter_arguments = given[end + 1 :]  # those after "--"
    return options.command(options)


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="edukeras", description="Keras you can see through."
    )
    parser.add_argument(
        "--version", action="version", version=f"edukeras {edukeras.__version__}"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    lab_parser = commands.add_parser(
        "lab",
        help="copy the lessons and open JupyterLab on the first one",
        epilog="What follows -- goes to JupyterLab: edukeras lab -- --ip=0.0.0.0",
    )
    lab_parser.add_argument(
        "--dir",
        type=Path,
        default=Path("my-lessons"),
        help="your folder for the lessons; nothing in it is overwritten (%(default)s)",
    )
    lab_parser.add_argument(
        "--no-browser", action="store_true", help="only print the address"
    )
    lab_parser.add_argument(
        "--port", type=int, default=8888, help="first port to try (%(default)s)"
    )
    lab_parser.set_defaults(command=lab)

    info_parser = commands.add_parser(
        "info", help="versions, and whether the kernels are compiled"
    )
    info_parser.set_defaults(command=info)

    lessons_cli.add_parser(commands)
    return parser


def lab(options: argparse.Namespace) -> int:
    """Copy the learner's lessons, start JupyterLab, print its address, wait for it."""
    if find_spec("jupyterlab") is None:
        raise SystemExit(
            "edukeras lab: JupyterLab is not installed. "
            'Try: pip install "edukeras[lab]"'
        )
    folder = options.dir.resolve()
    new = grading.copy_lessons(folder)
    print(f"Lessons in {folder}: {len(new)} new; your files are never overwritten")

    port = free_port(options.port)
    token = secrets.token_hex(24)
    page = first_lesson_page(folder)
    server = subprocess.Popen(
        lab_command(folder, port, page, options),
        # In the environment and not on the command line, which other users can read.
        env={**os.environ, "JUPYTER_TOKEN": token},
    )
    # Whoever ends this process ends JupyterLab too: SystemExit passes the `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if wait_until_open(port, server):
            address = f"http://127.0.0.1:{port}{page}?token={token}"
            print(f"JupyterLab is running: {address}", "Stop it with Ctrl+C.", sep="\n")
            sys.stdout.flush()
        return server.wait()
    except KeyboardInterrupt:  # it has reached JupyterLab too, which shuts down
        return server.wait()
    finally:
        server.terminate()
        server.wait()


def lab_command(
    folder: Path, port: int, page: str, options: argparse.Namespace
) -> list[str]:
    """The command line that starts JupyterLab in `folder`, opened on `page`."""
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",  # the printed address must stay true
        f"--LabApp.default_url={page}",
        "--ServerApp.answer_yes=True",  # Ctrl+C once is enough
        "--ServerApp.log_level=WARN",
    ]
    if options.no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # a container: there is no other user
    return [*command, *options.jupyter_arguments]


def first_lesson_page(folder: Path) -> str:
    """The first lesson's path within JupyterLab: "/lab/tree/01_first_model.ipynb"."""
    notebooks = sorted(folder.glob("[0-9]*.ipynb"))
    return f"/lab/tree/{notebooks[0].name}" if notebooks else "/lab"


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on, on this machine."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit(
        f"edukeras lab: the ports {first} to {first + 99} are all taken. "
        "Try another start, such as --port 9900"
    )


def wait_until_open(port: int, server: subprocess.Popen) -> bool:
    """True when `port` answers, False when the server has ended or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def info(options: argparse.Namespace) -> int:
    """Print what a bug report needs: versions, kernels, BLAS."""
    print(f"edukeras    {edukeras.__version__}")
    print(f"kernels     {kernels.info()}")
    print(f"Python      {platform.python_version()} ({platform.platform()})")
    for name in ("numpy", "scipy", "h5py", "ipywidgets", "jupyterlab"):
        print(f"{name:<11} {installed_version(name)}")
    return 0


def installed_version(package: str) -> str:
    """The version of an installed package, without importing it.

    >>> installed_version("no-such-package")
    'not installed'
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
