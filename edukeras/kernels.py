"""The one door to the kernels, compiled (Cython) or reference (NumPy).

Everything above this file calls `kernels.relu(x)` and need not know which one runs:

>>> import numpy as np
>>> relu(np.array([-1.0, 2.0]))
array([0., 2.])
>>> with using("reference"):
...     info().kind
'reference'

Where the compiled modules are missing (no compiler, no scipy) the reference runs, and
`info()` says so. The compiled modules take matrix products from BLAS, a library which
scipy brings along; the end of this file loads it.
"""

# The imported kernels are for the callers of this file:
# ruff: noqa: F401
from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

import numpy as np

from edukeras.errors import EdukerasError, explain, unknown_name
from edukeras.reference.activations import (
    elu,
    elu_backward,
    exponential,
    exponential_backward,
    gelu,
    gelu_backward,
    leaky_relu,
    leaky_relu_backward,
    log_softmax,
    log_softmax_backward,
    relu,
    relu_backward,
    selu,
    selu_backward,
    sigmoid,
    sigmoid_backward,
    silu,
    silu_backward,
    softmax,
    softmax_backward,
    softplus,
    softplus_backward,
    softsign,
    softsign_backward,
    tanh,
    tanh_backward,
)
from edukeras.reference.batchnorm import (
    batchnorm_backward,
    batchnorm_inference,
    batchnorm_train,
)
from edukeras.reference.convolution import (
    conv,
    conv_backward,
)
from edukeras.reference.dense import (
    dense,
    dense_backward,
    matmul,
)
from edukeras.reference.dropout import (
    dropout_mask,
)
from edukeras.reference.embedding import (
    embedding,
    embedding_backward,
)
from edukeras.reference.gru import (
    gru,
    gru_backward,
)
from edukeras.reference.losses import (
    binary_crossentropy,
    binary_crossentropy_backward,
    categorical_crossentropy,
    categorical_crossentropy_backward,
    sigmoid_binary_crossentropy,
    sigmoid_binary_crossentropy_backward,
    softmax_crossentropy,
    softmax_crossentropy_backward,
    sparse_categorical_crossentropy,
    sparse_categorical_crossentropy_backward,
    sparse_softmax_crossentropy,
    sparse_softmax_crossentropy_backward,
)
from edukeras.reference.lstm import (
    lstm,
    lstm_backward,
)
from edukeras.reference.metrics import (
    count_right_labels,
    count_same_class,
)
from edukeras.reference.optimizers import (
    adam_update,
    average_update,
    momentum_update,
    rmsprop_update,
    sgd_update,
)
from edukeras.reference.pooling import (
    average_pool,
    average_pool_backward,
    max_pool,
    max_pool_backward,
)
from edukeras.reference.simple_rnn import (
    simple_rnn,
    simple_rnn_backward,
)

# The modules of kernels. The twins' __all__ lists the names in each.
FAMILIES = (
    "activations",
    "batchnorm",
    "convolution",
    "dense",
    "dropout",
    "embedding",
    "gru",
    "losses",
    "lstm",
    "metrics",
    "optimizers",
    "pooling",
    "simple_rnn",
)

# Where `_kernels/dense.pyx` takes its matrix products from.
BLAS_MODULE = "scipy.linalg.cython_blas"


@dataclass(frozen=True)
class KernelInfo:
    """Which kernels run, why, and on which BLAS."""

    kind: str  # "compiled" or "reference"
    reason: str
    blas_core: str  # the type of CPU that BLAS has code for, such as "SkylakeX"
    blas_threads: int | None
    tiles: bool = False  # whether large products are not BLAS's, but our own

    def __repr__(self) -> str:
        threads = "" if self.blas_threads is None else f", {self.blas_threads} threads"
        tiles = "; large products in tiles of our own" if self.tiles else ""
        blas = f"BLAS: {self.blas_core}{threads}{tiles}"
        return f"{self.kind} kernels ({self.reason}); {blas}"


