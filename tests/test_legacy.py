"""The names of Keras 2.2 and 2.3, and programs that `import keras`."""

import subprocess
import sys

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers

X = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def model():
    built = keras.Sequential(
        [keras.Input((2,)), layers.Dense(1, kernel_initializer="ones")]
    )
    built.compile("sgd", "mse")
    return built


def batches():
    while True:
        yield X[:4], Y[:4]


def test_the_generator_family_equals_the_methods():
    old, new = model(), model()
    old.fit_generator(batches(), steps_per_epoch=2, verbose=0)
    new.fit(batches(), steps_per_epoch=2, verbose=0)
    np.testing.assert_array_equal(old.get_weights()[0], new.get_weights()[0])
    assert old.evaluate_generator(batches(), steps=2) == new.evaluate(
        batches(), steps=2, verbose=0
    )
    assert old.predict_generator(batches(), steps=2).shape == (8, 1)


def test_predict_classes_of_one_unit_and_of_several():
    one = model()
    np.testing.assert_array_equal(
        one.predict_classes(X), (one.predict(X, verbose=0) > 0.5).astype(int)
    )
    several = keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")])
    assert several.predict_classes(X).shape == (8,)
    np.testing.assert_array_equal(
        several.predict_proba(X), several.predict(X, verbose=0)
    )


def test_node_indices_count_the_calls():
    layer = layers.Dense(3)
    with pytest.raises(AttributeError, match="never called"):
        _ = layer.output
    a, b = keras.Input((4,)), keras.Input((4,))
    first, second = layer(a), layer(b)
    assert layer.get_output_at(0) is first
    assert layer.get_output_at(1) is second
    assert layer.get_input_at(1) is b
    assert layer.input_shape == (None, 4)
    assert layer.get_output_shape_at(1) == (None, 3)
    with pytest.raises(ValueError, match="no node 2"):
        layer.get_output_at(2)


def test_ambiguous_shapes_are_refused():
    layer = layers.Activation("relu")
    layer(keras.Input((4,)))
    layer(keras.Input((5,)))
    with pytest.raises(AttributeError, match="different shapes"):
        _ = layer.input_shape


PROGRAM = """
import edukeras
edukeras.install_as_keras()
import keras
from keras import backend as K
from keras.layers import Dense, Input, Dropout
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential, Model, load_model, model_from_json
from keras.optimizers import SGD
from keras.utils import to_categorical
from keras.utils.np_utils import to_categorical as old
from keras.callbacks import EarlyStopping
from keras.datasets import digits
from keras.optimizers.schedules import ExponentialDecay
assert keras is edukeras and old is to_categorical and K.floatx() == "float32"
"""


def test_install_as_keras_serves_old_and_new_import_paths():
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


def test_install_as_keras_refuses_beside_real_keras():
    program = """
import sys, types
sys.modules["keras"] = types.ModuleType("keras")
import edukeras
try:
    edukeras.install_as_keras()
except RuntimeError as error:
    print(error)
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert "imported already" in result.stdout, result.stderr


def test_lr_and_decay_of_keras_2_optimizers():
    optimizer = keras.optimizers.SGD(lr=0.5, decay=0.1)
    assert float(optimizer.learning_rate) == pytest.approx(0.5)
    optimizer.iterations.assign(10)
    assert float(optimizer.learning_rate) == pytest.approx(0.5 / (1 + 0.1 * 10))


SCRIPT = """
import sys
import helper_of_the_script
import numpy as np
import keras
from keras import layers, ops

model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
if __name__ == "__main__":
    print(keras.__name__, sys.argv[1:], helper_of_the_script.value)
"""


def run_script(tmp_path, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "edukeras", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_keras_program_runs_unmodified_with_its_arguments(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    (tmp_path / "helper_of_the_script.py").write_text("value = 3")
    result = run_script(tmp_path, str(script), "--epochs", "2")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "edukeras ['--epochs', '2'] 3\n"


def test_a_program_that_fails_shows_its_own_error(tmp_path):
    script = tmp_path / "broken.py"
    script.write_text("raise SystemExit(7)")
    assert run_script(tmp_path, str(script)).returncode == 7
    missing = run_script(tmp_path, str(tmp_path / "missing.py"))
    assert missing.returncode != 0
    assert "missing.py" in missing.stderr
