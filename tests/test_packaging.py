"""The README's example, and the four ways to install, each in a fresh environment.

A fresh environment sees the packages of the running one (NumPy, Cython, ...), but not
its edukeras: each test installs its own from a clean copy of the source tree. Nothing
is downloaded.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.packaging

NOT_SOURCE = shutil.ignore_patterns(
    ".?*", "build", "dist", "*.egg-info", "*.so", "*.pyd", "__pycache__", "my-lessons"
)

REPORT = """
import importlib.metadata, importlib.resources, json
import numpy as np
import edukeras, edukeras.kernels
from edukeras.inspect import source
lessons = importlib.resources.files("edukeras._lessons")
print(json.dumps({
    "file": edukeras.__file__,
    "version": edukeras.__version__,
    "metadata": importlib.metadata.version("edukeras"),
    "kernels": edukeras.kernels.info().kind,
    "relu": edukeras.kernels.relu(np.array([-1.0, 2.0])).tolist(),
    "source": [part.title for part in source("dense_backward").parts],
    "lessons": sorted(folder.name for folder in lessons.iterdir()
                      if folder.joinpath("lesson.ipynb").is_file()),
}))
"""


class Environment:
    """A fresh virtual environment in `folder`; its programs never see the tree."""

    def __init__(self, folder):
        self.folder = folder
        self.run_here([sys.executable, "-m", "venv", "--without-pip", folder])
        scripts = "Scripts" if os.name == "nt" else "bin"
        self.python = folder / scripts / "python"
        self.command = folder / scripts / "edukeras"
        # A plain path: the .pth files of the running environment, where its own
        # editable edukeras would hide, are not read.
        (self.site_packages() / "running.pth").write_text(
            sysconfig.get_path("purelib") + "\n"
        )

    def site_packages(self):
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        return Path(self.run_here([self.python, "-c", code]).strip())

    def install(self, *arguments, **settings):
        """What pip and the build say while installing."""
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", "-v"]
        isolation = ["--no-deps", "--no-build-isolation", "--ignore-installed"]
        return self.run_here([*pip, *isolation, *arguments], **settings)

    def report(self):
        """What the installed edukeras says about itself."""
        return json.loads(self.run_here([self.python, "-c", REPORT], silent=True))

    def run_here(self, command, silent=False, **settings):
        """What `command` prints; it must succeed, and if `silent` not use stderr."""
        result = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder.parent,
            env=clean_environment(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if silent else subprocess.STDOUT,
            text=True,
        )
        assert result.returncode == 0, result.stdout
        assert not result.stderr
        return result.stdout


def clean_environment(**settings):
    """The variables of this process but those that steer Python, pip or our build."""
    steering = re.compile("PYTHONPATH|EDUKERAS_|PIP_(USER|TARGET|PREFIX)|CC$|CFLAGS$")
    kept = {name: text for name, text in os.environ.items() if not steering.match(name)}
    return {**kept, **settings}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the source tree as a fresh clone has it."""
    copy = tmp_path_factory.mktemp("clone") / "edukeras"
    shutil.copytree(ROOT, copy, ignore=NOT_SOURCE)
    return copy


@pytest.fixture(scope="module")
def sdist(tree, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir"]
    subprocess.run([*command, folder, tree], check=True, capture_output=True)
    return next(folder.glob("edukeras-*.tar.gz"))


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path / "environment")


def lessons_of(tree):
    return sorted(path.parent.name for path in tree.glob("lessons/*/lesson.ipynb"))


def test_the_example_of_the_readme_learns():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], names)
    history = names["model"].history.history
    assert history["val_accuracy"][-1] > 0.9


def test_sdist_holds_every_source_and_nothing_built(tree, sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    sources = {
        path.relative_to(tree).as_posix()
        for folder in ("_kernels", "edukeras", "lessons")
        for path in (tree / folder).rglob("*")
        if path.is_file()
    }
    assert sources <= names
    assert {"LICENSE", "README.md", "Makefile", "setup.py"} <= names
    assert not [name for name in names if name.endswith((".so", ".pyd", ".c"))]


def test_wheel_built_from_the_sdist_runs_compiled(tree, sdist, environment):
    wheels = environment.folder.parent / "wheels"
    pip_wheel = [sys.executable, "-m", "pip", "wheel", "--no-deps"]
    environment.run_here(
        [*pip_wheel, "--no-build-isolation", "--wheel-dir", wheels, sdist],
        EDUKERAS_REQUIRE_KERNELS="1",
    )
    (wheel,) = wheels.glob("*.whl")
    environment.install(wheel)
    report = environment.report()
    assert environment.folder in Path(report["file"]).parents
    assert report["kernels"] == "compiled"
    assert report["relu"] == [0.0, 2.0]
    assert report["source"] == ["kernel dense_backward (Cython)"]
    assert report["version"] == report["metadata"]
    assert report["lessons"] == lessons_of(tree)
    version = environment.run_here([environment.command, "--version"], silent=True)
    assert version == f"edukeras {report['version']}\n"


def test_editable_install_uses_the_tree_and_runs_compiled(tree, environment, tmp_path):
    own = shutil.copytree(tree, tmp_path / "clone")  # kernels land in the tree
    environment.install("--editable", own, EDUKERAS_REQUIRE_KERNELS="1")
    report = environment.report()
    assert Path(report["file"]) == own / "edukeras" / "__init__.py"
    assert report["kernels"] == "compiled"
    assert report["relu"] == [0.0, 2.0]
    assert report["lessons"] == lessons_of(tree)


def test_without_a_compiler_the_numpy_reference_takes_over(tree, environment, tmp_path):
    own = shutil.copytree(tree, tmp_path / "clone")
    said = environment.install(own, CC="/no/such/compiler")
    assert "The NumPy reference takes over" in said
    report = environment.report()
    assert report["kernels"] == "reference"
    assert report["relu"] == [0.0, 2.0]
    assert report["source"] == ["kernel dense_backward (Cython)"]
    assert "reference" in environment.run_here([environment.command, "info"])


def test_a_required_kernel_that_cannot_be_built_fails_the_install(
    tree, environment, tmp_path
):
    own = shutil.copytree(tree, tmp_path / "clone")
    with pytest.raises(AssertionError, match="/no/such/compiler"):
        environment.install(own, CC="/no/such/compiler", EDUKERAS_REQUIRE_KERNELS="1")