def use(kind: str) -> None:
    """Switch all kernels, from now on, to "compiled" or "reference".

    Raises:
        EdukerasError: for "compiled" where the compiled kernels are not installed.
    """
    global _kind, _reason
    if kind not in ("compiled", "reference"):
        raise unknown_name("kind of kernels", kind, ("compiled", "reference"))
    if kind == "compiled" and _import_error is not None:
        raise EdukerasError(
            explain(
                f"The compiled kernels are not installed: {_import_error}.",
                hint="install a C compiler and scipy, then edukeras again.",
            )
        )
    package = "edukeras._kernels" if kind == "compiled" else "edukeras.reference"
    for family in FAMILIES:
        kernels = import_module(f"{package}.{family}")
        for name in _twins(family).__all__:
            globals()[name] = getattr(kernels, name)
    _kind, _reason = kind, f'chosen by use("{kind}")'


@contextmanager
def using(kind: str) -> Iterator[None]:
    """`use(kind)` for the length of a `with` block."""
    global _reason
    kind_before, reason_before = _kind, _reason
    use(kind)
    try:
        yield
    finally:
        use(kind_before)
        _reason = reason_before


def is_compiled_available() -> bool:
    """Whether the compiled kernels are installed."""
    return _import_error is None


def names() -> list[str]:
    """All kernels.

    >>> names()[:2]
    ['elu', 'elu_backward']
    """
    return [name for family in FAMILIES for name in _twins(family).__all__]


def both(name: str) -> tuple[Callable, Callable]:
    """A compiled kernel and its NumPy twin."""
    family = next(family for family in FAMILIES if name in _twins(family).__all__)
    compiled = import_module(f"edukeras._kernels.{family}")
    return getattr(compiled, name), getattr(_twins(family), name)


def _twins(family: str) -> Any:
    return import_module(f"edukeras.reference.{family}")


@contextmanager
def watched_by(watch: Callable[..., Any]) -> Iterator[None]:
    """In a `with` block, `watch(name, kernel, ...)` is called in place of kernels.

    It gets the arguments of the call, and is to return what `kernel(...)` returns.

    >>> from edukeras import kernels
    >>> def watch(name, kernel, *args, **options):
    ...     print(name)
    ...     return kernel(*args, **options)
    >>> with watched_by(watch):
    ...     kernels.relu(np.array([-1.0, 2.0]))
    relu
    array([0., 2.])
    """
    before = {name: globals()[name] for name in names()}
    for name, kernel in before.items():
        globals()[name] = partial(watch, name, kernel)
    try:
        yield
    finally:
        globals().update(before)


# What `compare` calls. It is written above this row, in `inspect`, and entered here by
# `edukeras/__init__.py`, which can see both; as in `models/looking.py`.
WAYS: dict[str, Callable[..., Any]] = {}


def compare(model: Any, x: Any, y: Any) -> Any:
    """Each kernel of one training step, compiled and as its NumPy twin.

    A table with the time of both and the biggest difference between their numbers. It
    is a copy of the model that is trained. See `edukeras.inspect.kernel_profile`.

    Args:
        model: compiled, so that it can be trained.
        x, y: one batch.
    """
    return WAYS["compare"](model, x, y)


def info() -> KernelInfo:
    """What runs and why; it prints as one readable line."""
    if _kind == "reference":
        return KernelInfo(_kind, _reason, "that of NumPy", None)
    # A search for a function in a library goes on in the libraries it is linked with.
    library = ctypes.CDLL(_blas_file())
    try:
        corename = library.scipy_openblas_get_corename
        num_threads = library.scipy_openblas_get_num_threads
    except AttributeError:  # another BLAS than scipy's own OpenBLAS, or Windows
        return KernelInfo(_kind, _reason, "of unknown type", None)
    corename.restype = ctypes.c_char_p
    tiles = import_module("edukeras._kernels.dense").computes_tiles()
    return KernelInfo(_kind, _reason, corename().decode(), num_threads(), tiles)


def _import_compiled() -> None:
    """Import all compiled modules, and for products scipy's BLAS, not scipy.

    The usual import of scipy.linalg.cython_blas runs all of scipy.linalg first, which
    takes longer than NumPy and edukeras together.
    """
    import_module("edukeras._kernels.activations")  # fails early if there are none
    with _best_blas_core():
        try:
            with _found_but_not_run("scipy", "scipy.linalg"):
                _import_families()
        except ImportError:  # on Windows, scipy/__init__.py tells where its DLLs are
            _import_families()
    _hand_over_thread_control()
    _keep_freed_memory()


