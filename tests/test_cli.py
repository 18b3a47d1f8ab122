"""The command line: what it prints, and a real JupyterLab that starts and stops."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from argparse import Namespace
from pathlib import Path

import pytest

import edukeras
from edukeras import cli

ROOT = Path(__file__).resolve().parents[1]


def test_version(capsys):
    with pytest.raises(SystemExit) as ending:
        cli.main(["--version"])
    assert ending.value.code == 0
    assert capsys.readouterr().out == f"edukeras {edukeras.__version__}\n"


def test_no_command_names_the_commands(capsys):
    with pytest.raises(SystemExit) as ending:
        cli.main([])
    assert ending.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_info_names_versions_and_kernels(capsys):
    assert cli.main(["info"]) == 0
    lines = dict(
        line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()
    )
    assert lines["edukeras"] == edukeras.__version__
    assert lines["kernels"] == str(edukeras.kernels.info())
    assert lines["numpy"][0].isdigit()


def test_lessons_list_names_every_lesson(capsys):
    assert cli.main(["lessons", "list"]) == 0
    expected = sorted(path.parent.name for path in ROOT.glob("lessons/*/checks.py"))
    assert capsys.readouterr().out.split() == expected


def test_what_follows_two_dashes_goes_to_jupyter(monkeypatch):
    seen = []
    monkeypatch.setattr(cli, "lab", lambda options: seen.append(options) or 0)
    cli.main(["lab", "--port", "9000", "--dir", "here", "--", "--ip=0.0.0.0", "--x"])
    (options,) = seen
    assert (options.port, options.dir) == (9000, Path("here"))
    command = cli.lab_command(Path("here"), 9000, "/lab", options)
    assert command[-2:] == ["--ip=0.0.0.0", "--x"]
    assert "--no-browser" not in command


def test_no_browser_is_passed_on():
    options = Namespace(no_browser=True, jupyter_arguments=[])
    assert "--no-browser" in cli.lab_command(Path("here"), 9000, "/lab", options)


def test_first_lesson_is_the_first_by_number(tmp_path):
    for name in ("02_more.ipynb", "01_first_model.ipynb", "00_notes.txt", "a.ipynb"):
        (tmp_path / name).touch()
    assert cli.first_lesson_page(tmp_path) == "/lab/tree/01_first_model.ipynb"


def test_without_lessons_jupyterlab_opens_its_start_page(tmp_path):
    assert cli.first_lesson_page(tmp_path) == "/lab"


def test_a_taken_port_is_skipped():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert port < cli.free_port(port) < port + 100


def test_without_jupyterlab_lab_says_what_to_install(monkeypatch):
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r'pip install "edukeras\[lab\]"'):
        cli.main(["lab"])


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
def test_lab_serves_the_first_lesson_until_it_is_told_to_stop(tmp_path):
    folder = tmp_path / "mine"
    command = [sys.executable, "-m", "edukeras", "lab", "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(cli.free_port(9100)), "--dir", folder],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        copied = process.stdout.readline()
        assert str(folder) in copied
        running, _, address = process.stdout.readline().strip().partition(": ")
        assert running == "JupyterLab is running"
        assert "/lab/tree/01_first_model.ipynb?token=" in address
        with urllib.request.urlopen(address, timeout=30) as page:
            assert page.status == 200
            assert "JupyterLab" in page.read().decode()
        assert (folder / "01_first_model.ipynb").is_file()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stdout.close()
    # JupyterLab ended with it: its port is free again.
    port = int(address.split(":")[2].partition("/")[0])
    assert cli.free_port(port) == port
