"""The table of ops: one line per op, and what it must equal.

`case(name, *inputs, like=..., **options)`: `like` is a function of the same arguments,
mostly NumPy's, or the value itself.  From each line `test_cases.py` makes tests of the
value, the gradient, the dtype and the symbolic shape, with both sets of kernels.

gradient: False where the op is constant wherever it is smooth; None: not to be tested.
batch: whether the first axis of size 2 may be unknown; None: no symbolic call at all.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import signal, special


@dataclass(frozen=True)
class Case:
    op: str
    inputs: tuple
    options: dict
    like: Any
    gradient: bool | None
    batch: bool | None

    @property
    def expected(self):
        if callable(self.like):
            return self.like(*self.inputs, **self.options)
        return self.like


CASES = []


def case(op, *inputs, like, gradient=True, batch=True, **options):
    CASES.append(Case(op, inputs, options, like, gradient, batch))


# -- data: no two elements are equal, none lies where a function has a corner --

A = np.array([[0.3, -1.2, 2.1], [-0.7, 1.6, -2.4]])
B = np.array([[1.1, 0.45, -0.9], [2.3, -1.7, 0.85]])
ROW = np.array([0.5, -1.5, 2.5])
P = np.array([[0.2, 1.3, 2.6], [3.1, 0.7, 1.8]])  # positive
U = np.array([[0.1, -0.4, 0.8], [-0.6, 0.3, 0.5]])  # between -1 and 1
CUBE = np.random.default_rng(1).normal(size=(2, 3, 4))
CUBE_2 = np.random.default_rng(2).normal(size=(2, 4, 5))
N = np.array([[0.3, np.nan, 2.1], [-0.7, 1.6, np.nan]])
I = np.array([[3, 12, 7], [10, 5, 9]], np.int32)  # noqa: E741
J = np.array([[2, 5, 7], [3, 1, 4]], np.int32)
T = np.array([[True, False, True], [False, False, True]])
SQUARE = np.array([[[2.0, 0.5], [0.3, 1.5]], [[1.2, -0.4], [0.6, 2.2]]])
POSITIVE_DEFINITE = SQUARE @ SQUARE.swapaxes(-1, -2) + 0.5 * np.eye(2)
LONG = np.random.default_rng(3).normal(size=(2, 16))
IMAGE = np.random.default_rng(4).normal(size=(2, 6, 5, 4))
X, Y = LONG[0, :5], LONG[1, :3]

# -- elementwise --------------------------------------------------------------

case("add", A, B, like=np.add)
case("add", A, ROW, like=np.add)
case("add", A, 2.5, like=np.add)
case("subtract", A, B, like=np.subtract)
case("subtract", ROW, A, like=np.subtract)
case("multiply", A, B, like=np.multiply)
case("multiply", 3.0, A, like=np.multiply)
case("true_divide", A, B, like=np.true_divide)
case("true_divide", 1.0, A, like=np.true_divide)
case("divide", A, 2.0, like=np.divide)
case("divide_no_nan", A, B, like=np.divide)
case("divide_no_nan", A, np.array([2.0, 0.0, 4.0]), gradient=None,
     like=[[0.15, 0, 0.525], [-0.35, 0, -0.6]])  # fmt: skip
case("floor_divide", A, B, like=np.floor_divide, gradient=False)
case("mod", A, B, like=np.mod)
case("fmod", A, B, like=np.fmod)
case("power", P, A, like=np.power)
case("power", A, 2, like=np.power)
case("negative", A, like=np.negative)
case("absolute", A, like=np.abs)
case("fabs", A, like=np.fabs)
case("sign", A, like=np.sign, gradient=False)
case("square", A, like=np.square)
case("reciprocal", A, like=np.reciprocal)
case("hypot", A, B, like=np.hypot)
case("maximum", A, B, like=np.maximum)
case("minimum", A, ROW, like=np.minimum)
case("fmax", A, B, like=np.fmax)
case("fmin", A, B, like=np.fmin)
case("clip", A, -1.0, 1.5, like=np.clip)
case("clip", A, np.array([-1.0, -0.5, 0.0]), 1.5, like=np.clip)
case("nan_to_num", np.array([np.nan, np.inf, -np.inf, 1.5]), nan=2.0, posinf=3.0,
     neginf=4.0, like=[2, 3, 4, 1.5], gradient=None)  # fmt: skip
case("nan_to_num", A, like=A)
case("round", A, decimals=1, like=np.round, gradient=False)
case("floor", A, like=np.floor, gradient=False)
case("ceil", A, like=np.ceil, gradient=False)
case("trunc", A, like=np.trunc, gradient=False)
case("heaviside", A, B, like=np.heaviside, gradient=None)
case("heaviside", np.zeros(3), ROW, like=ROW, gradient=None)
case("gcd", I, J, like=np.gcd, gradient=False)
case("lcm", I, J, like=np.lcm, gradient=False)
case("ldexp", A, J, like=np.ldexp)
case("nextafter", np.zeros(2), np.ones(2), like=np.zeros(2), gradient=False)
case("where", T, A, B, like=np.where)
case("where", T, A, 0.0, like=np.where)
case("select", [T, A > 0], [A, B], default=0.5, batch=False,
     like=lambda c, x, default: np.select(c, x, default))  # fmt: skip

# -- exponentials -------------------------------------------------------------

case("sqrt", P, like=np.sqrt)
case("rsqrt", P, like=lambda x: 1 / np.sqrt(x))
case("cbrt", A, like=np.cbrt)
case("exp", A, like=np.exp)
case("exp2", A, like=np.exp2)
case("expm1", A, like=np.expm1)
case("log", P, like=np.log)
case("log1p", P, like=np.log1p)
case("log2", P, like=np.log2)
case("log10", P, like=np.log10)
case("logaddexp", A, B, like=np.logaddexp)
case("logaddexp2", A, B, like=np.logaddexp2)
case("erf", A, like=special.erf)
case("erfc", A, like=special.erfc)
case("erfinv", U, like=special.erfinv)
case("i0", A, like=special.i0)

# -- trigonometry and complex numbers -----------------------------------------

case("sin", A, like=np.sin)
case("cos", A, like=np.cos)
case("tan", U, like=np.tan)
case("sinc", A, like=np.sinc)
case("arcsin", U, like=np.arcsin)
case("arccos", U, like=np.arccos)
case("arctan", A, like=np.arctan)
case("arctan2", A, B, like=np.arctan2)
case("deg2rad", A, like=np.deg2rad)
case("rad2deg", A, like=np.rad2deg)
case("sinh", A, like=np.sinh)
case("cosh", A, like=np.cosh)
case("tanh", A, like=np.tanh)
case("arcsinh", A, like=np.arcsinh)
case("arccosh", P + 1, like=np.arccosh)
case("arctanh", U, like=np.arctanh)
case("real", A, like=np.real)
case("real", A + 1j * B, like=A, gradient=None)
case("imag", A + 1j * B, like=B, gradient=None)
case("conj", A + 1j * B, like=np.conj, gradient=None)
case("conjugate", A, like=A)
case("angle", A + 1j * B, like=np.angle, gradient=None)
case("polar", P, A, like=lambda r, t: r * np.exp(1j * t), gradient=None)
case("isreal", A, like=np.isreal, gradient=False)
case("view_as_complex", A[:, :2], like=A[:, 0] + 1j * A[:, 1], gradient=None)
case("view_as_real", A + 1j * B, like=np.stack([A, B], -1), gradient=None)

# -- logic --------------------------------------------------------------------

case("equal", I, J, like=np.equal, gradient=False)
case("not_equal", I, J, like=np.not_equal, gradient=False)
case("less", A, B, like=np.less, gradient=False)
case("less_equal", A, B, like=np.less_equal, gradient=False)
case("greater", A, B, like=np.greater, gradient=False)
case("greater_equal", A, B, like=np.greater_equal, gradient=False)
case("isclose", A, A + 1e-9, like=np.isclose, gradient=False)
case("allclose", A, A + 1e-9, like=True, gradient=None, batch=None)
case("isin", I, np.array([3, 9]), like=np.isin, gradient=False, batch=False)
case("logical_and", T, A > 0, like=np.logical_and, gradient=False)
case("logical_or", T, A > 0, like=np.logical_or, gradient=False)
case("logical_xor", T, A > 0, like=np.logical_xor, gradient=False)
case("logical_not", T, like=np.logical_not, gradient=False)
case("isnan", N, like=np.isnan, gradient=False)
case("isinf", np.array([np.inf, -np.inf, 1]), like=[True, True, False], gradient=False)
case("isposinf", np.array([np.inf, -np.inf, 1]), like=np.isposinf, gradient=False)
case("isneginf", np.array([np.inf, -np.inf, 1]), like=np.isneginf, gradient=False)
case("isfinite", N, like=np.isfinite, gradient=False)
case("signbit", A, like=np.signbit, gradient=False)
case("bitwise_and", I, J, like=np.bitwise_and, gradient=False)
case("bitwise_or", I, J, like=np.bitwise_or, gradient=False)
case("bitwise_xor", I, J, like=np.bitwise_xor, gradient=False)
case("bitwise_invert", I, like=np.bitwise_not, gradient=False)
case("bitwise_left_shift", I, J, like=np.left_shift, gradient=False)
case("bitwise_right_shift", I, J, like=np.right_shift, gradient=False)

# -- reductions ---------------------------------------------------------------

case("sum", A, like=np.sum)
case("sum", CUBE, axis=(0, -1), keepdims=True, like=np.sum)
case("mean", A, like=np.mean)
case("mean", CUBE, axis=[0, 2], like=CUBE.mean((0, 2)))
case("var", CUBE, axis=1, keepdims=True, like=np.var)
case("std", A, axis=0, like=np.std)
case("moments", CUBE, axes=(0, 1), like=lambda x, axes: (x.mean(axes), x.var(axes)))
case("average", A, axis=1, weights=ROW + 3,
     like=lambda x, axis, weights: np.average(x, axis, weights))  # fmt: skip
case("average", A, like=np.mean)
case("prod", A, like=np.prod)
case("prod", np.array([[2.0, 0, 3], [0, 0, 4]]), axis=1, like=np.prod)
case("max", A, axis=1, like=np.max)
case("max", A, initial=5.0, like=5.0)
case("min", CUBE, axis=(0, 2), keepdims=True, like=np.min)
case("amax", A, like=np.amax)
case("amin", A, axis=0, like=np.amin)
case("ptp", A, axis=1, like=np.ptp)
case("logsumexp", CUBE, axis=(0, 2), like=special.logsumexp)
case("cumsum", CUBE, axis=1, like=np.cumsum)
case("cumsum", A, like=np.cumsum)
case("cumprod", np.array([[2.0, 0, 3], [1.5, -2, 4]]), axis=1, like=np.cumprod)
case("cumprod", A, like=np.cumprod)
case("diff", LONG, n=2, like=np.diff)
case("diff", CUBE, axis=1, like=np.diff)
case("trapezoid", A, like=np.trapezoid)
case("trapezoid", A, x=np.array([0.0, 1.0, 4.0]), like=np.trapezoid)
case("argmax", A, axis=1, like=np.argmax, gradient=False)
case("argmin", A, like=np.argmin, gradient=False)
case("all", T, axis=1, like=np.all, gradient=False)
case("any", T, axis=0, keepdims=True, like=np.any, gradient=False)
case("count_nonzero", T, axis=1, like=np.count_nonzero, gradient=False)
case("nansum", N, axis=1, like=np.nansum, gradient=None)
case("nanmean", N, axis=0, keepdims=True, like=[[-0.2, 1.6, 2.1]], gradient=None)
case("nanmean", A, axis=1, like=np.mean)
case("nanprod", N, like=np.nanprod, gradient=None)
case("nanvar", N, axis=1, like=np.nanvar, gradient=None)
case("nanvar", A, like=np.var)
case("nanstd", N, axis=1, like=np.nanstd, gradient=None)
case("nanmax", N, axis=1, like=np.nanmax, gradient=None)
case("nanmax", A, axis=1, like=np.max)
case("nanmin", N, axis=0, like=np.nanmin, gradient=None)
case("nancumsum", N, axis=1, like=np.nancumsum, gradient=None)
case("nancumprod", N, like=np.nancumprod, gradient=None)
case("nanargmax", N, axis=1, like=np.nanargmax, gradient=False)
case("nanargmin", N, axis=1, like=np.nanargmin, gradient=False)

# -- sorting ------------------------------------------------------------------

case("argsort", A, like=np.argsort, gradient=False)
case("sort", CUBE, axis=1, like=np.sort)
case("argpartition", A, kth=1, like=[[1, 0, 2], [2, 0, 1]], gradient=False)
case("top_k", A, k=2, like=([[2.1, 0.3], [1.6, -0.7]], [[2, 0], [1, 0]]))
case("in_top_k", np.array([2, 0]), A, k=1, like=[True, False], gradient=False)
case("quantile", LONG, 0.3, like=np.quantile)
case("quantile", CUBE, np.array([0.2, 0.5]), axis=(0, 2), keepdims=True,
     like=np.quantile, gradient=None)  # fmt: skip
case("percentile", LONG, 30.0, axis=1, method="lower", like=np.percentile)
case("median", LONG, axis=1, like=np.median)
case("median", A, keepdims=True, like=np.median)
case("nanquantile", N, 0.5, axis=1, like=np.nanquantile, gradient=None)
case("nanpercentile", N, 25.0, like=np.nanpercentile, gradient=None)
case("nanmedian", N, axis=0, like=np.nanmedian, gradient=None)
case("unique", np.array([3, 1, 3, 2]), like=np.unique, gradient=None, batch=None)
case("bincount", np.array([0, 2, 2]), like=np.bincount, gradient=False, batch=None)
case("bincount", np.array([0, 2, 2]), ROW, minlength=4, like=[0.5, 0, 1, 0], batch=None)
case("histogram", LONG, bins=4, like=np.histogram, gradient=None, batch=None)
case("searchsorted", np.sort(ROW), A, like=np.searchsorted, gradient=False)
case("digitize", A, np.sort(ROW), like=np.digitize, gradient=False)

# -- shapes -------------------------------------------------------------------

case("reshape", CUBE, newshape=(-1, 6), like=CUBE.reshape(-1, 6), batch=False)
case("reshape", CUBE, newshape=(-1, 12), like=CUBE.reshape(-1, 12))
case("ravel", A, like=np.ravel)
case("transpose", CUBE, like=np.transpose)
case("transpose", CUBE, axes=(1, 2, 0), like=np.transpose)
case("moveaxis", CUBE, source=(0, 1), destination=(-1, 0), like=np.moveaxis)
case("swapaxes", CUBE, axis1=0, axis2=-1, like=np.swapaxes)
case("expand_dims", A, axis=(0, -1), like=np.expand_dims)
case("squeeze", CUBE[:, :1, :1], axis=1, like=np.squeeze)
case("squeeze", CUBE[:, :1, :1], like=np.squeeze)
case("flip", CUBE, axis=(0, 2), like=np.flip)
case("fliplr", A, like=np.fliplr)
case("flipud", A, like=np.flipud)
case("rot90", CUBE, k=3, axes=(1, 2), like=np.rot90)
case("roll", CUBE, shift=(1, 2), axis=(0, 2), like=np.roll)
case("roll", A, shift=2, like=np.roll)
case("view", I, dtype="uint32", like=I.astype(np.uint32), gradient=None)
case("broadcast_to", ROW, shape=(2, 2, 3), like=np.broadcast_to)
case("tile", A, repeats=(2, 1, 3), like=np.tile(A, (2, 1, 3)), batch=False)
case("tile", CUBE, repeats=2, like=np.tile(CUBE, 2))
case("repeat", A, repeats=2, axis=1, like=np.repeat)
case("repeat", A, repeats=3, like=np.repeat)
case("repeat", A, repeats=[1, 0, 2], axis=1, like=np.repeat)
case("pad", CUBE, pad_width=((1, 2), (0, 1), (3, 0)), like=np.pad)
case("pad", CUBE, pad_width=1, mode="reflect", like=np.pad)
case("pad", A, pad_width=1, mode="constant", constant_values=7.0, like=np.pad)
case("depth_to_space", np.arange(8.0).reshape(1, 1, 2, 4), block_size=2,
     like=np.array([0.0, 1, 4, 5, 2, 3, 6, 7]).reshape(1, 2, 4, 1))  # fmt: skip
case("space_to_depth", np.array([0.0, 1, 4, 5, 2, 3, 6, 7]).reshape(1, 2, 4, 1),
     block_size=2, like=np.arange(8.0).reshape(1, 1, 2, 4))  # fmt: skip
case("rearrange", CUBE, "b t (h d) -> b h t d", h=2, batch=False,
     like=CUBE.reshape(2, 3, 2, 2).transpose(0, 2, 1, 3))  # fmt: skip
case("rearrange", CUBE, "b t d -> t (b d)", batch=False,
     like=CUBE.transpose(1, 0, 2).reshape(3, 8))  # fmt: skip

# -- joining ------------------------------------------------------------------

case("concatenate", [A, B], axis=1, like=np.concatenate)
case("concatenate", [A, ROW[None]], like=np.concatenate)
case("append", A, B, axis=0, like=np.append)
case("append", A, ROW, like=np.append)
case("stack", [A, B], axis=-1, like=np.stack)
case("hstack", [A, B], like=np.hstack)
case("hstack", [ROW, ROW], like=np.hstack)
case("vstack", [A, ROW], like=np.vstack)
case("dstack", [A, B], like=np.dstack)
case("split", LONG, 4, axis=1, like=np.split)
case("split", LONG, [3, 5], axis=-1, like=np.split)
case("array_split", LONG, 3, axis=1, like=np.array_split)
case("hsplit", LONG, 2, like=np.hsplit)
case("vsplit", LONG, 2, like=np.vsplit, batch=False)
case("dsplit", CUBE, 2, like=np.dsplit)
case("unstack", CUBE, axis=1, like=[CUBE[:, 0], CUBE[:, 1], CUBE[:, 2]])
case("meshgrid", X, Y, indexing="ij", like=np.meshgrid)
case("meshgrid", X, Y, ROW, like=np.meshgrid)

# -- indexing -----------------------------------------------------------------

case("get_item", CUBE, (slice(None), 1, slice(None, None, -2)), like=CUBE[:, 1, ::-2])
case("get_item", CUBE, (Ellipsis, np.array([0, 0, 3])), like=CUBE[..., [0, 0, 3]],
     batch=None)  # fmt: skip
case("take", CUBE, np.array([[0, 2], [2, 2]]), axis=1, like=np.take, batch=False)
case("take", A, np.array([5, 0, 5]), like=np.take, batch=False)
case("take", POSITIVE_DEFINITE[0], np.array([0, -1, 0, 0]), axis=0, like=np.take,
     batch=False)  # fmt: skip
case("embedding", CUBE[:, 0], np.array([[0, 1], [1, 1], [1, 0]], np.int32),
     like=lambda table, ids: table[ids], batch=False)  # fmt: skip
case("take_along_axis", A, np.array([[2, 0], [1, 1]]), axis=1, like=np.take_along_axis)
case("take_along_axis", A, np.array([5, 0, 5]), axis=None, like=np.take_along_axis,
     batch=False)  # fmt: skip
case("slice", CUBE, (0, 1, 2), (2, 2, -1), like=CUBE[:, 1:3, 2:])
case("slice_update", A, np.array([1, 0]), np.array([[7.0, 8.0]]), batch=None,
     like=[[0.3, -1.2, 2.1], [7, 8, -2.4]])  # fmt: skip
case("scatter", np.array([[1], [3], [1]]), ROW, shape=(4,), like=[0, 3, 0, -1.5])
case("scatter_update", np.zeros((3, 2)), np.array([[1, 0], [2, 1]]), ROW[:2],
     like=[[0, 0], [0.5, 0], [0, -1.5]], batch=False)  # fmt: skip
for _reduction, _row in (("add", [5.5, 5]), ("max", [5, 5]), ("min", [0.5, 5]),
                         ("mul", [2.5, 5])):  # fmt: skip
    case("scatter_update", np.full((2, 2), 5.0), np.array([[0, 0]]), ROW[:1],
         reduction=_reduction, like=[_row, [5, 5]], batch=False)  # fmt: skip
case("nonzero", I > 8, like=np.nonzero, gradient=None, batch=None)
case("unravel_index", np.array([0, 5]), (2, 3), like=np.unravel_index, gradient=None,
     batch=None)  # fmt: skip
case("diagonal", CUBE, offset=1, axis1=1, axis2=2, like=np.diagonal)
case("diag", ROW, k=-1, like=np.diag)
case("diag", A, k=1, like=np.diag, batch=False)
case("diagflat", A, k=1, like=np.diagflat, batch=False)
case("trace", CUBE, offset=-1, axis1=1, axis2=2, like=np.trace)
case("tril", CUBE, k=-1, like=np.tril)
case("triu", CUBE, k=1, like=np.triu)
case("one_hot", np.array([0, 2, 5]), num_classes=3, like=np.eye(6)[[0, 2, 5], :3],
     gradient=False)  # fmt: skip
case("multi_hot", np.array([[0, 2], [1, 1]]), num_classes=3, gradient=False,
     like=[[1, 0, 1], [0, 1, 0]])  # fmt: skip

# -- creation -----------------------------------------------------------------

case("zeros", (2, 3), like=np.zeros, gradient=None)
case("ones", (2, 3), like=np.ones, gradient=None)
case("empty", (2, 3), like=np.zeros, gradient=None)
case("full", (2, 3), 1.5, like=np.full, gradient=None)
case("zeros_like", A, like=np.zeros_like, gradient=False)
case("ones_like", A, dtype="int32", like=np.ones_like, gradient=False)
case("empty_like", A, like=np.zeros_like, gradient=False)
case("full_like", A, 2.0, like=np.full_like, gradient=False)
case("eye", 3, 4, k=1, like=np.eye, gradient=None)
case("identity", 3, like=np.identity, gradient=None)
case("tri", 3, 4, k=-1, like=np.tri, gradient=None)
case("arange", 2, 11, 3, like=np.arange, gradient=None)
case("arange", 4, like=np.arange, gradient=None)
case("arange", 0, 1, 0.25, like=np.arange, gradient=None)
case("linspace", 0, 2, num=5, endpoint=False, like=np.linspace, gradient=None)
case("logspace", 0, 2, num=5, base=3, like=np.logspace, gradient=None)
case("geomspace", 1, 16, num=5, like=np.geomspace, gradient=None)
case("array", [[1, 2], [3, 4]], like=np.array, gradient=None)
case("vander", ROW, like=np.vander, batch=False)
case("vander", ROW, N=2, increasing=True, like=np.vander, batch=False)
case("bartlett", 5, like=np.bartlett, gradient=None)
case("blackman", 5, like=np.blackman, gradient=None)
case("hamming", 5, like=np.hamming, gradient=None)
case("hanning", 5, like=np.hanning, gradient=None)
case("kaiser", 5, 3.0, like=np.kaiser, gradient=None)

# -- linear algebra -----------------------------------------------------------

case("matmul", A, B.T, like=np.matmul, batch=False)
case("matmul", CUBE, CUBE_2, like=np.matmul)
case("matmul", CUBE, CUBE_2[0], like=np.matmul)
case("matmul", CUBE[0], CUBE_2, like=np.matmul)
case("matmul", A, ROW, like=np.matmul)
case("matmul", ROW, B.T, like=np.matmul, batch=False)
case("matmul", ROW, ROW + 1, like=np.matmul)
case("dot", CUBE, CUBE_2, like=np.dot, batch=False)
case("dot", A, 2.0, like=np.dot)
case("dot", A, ROW, like=np.dot)
case("inner", A, CUBE[..., :3], like=np.inner, batch=False)
case("vdot", A, B, like=np.vdot)
case("outer", ROW, X, like=np.outer)
case("kron", A, CUBE, like=np.kron, batch=False)
case("tensordot", CUBE, CUBE_2, axes=([2, 0], [1, 0]), like=np.tensordot)
case("tensordot", A, B, axes=2, like=np.tensordot)
case("tensordot", A, B, axes=0, like=np.tensordot, batch=False)
case("cross", A, B, like=np.cross)
case("cross", A[:, :2], B[:, :2], like=A[:, 0] * B[:, 1] - A[:, 1] * B[:, 0])
case("einsum", "bij,bjk->bik", CUBE, CUBE_2, like=np.einsum)
case("einsum", "...ij,...jk->...k", CUBE, CUBE_2, like=np.einsum)
case("einsum", "ij,j", A, ROW, like=np.einsum)
case("einsum", "bii->b", SQUARE, like=np.einsum)
case("einsum", "i,j,ij->", A[:, 0], ROW, A, like=np.einsum)
case("norm", A, like=np.linalg.norm)
case("norm", A, axis=1, keepdims=True, like=np.linalg.norm)
case("norm", A, ord=1, axis=1, like=np.linalg.norm)
case("norm", A, ord=3, axis=0, like=np.linalg.norm)
case("norm", A, ord=np.inf, axis=1, like=np.linalg.norm)
case("norm", CUBE, ord="fro", axis=(1, 2), like=np.linalg.norm)
case("norm", CUBE, ord="nuc", axis=(1, 2), like=np.linalg.norm, gradient=None)
case("cdist", A, B[:1], batch=False,
     like=lambda x, y: np.sqrt(((x[:, None] - y[None]) ** 2).sum(-1)))  # fmt: skip
case(
    "psnr", A, B, 4.0, like=lambda a, b, m: 10 * np.log10(m**2 / ((a - b) ** 2).mean())
)
case("corrcoef", LONG, like=np.corrcoef)
case("inv", SQUARE, like=np.linalg.inv)
case("solve", SQUARE, A[:, :2, None], like=np.linalg.solve)
case("solve", SQUARE[0], ROW[:2], like=np.linalg.solve, batch=False)
case("solve_triangular", SQUARE, A[:, :2, None], lower=True,
     like=lambda a, b, lower: np.linalg.solve(np.tril(a), b))  # fmt: skip
case("lstsq", LONG[:, :6].reshape(6, 2), LONG[0, 6:12], batch=False,
     like=lambda a, b: np.linalg.lstsq(a, b)[0])  # fmt: skip
case("pinv", CUBE, like=np.linalg.pinv)
case("det", SQUARE, like=np.linalg.det)
case("slogdet", SQUARE, like=np.linalg.slogdet, gradient=None)
case("logdet", POSITIVE_DEFINITE, like=lambda x: np.log(np.linalg.det(x)))
case("cholesky", POSITIVE_DEFINITE, like=np.linalg.cholesky, gradient=None)
case("cholesky_inverse", np.tril(SQUARE),
     like=lambda x: np.linalg.inv(x @ x.swapaxes(-1, -2)))  # fmt: skip
case("eigh", POSITIVE_DEFINITE, like=np.linalg.eigh, gradient=None)
case("eig", SQUARE, like=np.linalg.eig, gradient=None)
case("qr", CUBE.swapaxes(1, 2), like=np.linalg.qr)
case("svd", CUBE, full_matrices=False, like=np.linalg.svd)
case("svd", CUBE, compute_uv=False, like=np.linalg.svd)
case("lu_factor", SQUARE, gradient=None, batch=False,
     like=([[[2, 0.5], [0.15, 1.425]], [[1.2, -0.4], [0.5, 2.4]]],
           [[0, 1], [0, 1]]))  # fmt: skip
case("matrix_rank", SQUARE, like=np.linalg.matrix_rank, gradient=False)

# -- segments -----------------------------------------------------------------

IDS = np.array([0, 2, -1, 0, 2])
case("segment_sum", X, IDS, num_segments=4, like=[X[0] + X[3], 0, X[1] + X[4], 0])
case("segment_sum", X, np.array([0, 1, 1, 0, 2]), like=[X[0] + X[3], X[1] + X[2], X[4]],
     batch=None)  # fmt: skip
case("segment_prod", X, IDS, num_segments=3, like=[X[0] * X[3], 1, X[1] * X[4]])
case("segment_max", X, IDS, num_segments=3, gradient=None,
     like=[max(X[0], X[3]), -np.inf, max(X[1], X[4])])  # fmt: skip
case("segment_max", A, np.array([0, 0]), num_segments=1, like=A.max(0)[None])
case("segment_min", A, np.array([0, 0]), num_segments=1, like=A.min(0)[None])

# -- spectra ------------------------------------------------------------------


def parts(z):
    return z.real, z.imag


def stft_by_scipy(x, length, stride, fft_length):
    window = np.pad(signal.get_window("hann", length), (fft_length - length) // 2)
    x = np.pad(x, ((0, 0), (fft_length // 2,) * 2), mode="reflect")
    count = 1 + (x.shape[1] - fft_length) // stride
    frames = [x[:, i * stride : i * stride + fft_length] for i in range(count)]
    return parts(np.fft.rfft(np.stack(frames, 1) * window))


case("fft", (A, B), like=lambda x: parts(np.fft.fft(x[0] + 1j * x[1])))
case("fft2", (A, B), like=lambda x: parts(np.fft.fft2(x[0] + 1j * x[1])), batch=False)
case("ifft2", (A, B), like=lambda x: parts(np.fft.ifft2(x[0] + 1j * x[1])), batch=False)
case("rfft", LONG, like=lambda x: parts(np.fft.rfft(x)))
case("rfft", LONG, fft_length=7, like=parts(np.fft.rfft(LONG, 7)))
case("rfft", A, fft_length=8, like=parts(np.fft.rfft(A, 8)))
case("irfft", (A, B), like=lambda x: np.fft.irfft(x[0] + 1j * x[1]))
case("irfft", (A, B), fft_length=5, like=np.fft.irfft(A + 1j * B, 5))
case("irfft", (A, B), fft_length=3, like=np.fft.irfft(A + 1j * B, 3))
case("stft", LONG, 4, 2, 6, like=stft_by_scipy)
case("istft", stft_by_scipy(LONG, 4, 2, 6), 4, 2, 6, like=LONG)
case("extract_sequences", LONG, sequence_length=4, sequence_stride=3,
     like=np.stack([LONG[:, i : i + 4] for i in range(0, 13, 3)], 1))  # fmt: skip
case("correlate", X, Y, like=np.correlate)
case("correlate", X, Y, mode="same", like=np.correlate)
case("correlate", Y, X, mode="full", like=np.correlate)

# -- activations --------------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis=-1):
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


case("relu", A, like=lambda x: np.maximum(x, 0))
case("relu6", 4 * A, like=lambda x: np.clip(x, 0, 6))
case("sigmoid", A, like=sigmoid)
case("softplus", A, like=lambda x: np.log1p(np.exp(x)))
case("softsign", A, like=lambda x: x / (1 + np.abs(x)))
case("silu", A, like=lambda x: x * sigmoid(x))
case("swish", A, like=lambda x: x * sigmoid(x))
case("gelu", A, approximate=False, like=A * special.ndtr(A))
case("gelu", A, like=lambda x: 0.5 * x * (
    1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))  # fmt: skip
case("elu", A, alpha=1.5, like=np.where(A > 0, A, 1.5 * np.expm1(A)))
case("celu", A, alpha=1.5, like=np.where(A > 0, A, 1.5 * np.expm1(A / 1.5)))
case("selu", A, like=np.where(
    A > 0, 1.0507009873554805 * A, 1.7580993408473766 * np.expm1(A)))  # fmt: skip
case("leaky_relu", A, negative_slope=0.1, like=np.where(A > 0, A, 0.1 * A))
case("leaky_relu", A, like=np.where(A > 0, A, 0.2 * A))
case("hard_sigmoid", 2 * A, like=lambda x: np.clip(x / 6 + 0.5, 0, 1))
case("hard_silu", 2 * A, like=lambda x: x * np.clip(x / 6 + 0.5, 0, 1))
case("hard_swish", A, like=lambda x: x * np.clip(x / 6 + 0.5, 0, 1))
case("hard_tanh", A, like=lambda x: np.clip(x, -1, 1))
case("hard_shrink", A, threshold=1.0, like=np.where(np.abs(A) > 1, A, 0))
case("soft_shrink", A, like=np.sign(A) * np.maximum(np.abs(A) - 0.5, 0))
case("tanh_shrink", A, like=lambda x: x - np.tanh(x))
case("threshold", A, 0.5, 7.0, like=np.where(A > 0.5, A, 7.0))
case("squareplus", A, b=3, like=lambda x, b: (x + np.sqrt(x * x + b)) / 2)
case("sparse_plus", A, like=np.where(A > 1, A, np.where(A < -1, 0, (A + 1) ** 2 / 4)))
case("sparse_sigmoid", A, like=np.clip((A + 1) / 2, 0, 1))
case("sparsemax", np.array([[0.5, 0.1, 2.0], [0.4, 0.2, 0.3]]),
     like=[[0, 0, 1], [13 / 30, 7 / 30, 1 / 3]])  # fmt: skip
case("glu", CUBE, like=lambda x: x[..., :2] * sigmoid(x[..., 2:]))
case("exponential", A, like=np.exp)
case("log_sigmoid", A, like=lambda x: np.log(sigmoid(x)))
case("softmax", A, like=softmax)
case("softmax", CUBE, axis=1, like=softmax)
case("softmax", A, axis=None, like=np.exp(A) / np.exp(A).sum())
case("softmax", CUBE, axis=(1, 2), like=softmax)
case("log_softmax", CUBE, axis=1, like=lambda x, axis: np.log(softmax(x, axis)))

# -- steps of networks --------------------------------------------------------

KERNEL, BIAS = CUBE_2[0, :3], X
for _name, _function in (
    ("linear", np.asarray),
    ("tanh", np.tanh),
    ("softmax", softmax),
):
    case("dense", A, KERNEL, BIAS, activation=_name,
         like=lambda x, k, b, activation, f=_function: f(x @ k + b))  # fmt: skip
case("dense", np.stack([A, B]), KERNEL, BIAS, activation="relu",
     like=lambda x, k, b, activation: np.maximum(x @ k + b, 0))  # fmt: skip
case("dropout_mask_product", A, rate=0.0, seed=1, like=A)

SUMS = 1 / np.sqrt(A.var(0) + 0.1)
case("batch_normalization_train", A, ROW, ROW + 1, axis=-1, epsilon=0.1, gradient=None,
     like=(ROW * (A - A.mean(0)) * SUMS + ROW + 1, A.mean(0), A.var(0)))  # fmt: skip
case("batch_normalization", A, ROW, ROW + 2, 1, like=(A - ROW) / np.sqrt(ROW + 2.001))
case("batch_normalization", A, ROW, ROW + 2, -1, ROW - 1, ROW + 1, epsilon=0.1,
     like=(ROW + 1) * (A - ROW) / np.sqrt(ROW + 2.1) + ROW - 1)  # fmt: skip


def standardized(x, axes, epsilon):
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


case("layer_normalization", A, ROW, ROW + 1, epsilon=0.1,
     like=lambda x, g, b, epsilon: standardized(x, 1, 0.1) * g + b)  # fmt: skip
case("layer_normalization", CUBE, axis=(1, 2), epsilon=0.1,
     like=standardized(CUBE, (1, 2), 0.1))  # fmt: skip
case("rms_normalization", A, ROW, epsilon=0.1,
     like=ROW * A / np.sqrt((A * A).mean(1, keepdims=True) + 0.1))  # fmt: skip
case("normalize", A, like=A / np.linalg.norm(A, axis=-1, keepdims=True))
case("normalize", A, axis=0, order=1, like=A / np.abs(A).sum(0))

# -- losses -------------------------------------------------------------------

SHARES = softmax(B)
ONE_HOT = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
for _target in (ONE_HOT, SHARES[::-1].copy()):
    case("categorical_crossentropy", _target, A, from_logits=True, gradient=None,
         like=-(_target * np.log(softmax(A))).sum(-1))  # fmt: skip
    case("categorical_crossentropy", _target, SHARES, gradient=None,
         like=-(_target * np.log(SHARES)).sum(-1))  # fmt: skip
case("sparse_categorical_crossentropy", np.array([1, 2]), A, from_logits=True,
     like=-np.log(softmax(A))[[0, 1], [1, 2]])  # fmt: skip
case("sparse_categorical_crossentropy", np.array([1, 2]), P,
     like=-np.log(P / P.sum(1, keepdims=True))[[0, 1], [1, 2]])  # fmt: skip
case("binary_crossentropy", ONE_HOT, SHARES, gradient=None,
     like=-np.where(ONE_HOT == 1, np.log(SHARES), np.log(1 - SHARES)))  # fmt: skip
case("binary_crossentropy", ONE_HOT, A, from_logits=True, gradient=None,
     like=-np.log(np.where(ONE_HOT == 1, sigmoid(A), sigmoid(-A))))  # fmt: skip
# Two steps spell "1": blank 1, 1 blank, 1 1.
_p = softmax(A.reshape(1, 2, 3))[0]
case("ctc_loss", np.array([[1]]), A.reshape(1, 2, 3), np.array([1]), np.array([2]),
     like=[-np.log(_p[0, 0] * _p[1, 1] + _p[0, 1] * (_p[1, 0] + _p[1, 1]))],
     batch=False)  # fmt: skip
case(
    "ctc_loss",
    np.array([[1, 1], [2, 1]]),
    LONG.reshape(2, 4, 4),
    np.array([2, 1]),
    np.array([4, 3]),
    batch=None,
    like=[6.253931531000581, 1.9224552480081327],
)  # also Keras's; fmt: skip

# -- attention ----------------------------------------------------------------

Q = np.random.default_rng(5).normal(size=(2, 3, 2, 4))
K, V = Q[:, :, ::-1] + 0.1, Q[::-1] - 0.2


def attention(q, k, v, allowed=True):
    logits = np.einsum("bthd,bshd->bhts", q, k) / 2
    weights = softmax(np.where(allowed, logits, -1e9))
    return np.einsum("bhts,bshd->bthd", weights, v)


case("dot_product_attention", Q, K, V, like=attention)
case("dot_product_attention", Q, K, V, is_causal=True,
     like=attention(Q, K, V, np.tri(3) == 1))  # fmt: skip
case("dot_product_attention", Q, K[:, :, :1], V[:, :, :1], scale=0.5,
     like=attention(Q, K[:, :, [0, 0]], V[:, :, [0, 0]]))  # fmt: skip

# -- recurrence ---------------------------------------------------------------


def by_steps(step, x, weights, states, return_sequences=False, go_backwards=False):
    """The definition: `step` makes new states of x[:, t], weights and states."""
    outputs = []
    for t in reversed(range(x.shape[1])) if go_backwards else range(x.shape[1]):
        states = step(x[:, t], *weights, *states)
        outputs.append(states[0])
    return np.stack(outputs, 1) if return_sequences else outputs[-1], *states


def lstm_step(x, kernel, recurrent_kernel, bias, h, c):
    sums = x @ kernel + h @ recurrent_kernel + bias
    i, f, new, o = np.split(sums, 4, axis=1)
    c = special.expit(f) * c + special.expit(i) * np.tanh(new)
    return special.expit(o) * np.tanh(c), c


def gru_step(x, kernel, recurrent_kernel, bias, h):
    x_z, x_r, x_new = np.split(x @ kernel + bias[0], 3, axis=1)
    h_z, h_r, h_new = np.split(h @ recurrent_kernel + bias[1], 3, axis=1)
    z, r = special.expit(x_z + h_z), special.expit(x_r + h_r)
    return (z * h + (1 - z) * np.tanh(x_new + r * h_new),)


def simple_step(x, kernel, recurrent_kernel, bias, h):
    return (np.tanh(x @ kernel + h @ recurrent_kernel + bias),)


_rng = np.random.default_rng(9)
H, C = _rng.normal(size=(2, 2, 3))
for _name, _step, _parts, _states in [
    ("simple_rnn", simple_step, 1, (H,)),
    ("gru", gru_step, 3, (H,)),
    ("lstm", lstm_step, 4, (H, C)),
]:
    _weights = [_rng.normal(size=(n, 3 * _parts)) for n in (4, 3)]
    _bias = _rng.normal(size=(2, 9) if _name == "gru" else 3 * _parts)
    for _options in (
        {},
        {"return_sequences": True},
        {"return_sequences": True, "go_backwards": True},
    ):
        case(_name, CUBE, *_weights, _bias, *_states, batch=False, **_options,
             like=by_steps(_step, CUBE, (*_weights, _bias), _states, **_options)
             )  # fmt: skip
    case(_name, CUBE, *_weights, None, *_states, batch=None,
         like=by_steps(_step, CUBE, (*_weights, 0 * _bias), _states))  # fmt: skip

# -- convolution and pooling --------------------------------------------------


def conv_by_loops(x, kernel, strides=1, dilation_rate=1, padding="valid"):
    """The definition, pixel by pixel, for images (B, H, W, C)."""
    spans = [(n - 1) * dilation_rate + 1 for n in kernel.shape[:2]]
    if padding == "same":
        missing = [max((math.ceil(n / strides) - 1) * strides + s - n, 0)
                   for n, s in zip(x.shape[1:3], spans)]  # fmt: skip
        x = np.pad(x, [(0, 0), *((m // 2, m - m // 2) for m in missing), (0, 0)])
    height, width = ((n - s) // strides + 1 for n, s in zip(x.shape[1:3], spans))
    y = np.zeros((len(x), height, width, kernel.shape[-1]))
    for i, j in np.ndindex(height, width):
        rows = slice(i * strides, i * strides + spans[0], dilation_rate)
        columns = slice(j * strides, j * strides + spans[1], dilation_rate)
        y[:, i, j] = np.einsum("bhwc,hwcf->bf", x[:, rows, columns], kernel)
    return y


def pool_by_loops(x, reduce, size, stride):
    height, width = ((n - size) // stride + 1 for n in x.shape[1:3])
    pixels = [
        [reduce(x[:, i * stride : i * stride + size, j * stride : j * stride + size],
                axis=(1, 2)) for j in range(width)]
        for i in range(height)
    ]  # fmt: skip
    return np.moveaxis(np.array(pixels), 2, 0)


W = np.random.default_rng(6).normal(size=(3, 2, 4, 2))
D = np.random.default_rng(7).normal(size=(3, 2, 4, 2))
case("conv", IMAGE, W, like=conv_by_loops)
case("conv", IMAGE, W, strides=2, padding="same", like=conv_by_loops)
case("conv", IMAGE, W, dilation_rate=2, like=conv_by_loops)
case("conv", np.moveaxis(IMAGE, -1, 1), W, data_format="channels_first",
     like=np.moveaxis(conv_by_loops(IMAGE, W), -1, 1))  # fmt: skip
case("conv", IMAGE, W[:, :, :2], strides=2, like=np.concatenate(
    [conv_by_loops(IMAGE[..., 2 * i : 2 * i + 2], W[:, :, :2, i : i + 1], 2)
     for i in range(2)], -1))  # fmt: skip
case("conv_with_bias", IMAGE, W, ROW[:2], activation="relu", padding="same",
     like=np.maximum(conv_by_loops(IMAGE, W, padding="same") + ROW[:2], 0), batch=False
     )  # fmt: skip
case("conv_with_bias", IMAGE, W[:, :, :2], ROW[:2], like=ROW[:2] + np.concatenate(
    [conv_by_loops(IMAGE[..., 2 * i : 2 * i + 2], W[:, :, :2, i : i + 1])
     for i in range(2)], -1), batch=False)  # fmt: skip
case("conv", CUBE, CUBE_2[:, :, :, None][:, :, 0], batch=False,
     like=np.stack([np.tensordot(CUBE[:, i : i + 2], CUBE_2[:, :, :1], ([1, 2], [0, 1]))
                    for i in range(2)], 1))  # fmt: skip
case("depthwise_conv", IMAGE, D, strides=2, padding="same", like=np.concatenate(
    [conv_by_loops(IMAGE[..., c : c + 1], D[:, :, c : c + 1], 2, 1, "same")
     for c in range(4)], -1))  # fmt: skip
case("separable_conv", IMAGE, D, np.ones((1, 1, 8, 3)), gradient=None,
     like=np.repeat(sum(conv_by_loops(IMAGE[..., c : c + 1], D[:, :, c : c + 1])
                        for c in range(4)).sum(-1, keepdims=True), 3, -1))  # fmt: skip
PIXELS, SPREAD = np.array([[[1.0], [2.0]]]), np.array([[[3.0]], [[4.0]], [[5.0]]])
case("conv_transpose", PIXELS, SPREAD,
     strides=2, like=[[[3], [4], [11], [8], [10]]])  # fmt: skip
case("conv_transpose", PIXELS, SPREAD,
     strides=2, padding="same", like=[[[3], [4], [11], [8]]])  # fmt: skip
case("conv_transpose", PIXELS, SPREAD[:1], strides=3, batch=False,
     like=[[[3], [0], [0], [6], [0], [0]]])  # fmt: skip
case("max_pool", IMAGE, pool_size=2, strides=1, like=pool_by_loops(IMAGE, np.max, 2, 1))
case("max_pool", LONG[:, :5, None], pool_size=2, padding="same",
     like=np.stack([LONG[:, :2].max(1), LONG[:, 2:4].max(1), LONG[:, 4]],
                   axis=1)[..., None])  # fmt: skip
case("average_pool", IMAGE, pool_size=3, strides=2,
     like=pool_by_loops(IMAGE, np.mean, 3, 2))  # fmt: skip
case("average_pool", LONG[:, None, :5], pool_size=2, padding="same",
     data_format="channels_first",
     like=np.stack([LONG[:, :2].mean(1), LONG[:, 2:4].mean(1), LONG[:, 4]],
                   axis=1)[:, None])  # fmt: skip
case("adaptive_average_pool", LONG[:, :5, None], 2,
     like=np.stack([LONG[:, :3].mean(1), LONG[:, 2:5].mean(1)], 1)[..., None]
     )  # fmt: skip
case("adaptive_max_pool", IMAGE, (3, 1),
     like=np.stack([IMAGE[:, i : i + 2].max((1, 2), keepdims=True)[:, 0]
                    for i in (0, 2, 4)], 1))  # fmt: skip
PLANES = np.moveaxis(IMAGE, -1, 1)
case("unfold", PLANES, kernel_size=(6, 5), like=PLANES.reshape(2, -1, 1))
case("unfold", PLANES, kernel_size=2, stride=3, padding=1, gradient=True,
     like=np.stack([np.pad(PLANES, ((0, 0), (0, 0), (1, 1), (1, 1)))
                    [:, :, i : i + 2, j : j + 2].reshape(2, -1)
                    for i in (0, 3, 6) for j in (0, 3)], -1))  # fmt: skip
case("fold", np.arange(8.0).reshape(1, 4, 2), output_size=(2, 3), kernel_size=2,
     like=[[[[0, 1 + 2, 3], [4, 5 + 6, 7]]]])  # fmt: skip

for _k, _extra, _first in ((2, 1, 0), (3, 1, 0), (3, 0, 1), (4, 1, 1)):
    # Recorded from Keras: which part of the sum of windows is kept.
    _ones = np.arange(1.0, _k + 1).reshape(-1, 1, 1)
    _sum = np.convolve([1, 0, 2], _ones[:, 0, 0])
    _kept = slice(_first, _first + 2 + _k - 2 * (_k // 2) + _extra)
    case("conv_transpose", PIXELS, _ones, strides=2, padding="same", batch=False,
         output_padding=_extra,
         like=np.pad(_sum, (0, 3))[_kept].reshape(1, -1, 1))  # fmt: skip

# -- core ---------------------------------------------------------------------

case("convert_to_tensor", [[1, 2]], like=np.array, gradient=None)
case("convert_to_numpy", A, like=A, gradient=None, batch=None)
case("copy", A, like=A)
case("cast", A, "int32", like=A.astype(int), gradient=False)
case("cast", A, "float64", like=A)
case("saturate_cast", 200 * A, "int8", like=np.clip(200 * A, -128, 127).astype(np.int8),
     gradient=False)  # fmt: skip
case("stop_gradient", A, like=A, gradient=False)
case("is_tensor", A, like=False, gradient=None, batch=None)
case("shape", A, like=(2, 3), gradient=None, batch=None)
case("ndim", A, like=2, gradient=None, batch=None)
case("size", A, like=6, gradient=None, batch=None)