def _import_families() -> None:
    for family in FAMILIES:
        import_module(f"edukeras._kernels.{family}")


@contextmanager
def _found_but_not_run(*packages: str) -> Iterator[None]:
    """Let modules of these packages be imported without their `__init__.py`.

    In the block the packages are there, but empty. Afterwards they and their modules
    are forgotten, so that a later `import scipy.linalg` goes the usual way.
    """
    before = set(sys.modules)
    try:
        for package in packages:
            if package not in before:
                spec = find_spec(package)
                if spec is None:
                    raise ImportError(f"{package} is not installed")
                sys.modules[package] = module_from_spec(spec)
        yield
    finally:
        for name in set(sys.modules) - before:
            if name.startswith(packages):
                del sys.modules[name]


def _hand_over_thread_control() -> None:
    """Let the kernels share large work among threads, if BLAS is OpenBLAS."""
    library = ctypes.CDLL(_blas_file())
    names = ("scipy_openblas_get_num_threads", "scipy_openblas_set_num_threads")
    if not all(hasattr(library, name) for name in names):
        return
    functions = [ctypes.cast(getattr(library, name), ctypes.c_void_p) for name in names]
    team = import_module("edukeras._kernels.threads").address()
    for family in ("convolution", "dense", "gru", "lstm", "optimizers", "simple_rnn"):
        module = import_module(f"edukeras._kernels.{family}")
        module.control_threads(*(function.value for function in functions), team)


def _keep_freed_memory() -> None:
    """Let the arrays of a training step take the memory of the step before.

    Linux's malloc gives large blocks back to the system and gets new ones from it, all
    page by page, which takes longer than convolving them. It stops doing that for sizes
    up to the largest block that it has seen freed; above 32 MB it does not look. So it
    is shown one of 31 MB, which is never written to, so that it takes no memory.

    Measured over 700 steps of the benchmark's CNN (28x28, batch 32): 2.2 ms a step
    and 9 thousand page faults, without this 4.6 ms and 169 thousand. The peak is the
    same, 52 MB; what is kept when the training is over is at most 62 MB. The dense
    networks, whose arrays are small, run as they do without it.
    """
    np.empty(31 << 20, np.uint8)


def _blas_file() -> str:
    """The file of scipy.linalg.cython_blas, found without importing scipy."""
    scipy = find_spec("scipy")
    if scipy is None or scipy.submodule_search_locations is None:
        raise ImportError("scipy is not installed")
    folders = [
        os.path.join(path, "linalg") for path in scipy.submodule_search_locations
    ]
    spec = PathFinder.find_spec(BLAS_MODULE, folders)
    if spec is None or spec.origin is None:
        raise ImportError(f"this scipy has no {BLAS_MODULE}")
    return spec.origin


@contextmanager
def _best_blas_core() -> Iterator[None]:
    """While scipy's OpenBLAS loads, name the core it should choose, if it would not.

    Several releases take AMD's Zen 5 for a Haswell, at half the speed (OpenBLAS issue
    6029). On AMD, SkylakeX is its best core wherever the CPU has AVX-512; on Intel it
    chooses well. What the user has set stays.
    """
    variable = "OPENBLAS_CORETYPE"
    if variable in os.environ or not _is_amd_with_avx512():
        yield
        return
    os.environ[variable] = "SKYLAKEX"
    try:
        yield
    finally:
        del os.environ[variable]


def _is_amd_with_avx512() -> bool:
    """Read from /proc/cpuinfo: known on Linux only."""
    try:
        with open("/proc/cpuinfo") as file:
            first_cpu = file.read(4096)
    except OSError:
        return False
    needed = ("AuthenticAMD", "avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl")
    return all(word in first_cpu for word in needed)


_kind = "reference"
_reason = ""
_import_error: Exception | None = None
try:
    _import_compiled()
except Exception as error:  # whatever keeps a binary from loading, the twins can run
    _import_error = error
    _reason = f"the compiled kernels are not installed: {error}"
else:
    use("compiled")
    _reason = "installed and chosen by default"
