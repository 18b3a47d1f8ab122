import pytest
from IPython.core.error import UsageError

from edukeras import jupyter, kernels
from edukeras.inspect import KernelProfile

pytestmark = pytest.mark.skipif(
    not kernels.is_compiled_available(), reason="there are no compiled kernels"
)

CELL = """
import numpy as np
answer = model.predict(np.ones((2, 4)), verbose=0)
"""


def test_the_cell_runs_in_the_notebook_and_its_kernels_are_shown(ip):
    found = ip.run_cell_magic("profile_kernels", "", CELL)
    assert type(found) is KernelProfile
    assert ip.user_ns["answer"].shape == (2, 2)
    model, ones = ip.user_ns["model"], ip.user_ns["np"].ones((2, 4))
    twin = jupyter.profile_kernels(lambda: model.predict(ones, verbose=0))
    kinds = [(row.kernel, row.arguments, row.calls) for row in found.rows]
    assert kinds == [(row.kernel, row.arguments, row.calls) for row in twin.rows]
    assert kinds[0][:2] == ("dense", "relu (2,4) (4,3)")


def test_magics_work_in_the_cell(ip):
    ip.run_cell_magic("profile_kernels", "", "table = %summary model")
    assert ip.user_ns["table"].name == "small"


def test_an_error_in_the_cell_is_shown_as_usual(ip):
    with pytest.raises(ZeroDivisionError):
        ip.run_cell_magic("profile_kernels", "", "1 / 0")


def test_it_takes_no_arguments(ip):
    with pytest.raises(UsageError, match="takes no arguments"):
        ip.run_cell_magic("profile_kernels", "model", "pass")
