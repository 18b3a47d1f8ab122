"""What a layer expects of its inputs, and the message when it does not get it."""

from __future__ import annotations

from typing import Any

from edukeras import tree
from edukeras.errors import LayerTypeError, ShapeError, explain
from edukeras.tensor import standardize_dtype


class InputSpec:
    """The rank, shape, axes or dtype that a layer needs.

    Args:
        dtype: name of the dtype.
        shape: the full shape, None for any size.
        ndim: the exact rank.
        max_ndim, min_ndim: limits of the rank.
        axes: a dict from axis to size.
        allow_last_axis_squeeze: a last axis of size 1 may be missing.
        name: the name expected of the input.

    >>> InputSpec(min_ndim=2, axes={-1: 64})
    InputSpec(min_ndim=2, axes={-1: 64})
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: tuple | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        return cls(**config)

    def __repr__(self) -> str:
        given = {k: v for k, v in vars(self).items() if v not in (None, {}, False)}
        return f"InputSpec({', '.join(f'{k}={v!r}' for k, v in given.items())})"


def check_inputs(layer: Any, inputs: Any) -> None:
    """Raises a ShapeError unless the inputs are what the layer's specs ask for."""
    specs = tree.flatten(layer.input_spec)
    values = tree.flatten(inputs)
    where = f'{type(layer).__name__} layer "{layer.name}"'
    if len(specs) != len(values):
        raise ShapeError(
            explain(
                f"{where} expects {len(specs)} input(s).",
                received=f"{len(values)} input(s)",
            )
        )
    for spec, x in zip(specs, values, strict=True):
        if spec is not None and x is not None:
            if not hasattr(x, "shape"):
                raise LayerTypeError(
                    explain(
                        f"{where} takes arrays and tensors.",
                        received=f"{type(x).__name__} {x!r}"[:200],
                    )
                )
            _check_rank(where, spec, x.shape)
            _check_sizes(where, spec, x.shape)


def _check_rank(where: str, spec: InputSpec, shape: tuple) -> None:
    ndim = len(shape)
    if spec.ndim is not None and ndim != spec.ndim:
        squeezed = spec.allow_last_axis_squeeze and abs(ndim - spec.ndim) == 1
        if not squeezed:
            _fail(where, f"an input with {spec.ndim} axes", shape, _hint(spec, ndim))
    if spec.min_ndim is not None and ndim < spec.min_ndim:
        _fail(where, f"an input with at least {spec.min_ndim} axes", shape, _BATCH)
    if spec.max_ndim is not None and ndim > spec.max_ndim:
        _fail(where, f"an input with at most {spec.max_ndim} axes", shape, None)


_BATCH = "x[None, ...] makes a batch of one sample; its first axis counts samples."


def _hint(spec: InputSpec, ndim: int) -> str | None:
    if spec.ndim is not None and ndim == spec.ndim - 1:
        return _BATCH
    return None


def _check_sizes(where: str, spec: InputSpec, shape: tuple) -> None:
    for axis, size in spec.axes.items():
        if size is not None and shape[axis] not in (size, None):
            which = "the last axis" if axis == -1 else f"axis {axis}"
            hint = None
            if axis == -1 and len(shape) > 2:
                hint = "put Flatten() before it, if each sample is one flat row."
            _fail(
                where, f"{which} to have size {size}, as when it was built", shape, hint
            )
    if spec.shape is not None and len(spec.shape) == len(shape):
        for expected, size in zip(spec.shape, shape, strict=True):
            if expected is not None and size is not None and expected != size:
                _fail(where, f"an input of shape {spec.shape}", shape, None)


def _fail(where: str, expected: str, shape: tuple, hint: str | None) -> None:
    raise ShapeError(
        explain(
            f"{where} expects {expected}.",
            received=f"an input of shape {tuple(shape)}",
            hint=hint,
        )
    )
