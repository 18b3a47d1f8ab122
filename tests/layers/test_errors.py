"""Wrong arguments and wrong inputs: the kind of the error, and what its text says.

Each message names the layer or the argument, what was expected and what came.
"""

import numpy as np
import pytest

from edukeras import layers
from edukeras.errors import ShapeError

ones = np.ones


def built(layer, shape):
    layer(ones(shape))
    return layer


INPUTS = {
    "wrong width": (
        lambda: built(layers.Dense(3, name="hidden"), (2, 4))(ones((2, 5))),
        ['Dense layer "hidden"', "size 4", "(2, 5)"],
    ),
    "an image instead of a row": (
        lambda: built(layers.Dense(3, name="hidden"), (2, 64))(ones((2, 28, 28))),
        ["last axis to have size 64", "(2, 28, 28)", "Flatten()"],
    ),
    "one sample without batch axis": (
        lambda: layers.Dense(3, name="hidden")(ones(4)),
        ['Dense layer "hidden"', "at least 2 axes", "(4,)", "x[None, ...]"],
    ),
    "wrong width of a symbolic input": (
        lambda: built(layers.Dense(3), (2, 4))(layers.Input((5,))),
        ["size 4", "(None, 5)"],
    ),
    "wrong rank": (
        lambda: layers.RepeatVector(2, name="r")(ones((2, 3, 4))),
        ['"r"', "2 axes", "(2, 3, 4)"],
    ),
    "reshape that does not fit": (
        lambda: layers.Reshape((2, 4), name="form")(ones((5, 6))),
        ['"form"', "6 values", "(2, 4)"],
    ),
    "permute of another rank": (
        lambda: layers.Permute((2, 1))(ones((2, 3, 4, 5))),
        ["3 axes", "(2, 3, 4, 5)"],
    ),
    "number outside the embedding": (
        lambda: layers.Embedding(3, 2, name="words")(np.array([[0, 7]])),
        ['"words"', "0 to 2", "7", "input_dim=8"],
    ),
    "negative number in the embedding": (
        lambda: layers.Embedding(3, 2)(np.array([[-1]])),
        ["0 to 2", "-1"],
    ),
    "merge of a single tensor": (
        lambda: layers.Add(name="sum")(ones((2, 3))),
        ['Add layer "sum"', "one list", "(2, 3)", "Add()([a, b])"],
    ),
    "merge of different widths": (
        lambda: layers.Add(name="sum")([ones((2, 3)), ones((2, 4))]),
        ['"sum"', "(2, 3)", "(2, 4)", "Concatenate"],
    ),
    "merge of different batches": (
        lambda: layers.Multiply()([ones((2, 3)), ones((4, 3))]),
        ["number of samples", "(2, 3)", "(4, 3)"],
    ),
    "subtract of three": (
        lambda: layers.Subtract(name="s")([ones((2, 3))] * 3),
        ['"s"', "a list of 2 inputs", "3 inputs"],
    ),
    "concatenate of different heights": (
        lambda: layers.Concatenate(name="c")([ones((2, 3, 4)), ones((2, 5, 4))]),
        ['"c"', "axis -1", "(2, 3, 4)", "(2, 5, 4)"],
    ),
    "concatenate along a missing axis": (
        lambda: layers.Concatenate(axis=3)([ones((2, 3)), ones((2, 3))]),
        ["axis=3", "(2, 3)"],
    ),
    "dot of different sizes": (
        lambda: layers.Dot(1, name="d")([ones((2, 3)), ones((2, 4))]),
        ['"d"', "same size", "(2, 3)", "(2, 4)"],
    ),
    "dot along the batch": (
        lambda: layers.Dot(0)([ones((2, 3)), ones((2, 3))]),
        ["axes=0", "samples"],
    ),
    "dot along a missing axis": (
        lambda: layers.Dot(2)([ones((2, 3)), ones((2, 3))]),
        ["axes=2"],
    ),
    "dot of one": (
        lambda: layers.Dot(1)([ones((2, 3))]),
        ["a list of 2 inputs", "1 inputs"],
    ),
    "cropping of everything": (
        lambda: layers.Cropping1D(2, name="crop")(ones((1, 4, 1))),
        ['"crop"', "nothing over", "(1, 4, 1)"],
    ),
    "normalization along a missing axis": (
        lambda: layers.BatchNormalization(axis=4, name="bn")(ones((2, 3))),
        ['"bn"', "axis=4", "(2, 3)"],
    ),
    "layer normalization along a missing axis": (
        lambda: layers.LayerNormalization(axis=4, name="ln")(ones((2, 3))),
        ['"ln"', "axis=[4]", "(2, 3)"],
    ),
    "groups that do not divide the channels": (
        lambda: layers.GroupNormalization(3, name="gn")(ones((2, 4))),
        ['"gn"', "multiple of 3", "(2, 4)"],
    ),
    "another width than batch normalization was built with": (
        lambda: built(layers.BatchNormalization(name="bn"), (2, 3))(ones((2, 4))),
        ['"bn"', "size 3", "(2, 4)"],
    ),
    "window larger than the image": (
        lambda: layers.Conv2D(2, 7, name="conv")(ones((1, 5, 5, 3))),
        ['"conv"', "(7, 7)", "(1, 5, 5, 3)", 'padding="same"'],
    ),
    "window larger than a symbolic image": (
        lambda: layers.MaxPooling2D(3, name="pool")(layers.Input((2, 2, 3))),
        ['"pool"', "(3, 3)", "(None, 2, 2, 3)"],
    ),
    "images without channels": (
        lambda: layers.Conv2D(2, 3, name="conv")(ones((10, 28, 28))),
        ['Conv2D layer "conv"', "4 axes", "(10, 28, 28)"],
    ),
    "channels that the groups do not divide": (
        lambda: layers.Conv2D(4, 3, groups=2, name="conv")(ones((1, 5, 5, 3))),
        ['"conv"', "2 groups", "(1, 5, 5, 3)"],
    ),
    "unknown number of channels": (
        lambda: layers.Conv1D(4, 3, name="conv")(layers.Input((5, None))),
        ['"conv"', "number of channels", "(None, 5, None)"],
    ),
    "other channels than built with": (
        lambda: built(layers.Conv1D(4, 3), (1, 5, 2))(ones((1, 5, 3))),
        ["size 2", "(1, 5, 3)"],
    ),
    "a row for a recurrent layer": (
        lambda: layers.LSTM(4, name="lstm")(ones((2, 3))),
        ['"lstm"', "3 axes", "(2, 3)"],
    ),
    "einsum of another rank": (
        lambda: layers.EinsumDense("abc,cd->abd", (None, 2))(ones((2, 3))),
        ["'abc' names 3 axes", "(2, 3)"],
    ),
    "einsum with two sizes of one axis": (
        lambda: layers.EinsumDense("abc,cd->abd", (7, 4))(ones((2, 3, 5))),
        ["axis 'b'", "(2, 3, 5)", "(7, 4)"],
    ),
}


