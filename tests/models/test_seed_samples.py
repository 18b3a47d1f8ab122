"""The code samples of the customer's document, word for word, under `import keras`.

The samples run in a process of their own, because `install_as_keras()` is for a whole
process.  Where the document writes `...`, the usual arguments stand.
"""

import subprocess
import sys
import textwrap

import pytest

FUNCTIONAL = """
from keras.layers import Input, Dense
from keras.models import Model

# This returns a tensor
inputs = Input(shape=(784,))

# a layer instance is callable on a tensor, and returns a tensor
output_1 = Dense(64, activation='relu')(inputs)
output_2 = Dense(64, activation='relu')(output_1)
predictions = Dense(10, activation='softmax')(output_2)

# This creates a model that includes
# the Input layer and three Dense layers
model = Model(inputs=inputs, outputs=predictions)
model.compile(optimizer='rmsprop',
              loss='categorical_crossentropy',
              metrics=['accuracy'])
model.fit(data, labels)  # starts training
"""

TWO_LINES = """
from keras.models import Model
from keras.layers import Input, Dense

a = Input(shape=(32,))
b = Dense(32)(a)
model = Model(inputs=a, outputs=b)
"""

SUBCLASS = """
import keras

class SimpleMLP(keras.Model): #Keras.Model 상속

    def __init__(self, use_bn=False, use_dp=False, num_classes=10):
      #model layer 정의
        super(SimpleMLP, self).__init__(name='mlp')
        self.use_bn = use_bn
        self.use_dp = use_dp
        self.num_classes = num_classes

        self.dense1 = keras.layers.Dense(32, activation='relu')
        self.dense2 = keras.layers.Dense(num_classes, activation='softmax')
        if self.use_dp:
            self.dp = keras.layers.Dropout(0.5)
        if self.use_bn:
            self.bn = keras.layers.BatchNormalization(axis=-1)

    def call(self, inputs): #forward pass
        x = self.dense1(inputs)
        if self.use_dp:
            x = self.dp(x)
        if self.use_bn:
            x = self.bn(x)
        return self.dense2(x)
"""

BEFORE = """
import numpy as np
import edukeras
edukeras.install_as_keras()
edukeras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
"""


def run(*parts):
    """Runs the parts as one program; returns what it prints."""
    program = "\n".join([BEFORE, *(textwrap.dedent(part) for part in parts)])
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def test_functional_sample_trains_and_has_the_documented_parameters():
    out = run(
        """
        labels = np.eye(10)[rng.integers(0, 10, 200)]
        data = (labels @ rng.normal(size=(10, 784)) + rng.normal(size=(200, 784))) / 9
        """,
        FUNCTIONAL,
        """
        first = model.history.history['loss'][0]
        later = model.fit(data, labels, epochs=5, verbose=0).history['loss'][-1]
        assert later < first / 2, (first, later)
        assert [type(layer).__name__ for layer in model.layers] == [
            'InputLayer', 'Dense', 'Dense', 'Dense']
        assert model.count_params() == 55_050
        print('accuracy' in model.history.history)
        """,
    )
    assert out.strip().endswith("True")


def test_two_line_functional_sample_computes_b_from_a():
    run(
        TWO_LINES,
        """
        x = rng.normal(size=(3, 32)).astype('float32')
        kernel, bias = model.get_weights()
        np.testing.assert_allclose(model.predict(x, verbose=0), x @ kernel + bias,
                                   rtol=1e-5, atol=1e-6)
        assert model.inputs[0] is a and model.outputs[0] is b
        """,
    )


@pytest.mark.parametrize("use_bn", [False, True])
@pytest.mark.parametrize("use_dp", [False, True])
def test_subclass_sample_trains_with_dropout_and_moving_statistics(use_bn, use_dp):
    """Keras 3 leaves both inert here, because `call` names no `training`."""
    run(
        SUBCLASS,
        f"use_bn, use_dp = {use_bn}, {use_dp}",
        """
        model = SimpleMLP(use_bn=use_bn, use_dp=use_dp, num_classes=3)
        model.compile('rmsprop', 'sparse_categorical_crossentropy',
                      metrics=['accuracy'])
        labels = rng.integers(0, 3, 300)
        data = np.eye(3)[labels] * 3 + rng.normal(size=(300, 3)) + 5
        history = model.fit(data, labels, epochs=30, verbose=0)
        assert history.history['loss'][-1] < 0.8 * history.history['loss'][0]

        # Inference: the same twice, and independent of the batch.
        all_at_once = model.predict(data, verbose=0)
        one_by_one = model.predict(data, batch_size=1, verbose=0)
        np.testing.assert_allclose(all_at_once, one_by_one, rtol=1e-4, atol=1e-6)

        differs = not np.allclose(model(data, training=True), all_at_once, atol=1e-4)
        assert differs == (use_bn or use_dp)
        if use_bn:
            assert np.abs(model.bn.moving_mean.numpy()).max() > 0.1
        if use_dp:
            a = model(data, training=True).numpy()
            assert not np.array_equal(a, model(data, training=True).numpy())
        """,
    )
