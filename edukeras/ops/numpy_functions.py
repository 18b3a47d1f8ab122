"""What `np.mean(tensor)` does: NumPy's own functions, called on our tensors.

They compute with the values and return arrays, which no tape can follow.  So where a
gradient would be lost without a word, on a tensor that an open tape follows, the op of
the same name takes the place of the function; where there is none, that is an error.
The same ops stand for the functions on symbolic tensors.

Source: NumPy Enhancement Proposal 18
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edukeras import tree
from edukeras.autodiff import now
from edukeras.errors import explain
from edukeras.tensor import OPERATORS, KerasTensor, Operators, as_array

# The functions of NumPy that have an op which takes the same arguments.
NAMES = frozenset(
    """
absolute amax amin append average broadcast_to clip concatenate copy cross cumprod
cumsum diag diagonal diff dot dstack einsum expand_dims flip hstack inner kron max mean
median min moveaxis nan_to_num nanmax nanmean nanmin nansum nanstd nanvar outer pad
percentile prod ptp quantile ravel repeat reshape roll rot90 round sort split squeeze
stack std sum swapaxes take take_along_axis tensordot tile trace transpose trapezoid
tril triu var vdot vstack where cholesky det eigh inv norm qr solve svd
""".split()
)

# Functions that have no gradient anyway: nothing is lost.
WITHOUT_GRADIENT = frozenset(
    """
    all allclose any argmax argmin argpartition argsort argwhere array2string
    array_equal array_repr array_str array_equiv bincount can_cast common_type
    count_nonzero digitize empty_like flatnonzero full_like histogram isclose
    iscomplexobj isin isrealobj may_share_memory min_scalar_type ndim nonzero ones_like
    result_type searchsorted shape shares_memory size unique zeros_like
    """.split()
)


# What symbolic tensors know as well.
OF_THE_SHAPE: dict[str, Callable[[Any], Any]] = {
    "shape": lambda x: tuple(x.shape),
    "ndim": lambda x: len(x.shape),
}


def call_numpy_function(function: Callable, args: tuple, kwargs: dict) -> Any:
    """What a function of NumPy returns for arguments with tensors among them."""
    if function.__name__ in OF_THE_SHAPE and len(args) == 1 and not kwargs:
        return OF_THE_SHAPE[function.__name__](args[0])
    given = [x for x in tree.flatten((args, kwargs)) if isinstance(x, Operators)]
    symbolic = any(isinstance(x, KerasTensor) for x in given)
    followed = bool(now.tapes) and any(getattr(x, "traced", False) for x in given)
    name = function.__name__
    if symbolic or (followed and name not in WITHOUT_GRADIENT):
        if name in NAMES:
            return OPERATORS[name](*args, **kwargs)
        if followed:
            raise ValueError(
                explain(
                    f"np.{name} is no op, so the gradient would end at it.",
                    hint=f"an op of keras.ops, or np.{name} on x.numpy() if no "
                    "gradient shall flow.",
                )
            )
    args, kwargs = tree.map_structure(
        lambda x: as_array(x) if isinstance(x, Operators) else x, (args, kwargs)
    )
    return function(*args, **kwargs)
