"""The door to the kernels: the switch, what `info()` says, and life without kernels."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edukeras import kernels, reference
from edukeras.errors import EdukerasError, UnknownNameError

COMPILED = kernels.info().kind == "compiled"
needs_compiled = pytest.mark.skipif(not COMPILED, reason="no compiled kernels here")


@pytest.fixture(autouse=True)
def _restore_the_choice():
    kind = kernels.info().kind
    yield
    kernels.use(kind)


def run_python(code, **environment):
    """Run code in a fresh Python; what it prints. Nothing may go to stderr."""
    root = str(Path(kernels.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": root, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stderr == ""
    assert result.returncode == 0
    return result.stdout.strip()


# --- the switch -----------------------------------------------------------------------


@needs_compiled
def test_use_switches_every_kernel():
    kernels.use("reference")
    assert kernels.adam_update is reference.optimizers.adam_update
    assert kernels.matmul is reference.dense.matmul
    kernels.use("compiled")
    assert kernels.adam_update is not reference.optimizers.adam_update
    assert kernels.matmul is not reference.dense.matmul


@needs_compiled
def test_using_switches_back_even_after_an_error():
    kernels.use("compiled")
    with kernels.using("reference"):
        assert kernels.info().kind == "reference"
    assert kernels.info().kind == "compiled"
    with pytest.raises(UnknownNameError), kernels.using("reference"):
        kernels.use("fast")
    assert kernels.info().kind == "compiled"


def test_using_the_kind_in_use_changes_nothing():
    before = repr(kernels.info())
    with kernels.using(kernels.info().kind):
        np.testing.assert_array_equal(kernels.relu(np.array([-1.0, 1.0])), [0, 1])
    assert repr(kernels.info()) == before


def test_unknown_kind_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match='Did you mean "reference"'):
        kernels.use("refrence")


# --- info -----------------------------------------------------------------------------


@needs_compiled
def test_info_names_what_runs_and_the_blas_core():
    info = kernels.info()
    assert info.reason
    assert info.blas_core
    assert str(info).startswith("compiled kernels (")
    assert info.blas_core in str(info)
    kernels.use("reference")
    assert 'chosen by use("reference")' in str(kernels.info())


@needs_compiled
@pytest.mark.skipif(
    not kernels._is_amd_with_avx512(), reason="only AMD CPUs with AVX-512 need help"
)
def test_blas_gets_the_best_core_and_the_environment_stays_as_it_was():
    code = """
import os
before = os.environ.pop("OPENBLAS_CORETYPE", None)
from edukeras import kernels
assert "OPENBLAS_CORETYPE" not in os.environ
print(kernels.info().blas_core)
"""
    assert run_python(code) == "SkylakeX"


@needs_compiled
@pytest.mark.skipif(
    not kernels._is_amd_with_avx512(), reason="other CPUs may not know this core"
)
def test_the_core_that_the_user_has_set_stays():
    code = "from edukeras import kernels; print(kernels.info().blas_core)"
    assert run_python(code, OPENBLAS_CORETYPE="Haswell") == "Haswell"


# --- without compiled kernels, without scipy ------------------------------------------


def test_without_compiled_modules_the_reference_runs_and_says_why():
    code = """
import sys
sys.modules["edukeras._kernels.activations"] = None  # an import of it fails
from edukeras import kernels
import numpy as np
assert kernels.relu(np.array([-1.0, 1.0])).tolist() == [0, 1]
print(kernels.info())
try:
    kernels.use("compiled")
except Exception as error:
    print(type(error).__name__, error)
"""
    info, error = run_python(code).splitlines()
    assert info.startswith(
        "reference kernels (the compiled kernels are not installed: "
    )
    assert "edukeras._kernels.activations" in info
    assert error.startswith("EdukerasError The compiled kernels are not installed: ")
    assert "Try: install a C compiler" in error


def test_without_scipy_the_reference_runs_and_says_why():
    code = """
import importlib.abc, sys

class NoScipy(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "scipy":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoScipy())
from edukeras import kernels
import numpy as np
assert kernels.matmul(np.ones((1, 2)), np.ones((2, 1))).tolist() == [[2]]
print(kernels.info())
"""
    info = run_python(code)
    assert info.startswith(
        "reference kernels (the compiled kernels are not installed: "
    )
    if COMPILED:
        assert "scipy" in info


@needs_compiled
def test_scipy_linalg_can_still_be_imported_and_is_not_imported_before():
    code = """
import sys
from edukeras import kernels
assert "scipy.linalg" not in sys.modules
import scipy.linalg.cython_blas
assert scipy.linalg.cython_blas.__pyx_capi__
print(scipy.linalg.solve([[2.0]], [1.0]).item(), kernels.info().kind)
"""
    assert run_python(code) == "0.5 compiled"


@needs_compiled
def test_kernels_load_after_scipy_linalg_too():
    code = """
import scipy.linalg
from edukeras import kernels
print(kernels.info().kind, scipy.linalg.solve([[2.0]], [1.0]).item())
"""
    assert run_python(code) == "compiled 0.5"


def test_compiled_kernels_cannot_be_used_where_there_are_none(monkeypatch):
    monkeypatch.setattr(kernels, "_import_error", ImportError("no such file"))
    with pytest.raises(EdukerasError, match="no such file"):
        kernels.use("compiled")
    monkeypatch.undo()
