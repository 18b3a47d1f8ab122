import inspect

import numpy as np
import pytest

import edukeras as keras
from edukeras import kernels, layers, ops, reference
from edukeras.errors import UnknownNameError
from edukeras.inspect import source
from edukeras.inspect.source_code import kernel_source
from tests.inspect.sanitiser import check


def titles(view):
    return [part.title for part in view.parts]


def test_a_layer_leads_to_its_op_kernel_and_twin():
    view = source(layers.Dense(3, name="head"))
    assert view.name == "head (Dense)"
    assert titles(view) == [
        "Dense.call",
        "dense",
        "linear",
        "kernel dense (Cython)",
        "kernel dense_backward (Cython)",
    ]
    call, op, _, kernel, _ = view.parts
    assert call.code == inspect.cleandoc("\n" + inspect.getsource(layers.Dense.call))
    assert "kernels.dense(rows, kernel, bias, activation)" in op.code
    assert kernel.code.startswith("def dense(x, kernel, bias")
    assert kernel.where.startswith("_kernels/dense.pyx, line ")
    assert kernel.twin.code == inspect.getsource(reference.dense.dense).rstrip()


@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("Conv2D", "conv"),
        ("BatchNormalization", "batchnorm_train"),
        ("Embedding", "embedding"),
        ("MaxPooling2D", "max_pool"),
        ("Dropout", "dropout_mask"),
        ("Adam", "adam_update"),
        ("SparseCategoricalCrossentropy", "sparse_softmax_crossentropy"),
        ("relu", "relu"),
        ("conv2d", "conv"),
    ],
)
def test_names_of_layers_losses_optimizers_and_ops_lead_to_kernels(name, kernel):
    assert f"kernel {kernel} (Cython)" in titles(source(name))


def test_a_built_recurrent_layer_leads_to_the_kernel_of_its_cell():
    model = keras.Sequential([keras.Input((3, 2)), layers.LSTM(4)])
    assert "kernel lstm (Cython)" in titles(source(model.layers[0]))


def test_every_kernel_has_a_cython_text_and_a_twin():
    for family in kernels.FAMILIES:
        for name in getattr(reference, family).__all__:
            code, line = kernel_source(name, family)
            assert code.startswith(f"def {name}(")
            assert line > 1
            (part,) = source(name).parts if name not in vars(ops) else (None,)
            assert part is None or part.twin.code.startswith(f"def {name}(")


class Doubling(layers.Layer):
    def call(self, x):
        return ops.relu(self._twice(x))

    def _twice(self, x):
        return keras.ops.matmul(x, 2 * np.eye(2))


def test_a_layer_of_the_user_leads_to_the_kernels_too():
    view = source(Doubling())
    assert titles(view)[:3] == ["Doubling.call", "relu", "Doubling._twice"]
    assert view.parts[0].where.startswith("test_source_code.py, line ")
    assert {"kernel relu (Cython)", "kernel matmul (Cython)"} <= set(titles(view))


def test_text_and_html_show_the_same_code():
    view = source("Dense")
    check(view.html())
    assert "-- Dense.call (edukeras/layers/core.py, line " in view.text()
    assert "-- twin of dense (NumPy)" in view.text()
    assert "compiled" in view.html()
    assert "the same in NumPy" in view.html()


def test_without_the_cython_text_the_twin_is_shown(monkeypatch):
    monkeypatch.setattr("edukeras.inspect.source_code.kernel_file", lambda family: None)
    assert titles(source("dense_backward")) == ["twin of dense_backward (NumPy)"]


def test_a_mistyped_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match='Did you mean "Dense"'):
        source("Dens")


def test_what_has_no_code_is_refused():
    with pytest.raises(TypeError, match=r"no source code.*Received: int"):
        source(3)
