"""edukeras: Keras you can see through.

`import edukeras as keras`, and ordinary Keras code runs: layers, models, training,
files.  Every part of it is written to be read; the arithmetic runs in compiled
kernels, or in their NumPy twins.
"""

from typing import Any as _Any

from edukeras import activations as activations
from edukeras import callbacks as callbacks
from edukeras import config as config
from edukeras import constraints as constraints
from edukeras import datasets as datasets
from edukeras import dtype_policies as dtype_policies
from edukeras import initializers as initializers
from edukeras import kernels as kernels
from edukeras import layers as layers
from edukeras import legacy as legacy
from edukeras import losses as losses
from edukeras import metrics as metrics
from edukeras import models as models
from edukeras import ops as ops
from edukeras import optimizers as optimizers
from edukeras import regularizers as regularizers
from edukeras import saving as saving
from edukeras import tree as tree
from edukeras import utils as utils
from edukeras.alias import install_as_keras as install_as_keras
from edukeras.autodiff import GradientTape as GradientTape
from edukeras.dtype_policies import DTypePolicy as DTypePolicy
from edukeras.graph import Operation as Operation
from edukeras.initializers import Initializer as Initializer
from edukeras.layers import Input as Input
from edukeras.layers import InputSpec as InputSpec
from edukeras.layers import Layer as Layer
from edukeras.losses import Loss as Loss
from edukeras.metrics import Metric as Metric
from edukeras.models import Model as Model
from edukeras.models import Sequential as Sequential
from edukeras.optimizers import Optimizer as Optimizer
from edukeras.regularizers import Regularizer as Regularizer
from edukeras.tensor import KerasTensor as KerasTensor
from edukeras.tensor import Tensor as Tensor
from edukeras.tensor import Variable as Variable

__version__ = "0.1.0"


def version() -> str:
    """The version of edukeras."""
    return __version__


def load_ipython_extension(ipython: _Any) -> None:
    """`%load_ext edukeras`: adds the magics to a notebook."""
    from edukeras.jupyter.extension import load_ipython_extension

    load_ipython_extension(ipython)


def unload_ipython_extension(ipython: _Any) -> None:
    """`%unload_ext edukeras`: takes the magics away again."""
    from edukeras.jupyter.extension import unload_ipython_extension

    unload_ipython_extension(ipython)