@pytest.mark.parametrize("case", INPUTS)
def test_wrong_input_is_a_shape_error_that_explains(case):
    run, parts = INPUTS[case]
    with pytest.raises(ShapeError) as error:
        run()
    assert isinstance(error.value, ValueError)
    for part in parts:
        assert part in str(error.value)


ARGUMENTS = {
    "units": (lambda: layers.Dense(0), ValueError, ["Dense", "units=0"]),
    "units as a string": (lambda: layers.Dense("3"), ValueError, ["units='3'"]),
    "activation": (
        lambda: layers.Dense(3, activation="rleu"),
        ValueError,
        ["'rleu'", 'Did you mean "relu"'],
    ),
    "initializer": (
        lambda: layers.Dense(3, kernel_initializer="glorot"),
        ValueError,
        ["'glorot'", "Did you mean"],
    ),
    "regularizer": (
        lambda: layers.Dense(3, kernel_regularizer="l3"),
        ValueError,
        ["'l3'", "l2"],
    ),
    "constraint": (
        lambda: layers.Dense(3, kernel_constraint="maxnorm3"),
        ValueError,
        ["maxnorm3"],
    ),
    "dtype": (lambda: layers.Dense(3, dtype="float31"), ValueError, ["float31"]),
    "rate": (lambda: layers.Dropout(1.5), ValueError, ["Dropout", "rate=1.5"]),
    "negative rate": (lambda: layers.Dropout(-0.1), ValueError, ["rate=-0.1"]),
    "rate of gaussian dropout": (
        lambda: layers.GaussianDropout("a"),
        ValueError,
        ["GaussianDropout", "rate='a'"],
    ),
    "rate of spatial dropout": (
        lambda: layers.SpatialDropout2D(2),
        ValueError,
        ["SpatialDropout2D", "rate=2"],
    ),
    "stddev": (lambda: layers.GaussianNoise(-1), ValueError, ["stddev=-1"]),
    "input shape without comma": (
        lambda: layers.Input(784),
        ValueError,
        ["tuple", "784", "Input(shape=(784,))"],
    ),
    "no input shape": (lambda: layers.Input(), ValueError, ["Input(shape=(784,))"]),
    "embedding size": (lambda: layers.Embedding(0, 2), ValueError, ["input_dim=0"]),
    "max_value": (lambda: layers.ReLU(-1), ValueError, ["max_value=-1"]),
    "negative_slope": (
        lambda: layers.LeakyReLU(None),
        ValueError,
        ["negative_slope=None"],
    ),
    "permute dims": (lambda: layers.Permute((0, 1)), ValueError, ["dims=(0, 1)"]),
    "repeat": (lambda: layers.RepeatVector(1.5), TypeError, ["n=1.5"]),
    "dot axes": (lambda: layers.Dot("1"), TypeError, ["axes='1'"]),
    "padding": (
        lambda: layers.ZeroPadding2D((1, 2, 3)),
        ValueError,
        ["ZeroPadding2D", "padding=(1, 2, 3)", "((top, bottom), (left, right))"],
    ),
    "negative padding": (
        lambda: layers.ZeroPadding1D(-1),
        ValueError,
        ["padding=-1"],
    ),
    "cropping": (lambda: layers.Cropping3D("a"), ValueError, ["cropping='a'"]),
    "size": (lambda: layers.UpSampling2D((2, 0)), ValueError, ["size=(2, 0)"]),
    "interpolation": (
        lambda: layers.UpSampling2D(2, interpolation="bilinar"),
        ValueError,
        ['Did you mean "bilinear"'],
    ),
    "data_format": (
        lambda: layers.Flatten(data_format="channel_last"),
        ValueError,
        ['Did you mean "channels_last"'],
    ),
    "renorm": (lambda: layers.BatchNormalization(renorm=True), ValueError, ["renorm"]),
    "axis of unit normalization": (
        lambda: layers.UnitNormalization("a"),
        TypeError,
        ["axis='a'"],
    ),
    "wrapped thing": (
        lambda: layers.SpectralNormalization(3),
        ValueError,
        ["goes around a layer", "3"],
    ),
    "power iterations": (
        lambda: layers.SpectralNormalization(layers.Dense(2), 0),
        ValueError,
        ["power_iterations=0"],
    ),
    "equation": (
        lambda: layers.EinsumDense("abc", (None, 2))(ones((2, 3, 4))),
        ValueError,
        ["equation='abc'", "abc,cd->abd"],
    ),
    "output axis from nowhere": (
        lambda: layers.EinsumDense("abc,cd->abz", (None, 2))(ones((2, 3, 4))),
        ValueError,
        ["'z'"],
    ),
    "bias axis from nowhere": (
        lambda: layers.EinsumDense("ab,bc->ac", 2, bias_axes="z")(ones((2, 3))),
        ValueError,
        ["bias_axes='z'"],
    ),
    "filters": (lambda: layers.Conv2D(0, 3), ValueError, ["Conv2D", "filters=0"]),
    "kernel_size": (lambda: layers.Conv2D(2, (1, 2, 3)), ValueError, ["(1, 2, 3)"]),
    "padding of a convolution": (
        lambda: layers.Conv2D(2, 3, padding="sme"),
        ValueError,
        ["'sme'", 'Did you mean "same"'],
    ),
    "causal images": (
        lambda: layers.Conv2D(2, 3, padding="causal"),
        ValueError,
        ["'causal'"],
    ),
    "strides and dilation": (
        lambda: layers.Conv2D(2, 3, strides=2, dilation_rate=2),
        ValueError,
        ["strides=2", "dilation_rate=2"],
    ),
    "filters that the groups do not divide": (
        lambda: layers.Conv2D(3, 3, groups=2),
        ValueError,
        ["filters=3", "2"],
    ),
    "output_padding": (
        lambda: layers.Conv1DTranspose(2, 3, strides=2, output_padding=2),
        ValueError,
        ["output_padding=2"],
    ),
    "pool_size": (lambda: layers.MaxPooling2D(0), ValueError, ["pool_size", "0"]),
    "padding of pooling": (
        lambda: layers.MaxPooling2D(2, padding="full"),
        ValueError,
        ["'full'"],
    ),
    "output_size": (
        lambda: layers.AdaptiveMaxPooling2D((2, 3, 4)),
        TypeError,
        ["output_size=(2, 3, 4)"],
    ),
    "units of a recurrent layer": (lambda: layers.LSTM(0), ValueError, ["units=0"]),
    "layer without kernel": (
        lambda: layers.SpectralNormalization(layers.ReLU())(ones((2, 3))),
        ValueError,
        ["kernel", "ReLU"],
    ),
    "lambda that is no function": (lambda: layers.Lambda(3), ValueError, ["3"]),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_wrong_argument_is_explained(case):
    run, kind, parts = ARGUMENTS[case]
    with pytest.raises(kind) as error:
        run()
    for part in parts:
        assert part in str(error.value)
