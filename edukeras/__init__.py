"""edukeras: Keras you can see through.

`import edukeras as keras`, and ordinary Keras code runs: layers, models, training,
files.  Every part of it is written to be read; the arithmetic runs in compiled
kernels, or in their NumPy twins.
"""

from typing import TYPE_CHECKING, Any as _Any

from edukeras import (
    activations as activations,
    callbacks as callbacks,
    config as config,
    constraints as constraints,
    dtype_policies as dtype_policies,
    initializers as initializers,
    kernels as kernels,
    layers as layers,
    legacy as legacy,
    losses as losses,
    metrics as metrics,
    models as models,
    ops as ops,
    optimizers as optimizers,
    random as random,
    regularizers as regularizers,
    saving as saving,
    tree as tree,
    utils as utils,
)
from edukeras.autodiff import GradientTape as GradientTape
from edukeras.config import ignore as ignore
from edukeras.dtype_policies import (
    DTypePolicy as DTypePolicy,
    FloatDTypePolicy as FloatDTypePolicy,
)
from edukeras.graph import Operation as Operation
from edukeras.initializers import Initializer as Initializer
from edukeras.layers import Input as Input, InputSpec as InputSpec, Layer as Layer
from edukeras.lazy_imports import imported_when_asked as _imported_when_asked
from edukeras.losses import Loss as Loss
from edukeras.metrics import Metric as Metric
from edukeras.models import Model as Model, Sequential as Sequential
from edukeras.models.looking import WAYS as _WAYS
from edukeras.name_scopes import name_scope as name_scope
from edukeras.optimizers import Optimizer as Optimizer
from edukeras.placement import (
    RematScope as RematScope,
    device as device,
    remat as remat,
)
from edukeras.regularizers import Regularizer as Regularizer
from edukeras.tensor import (
    KerasTensor as KerasTensor,
    Tensor as Tensor,
    Variable as Variable,
)

if TYPE_CHECKING:
    from edukeras import (
        datasets as datasets,
        export as export,
        wrappers as wrappers,
    )
    from edukeras.alias import install_as_keras as install_as_keras
    from edukeras.inspect.display import display as display
    from edukeras.models.function import Function as Function

__version__ = "0.1.0"

__getattr__, __dir__ = _imported_when_asked(
    __name__,
    {
        "datasets": "edukeras.datasets",
        "export": "edukeras.export",
        "wrappers": "edukeras.wrappers",
        "install_as_keras": "edukeras.alias",
        "Function": "edukeras.models.function",
        "display": "edukeras.inspect.display",
    },
)


def version() -> str:
    """The version of edukeras."""
    return __version__


def playground(x: _Any = None, y: _Any = None, **options: _Any) -> _Any:
    """A small network on points in the plane, to touch and to watch in a notebook.

    Args:
        x, y: your own points and their classes or numbers; None takes ready ones.
        options: see `edukeras.jupyter.playground.playground`.
    """
    from edukeras.jupyter.playground import playground as show

    return show(x, y, **options)


def load_ipython_extension(ipython: _Any) -> None:
    """`%load_ext edukeras`: adds the magics to a notebook."""
    from edukeras.jupyter.extension import load_ipython_extension

    load_ipython_extension(ipython)


def unload_ipython_extension(ipython: _Any) -> None:
    """`%unload_ext edukeras`: takes the magics away again."""
    from edukeras.jupyter.extension import unload_ipython_extension

    unload_ipython_extension(ipython)


# -- what models can do, but only rows above them know how to (models/looking.py) -----


def _explore(model: _Any, *args: _Any, **options: _Any) -> _Any:
    from edukeras.jupyter import explore

    return explore(model, *args, **options)


def _diagnose(model: _Any, x: _Any, y: _Any, **options: _Any) -> _Any:
    from edukeras.inspect import diagnose

    return diagnose(model, x, y, **options)


_WAYS.update(explore=_explore, diagnose=_diagnose)


def _compare_kernels(model: _Any, x: _Any, y: _Any) -> _Any:
    from edukeras.inspect.kernel_profile import compare

    return compare(model, x, y)


kernels.WAYS.update(compare=_compare_kernels)
