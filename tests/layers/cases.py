"""One line per layer and way to use it.

Each drives `check_layer` (gradients, shapes, configs, dtypes, kernels) and the
comparison with what real Keras computed; see `record_from_keras.py`.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Case:
    """A layer, its arguments, the shapes of its inputs.

    Arguments that hold layers are a function (layers, dtype) -> arguments, so that the
    same line makes ours and Keras's.
    """

    layer: str
    arguments: Any
    shapes: Any  # one shape, or a list of several
    whole: int | None = None  # inputs are whole numbers below this
    mask: str | None = None  # "time": inputs come with a mask (B, T)
    call: dict = field(default_factory=dict)
    gradients: bool = True
    separate: bool = False  # several inputs are several arguments, not one list

    @property
    def float32_only(self) -> bool:
        """Whether Keras on JAX refuses to run this in float64."""
        return self.layer in RECURRENT | ATTENTION

    def arguments_for(self, layers: Any) -> Callable[[str], dict]:
        if callable(self.arguments):
            return lambda dtype: self.arguments(layers, dtype)
        return lambda dtype: self.arguments

    def inputs(self, name: str) -> Any:
        """The same random inputs in every run."""
        generator = np.random.default_rng(zlib.crc32(name.encode()))
        several = isinstance(self.shapes, list)
        arrays = []
        for shape in self.shapes if several else [self.shapes]:
            if self.whole is not None:
                arrays.append(generator.integers(0, self.whole, shape, dtype="int32"))
            else:
                arrays.append(generator.normal(0, 1, shape))
        if self.separate:
            return tuple(arrays)
        return arrays if several else arrays[0]

    def call_arguments(self) -> dict:
        """`call`, with masks as arrays; a layer of several inputs gets several."""

        def mask(value):
            return np.array(value, dtype=bool)

        several = isinstance(self.shapes, list) and not self.separate
        return {
            name: (
                value
                if not isinstance(value, list)
                else [mask(item) for item in value]
                if several
                else mask(value)
            )
            for name, value in self.call.items()
        }

    def call_layer(self, layer: Any, inputs: Any) -> Any:
        """The outputs of a layer, ours or Keras's."""
        arguments = inputs if self.separate else (inputs,)
        return layer(*arguments, **self.call_arguments())

    def masks(self) -> Any:
        """Padding at the end of each sample, longer from sample to sample."""
        if self.mask is None:
            return None

        def one(shape):
            steps = np.arange(shape[1])
            return steps < np.maximum(shape[1] - np.arange(shape[0]), 1)[:, None]

        if isinstance(self.shapes, list):
            return [one(shape) for shape in self.shapes]
        return one(self.shapes)


RECURRENT = {
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "GRU",
    "LSTM",
    "RNN",
    "SimpleRNN",
}
ATTENTION = {
    "AdditiveAttention",
    "Attention",
    "GroupQueryAttention",
    "MultiHeadAttention",
}


def _dense(layers, dtype, **arguments):
    return {"layer": layers.Dense(3, dtype=dtype, name="inner"), **arguments}


def _lstm(layers, dtype, **arguments):
    return {"layer": layers.LSTM(2, dtype=dtype, name="inner", **arguments)}


TRAINING = {"training": True}

CASES = {
    # core
    "dense": Case("Dense", {"units": 3}, (2, 4)),
    "dense_relu": Case("Dense", {"units": 3, "activation": "relu"}, (2, 4)),
    "dense_mish_3d": Case("Dense", {"units": 2, "activation": "mish"}, (2, 3, 4)),
    "dense_no_bias": Case("Dense", {"units": 2, "use_bias": False}, (2, 3, 1, 2)),
    "dense_softmax": Case("Dense", {"units": 3, "activation": "softmax"}, (2, 4)),
    "dense_everything": Case(
        "Dense",
        {
            "units": 2,
            "activation": "gelu",
            "kernel_initializer": "he_normal",
            "bias_initializer": "ones",
            "kernel_regularizer": "l2",
            "bias_regularizer": "l1",
            "activity_regularizer": "l2",
            "kernel_constraint": "max_norm",
            "bias_constraint": "non_neg",
        },
        (3, 4),
    ),
    "identity": Case("Identity", {}, (2, 3)),
    "masking": Case("Masking", {"mask_value": 0.0}, (2, 3, 2)),
    "embedding": Case("Embedding", {"input_dim": 5, "output_dim": 3}, (2, 4), whole=5),
    "embedding_mask": Case(
        "Embedding",
        {"input_dim": 5, "output_dim": 3, "mask_zero": True},
        (2, 4),
        whole=5,
    ),
    "einsum_dense": Case(
        "EinsumDense",
        {"equation": "abc,cd->abd", "output_shape": [None, 4], "bias_axes": "d"},
        (2, 3, 5),
    ),
    "einsum_dense_2d": Case(
        "EinsumDense",
        {"equation": "ab,bc->ac", "output_shape": 4, "activation": "relu"},
        (2, 3),
    ),
    "einsum_dense_heads": Case(
        "EinsumDense",
        {"equation": "abc,cde->abde", "output_shape": [None, 4, 5], "bias_axes": "de"},
        (2, 3, 6),
    ),
    "einsum_dense_two_bias_axes": Case(
        "EinsumDense",
        {"equation": "abc,cd->abd", "output_shape": [3, 4], "bias_axes": "bd"},
        (2, 3, 5),
    ),
    "einsum_dense_dots": Case(
        "EinsumDense",
        {"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"},
        (2, 3, 5),
    ),
    "einsum_dense_sum": Case(
        "EinsumDense",
        {"equation": "abcd,cde->abe", "output_shape": [None, 6]},
        (2, 3, 4, 5),
    ),
    # activations
    "activation": Case("Activation", {"activation": "tanh"}, (2, 3)),
    "relu": Case("ReLU", {}, (2, 3)),
    "relu_all": Case(
        "ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, (3, 5)
    ),
    "leaky_relu": Case("LeakyReLU", {"negative_slope": 0.25}, (2, 3)),
    "elu": Case("ELU", {"alpha": 0.5}, (2, 3)),
    "prelu": Case("PReLU", {}, (2, 3, 4)),
    "prelu_shared": Case("PReLU", {"shared_axes": [1, 2]}, (2, 3, 4, 2)),
    "softmax": Case("Softmax", {}, (2, 3)),
    "softmax_axis": Case("Softmax", {"axis": 1}, (2, 3, 4)),
    "softmax_axes": Case("Softmax", {"axis": [1, 2]}, (2, 3, 4)),
    "softmax_mask": Case("Softmax", {}, (2, 3), call={"mask": [[1, 0, 1], [1, 1, 0]]}),
    # merging
    "add": Case("Add", {}, [(2, 3), (2, 3), (2, 3)]),
    "add_mask": Case("Add", {}, [(2, 3, 2), (2, 3, 2)], mask="time"),
    "add_ranks": Case("Add", {}, [(2, 3), (2, 4, 3)]),
    "add_broadcast": Case("Add", {}, [(2, 1, 3), (2, 4, 1)]),
    "subtract": Case("Subtract", {}, [(2, 3), (2, 3)]),
    "multiply": Case("Multiply", {}, [(2, 3), (2, 3), (2, 1)]),
    "average": Case("Average", {}, [(2, 3), (2, 3), (2, 3)]),
    "maximum": Case("Maximum", {}, [(2, 3), (2, 3), (2, 3)]),
    "minimum": Case("Minimum", {}, [(2, 3), (2, 3)]),
    "concatenate": Case("Concatenate", {}, [(2, 3), (2, 4)]),
    "concatenate_axis": Case("Concatenate", {"axis": 1}, [(2, 3, 2), (2, 1, 2)]),
    "concatenate_mask": Case(
        "Concatenate", {"axis": 1}, [(3, 3, 2), (3, 4, 2)], mask="time"
    ),
    "dot": Case("Dot", {"axes": 1}, [(2, 3), (2, 3)]),
    "dot_matrices": Case("Dot", {"axes": [2, 1]}, [(2, 3, 4), (2, 4, 5)]),
    "dot_3d": Case("Dot", {"axes": 1}, [(2, 3, 4), (2, 3, 5)]),
    "dot_4d": Case("Dot", {"axes": [3, 1]}, [(2, 3, 2, 4), (2, 4, 5)]),
    "dot_cosine": Case("Dot", {"axes": -1, "normalize": True}, [(2, 3), (2, 3)]),
    # reshaping
    "flatten": Case("Flatten", {}, (2, 3, 4)),
    "flatten_1d": Case("Flatten", {}, (2,)),
    "flatten_first": Case("Flatten", {"data_format": "channels_first"}, (2, 3, 4, 2)),
    "reshape": Case("Reshape", {"target_shape": [2, -1]}, (2, 6)),
    "permute": Case("Permute", {"dims": [3, 1, 2]}, (2, 3, 4, 5)),
    "repeat_vector": Case("RepeatVector", {"n": 3}, (2, 4)),
    "zero_padding1d": Case("ZeroPadding1D", {"padding": [2, 1]}, (2, 3, 2)),
    "zero_padding1d_first": Case(
        "ZeroPadding1D", {"padding": 1, "data_format": "channels_first"}, (2, 3, 2)
    ),
    "zero_padding2d": Case(
        "ZeroPadding2D", {"padding": [[1, 0], [2, 3]]}, (1, 3, 2, 2)
    ),
    "zero_padding2d_first": Case(
        "ZeroPadding2D",
        {"padding": [1, 2], "data_format": "channels_first"},
        (1, 3, 2, 2),
    ),
    "zero_padding3d": Case("ZeroPadding3D", {"padding": 1}, (1, 2, 1, 2, 2)),
    "cropping1d": Case("Cropping1D", {"cropping": [1, 2]}, (2, 5, 2)),
    "cropping2d": Case("Cropping2D", {"cropping": [[1, 0], [2, 1]]}, (1, 4, 5, 2)),
    "cropping2d_first": Case(
        "Cropping2D", {"cropping": 1, "data_format": "channels_first"}, (1, 2, 4, 5)
    ),
    "cropping3d": Case("Cropping3D", {"cropping": [1, 0, 1]}, (1, 4, 2, 3, 2)),
    "up_sampling1d": Case("UpSampling1D", {"size": 3}, (2, 3, 2)),
    "up_sampling2d": Case("UpSampling2D", {"size": [2, 3]}, (1, 2, 3, 2)),
    "up_sampling2d_first": Case(
        "UpSampling2D", {"size": 2, "data_format": "channels_first"}, (1, 2, 3, 2)
    ),
    "up_sampling2d_bilinear": Case(
        "UpSampling2D", {"size": 2, "interpolation": "bilinear"}, (1, 2, 3, 2)
    ),
    "up_sampling2d_bicubic": Case(
        "UpSampling2D", {"size": [3, 2], "interpolation": "bicubic"}, (1, 3, 4, 1)
    ),
    "up_sampling2d_lanczos3": Case(
        "UpSampling2D",
        {
            "size": 2,
            "interpolation": "lanczos3",
            "data_format": "channels_first",
        },
        (1, 1, 4, 5),
    ),
    "up_sampling2d_lanczos5": Case(
        "UpSampling2D", {"size": 2, "interpolation": "lanczos5"}, (1, 6, 3, 1)
    ),
    "up_sampling3d": Case("UpSampling3D", {"size": [2, 1, 3]}, (1, 2, 2, 1, 2)),
    # regularization
    "dropout_inference": Case("Dropout", {"rate": 0.5}, (2, 3)),
    "dropout_seeded": Case("Dropout", {"rate": 0.5, "seed": 3}, (2, 3)),
    "dropout_shape": Case("Dropout", {"rate": 0.5, "noise_shape": [None, 1]}, (2, 3)),
    "spatial_dropout1d": Case("SpatialDropout1D", {"rate": 0.5}, (2, 3, 2)),
    "spatial_dropout2d": Case("SpatialDropout2D", {"rate": 0.5}, (2, 3, 2, 2)),
    "spatial_dropout3d": Case("SpatialDropout3D", {"rate": 0.5}, (1, 2, 2, 2, 2)),
    "gaussian_noise": Case("GaussianNoise", {"stddev": 0.5}, (2, 3)),
    "gaussian_dropout": Case("GaussianDropout", {"rate": 0.5}, (2, 3)),
    "alpha_dropout": Case("AlphaDropout", {"rate": 0.5}, (2, 3)),
    "activity_regularization": Case(
        "ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (2, 3)
    ),
    # normalization
    "batch_normalization": Case("BatchNormalization", {}, (4, 3)),
    "batch_normalization_train": Case("BatchNormalization", {}, (5, 3), call=TRAINING),
    "batch_normalization_image": Case(
        "BatchNormalization", {"momentum": 0.8}, (2, 3, 2, 3), call=TRAINING
    ),
    "batch_normalization_first": Case(
        "BatchNormalization", {"axis": 1, "epsilon": 0.01}, (3, 2, 3), call=TRAINING
    ),
    "batch_normalization_plain": Case(
        "BatchNormalization", {"center": False, "scale": False}, (5, 3), call=TRAINING
    ),
    "batch_normalization_no_scale": Case(
        "BatchNormalization", {"scale": False}, (5, 3), call=TRAINING
    ),
    "batch_normalization_mask": Case(
        "BatchNormalization", {}, (3, 4, 2), mask="time", call=TRAINING
    ),
    "layer_normalization": Case("LayerNormalization", {}, (2, 5)),
    "layer_normalization_axes": Case(
        "LayerNormalization", {"axis": [1, 2], "epsilon": 0.1}, (2, 3, 4)
    ),
    "layer_normalization_axes_mixed": Case(
        "LayerNormalization", {"axis": [1, -1]}, (2, 3, 4)
    ),
    "layer_normalization_axis1": Case(
        "LayerNormalization", {"axis": 1, "scale": False}, (2, 3, 4)
    ),
    "layer_normalization_plain": Case(
        "LayerNormalization", {"center": False, "scale": False}, (2, 3, 4)
    ),
    "group_normalization": Case("GroupNormalization", {"groups": 2}, (2, 3, 4)),
    "group_normalization_instance": Case(
        "GroupNormalization", {"groups": -1, "axis": 1}, (2, 3, 4)
    ),
    "group_normalization_plain": Case(
        "GroupNormalization",
        {"groups": 1, "center": False, "scale": False},
        (2, 3, 2, 2),
    ),
    "unit_normalization": Case("UnitNormalization", {}, (2, 3)),
    "unit_normalization_axes": Case("UnitNormalization", {"axis": [1, 2]}, (2, 3, 2)),
    "rms_normalization": Case("RMSNormalization", {}, (2, 5)),
    "rms_normalization_axes": Case("RMSNormalization", {"axis": [1, 2]}, (2, 3, 4)),
    # convolution
    "conv1d": Case("Conv1D", {"filters": 3, "kernel_size": 2}, (2, 5, 2)),
    "conv1d_causal": Case(
        "Conv1D",
        {"filters": 2, "kernel_size": 3, "padding": "causal", "dilation_rate": 2},
        (2, 6, 2),
    ),
    "conv1d_strides_first": Case(
        "Conv1D",
        {
            "filters": 2,
            "kernel_size": 3,
            "strides": 2,
            "data_format": "channels_first",
        },
        (2, 2, 7),
    ),
    "conv1d_causal_strides": Case(
        "Conv1D",
        {"filters": 2, "kernel_size": 3, "padding": "causal", "strides": 2},
        (2, 6, 2),
    ),
    "conv2d": Case(
        "Conv2D", {"filters": 3, "kernel_size": 3, "activation": "tanh"}, (2, 4, 5, 2)
    ),
    "conv2d_same_strides": Case(
        "Conv2D",
        {
            "filters": 2,
            "kernel_size": [2, 3],
            "strides": [2, 3],
            "padding": "same",
            "use_bias": False,
        },
        (2, 5, 6, 2),
    ),
    "conv2d_dilated_groups": Case(
        "Conv2D",
        {"filters": 4, "kernel_size": 2, "dilation_rate": 2, "groups": 2},
        (1, 4, 4, 4),
    ),
    "conv2d_first": Case(
        "Conv2D",
        {
            "filters": 2,
            "kernel_size": 3,
            "padding": "same",
            "data_format": "channels_first",
        },
        (1, 2, 3, 4),
    ),
    "conv3d": Case("Conv3D", {"filters": 2, "kernel_size": [2, 1, 2]}, (1, 3, 2, 3, 2)),
    "conv1d_transpose": Case(
        "Conv1DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2},
        (2, 4, 3),
    ),
    "conv1d_transpose_dilated": Case(
        "Conv1DTranspose",
        {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": "same"},
        (2, 5, 2),
    ),
    "conv2d_transpose_same": Case(
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"},
        (1, 3, 2, 2),
    ),
    "conv2d_transpose_output_padding": Case(
        "Conv2DTranspose",
        {
            "filters": 2,
            "kernel_size": [3, 2],
            "strides": 2,
            "padding": "same",
            "output_padding": 1,
        },
        (1, 3, 2, 2),
    ),
    "conv2d_transpose_first": Case(
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": 2, "data_format": "channels_first"},
        (1, 2, 2, 3),
    ),
    "conv3d_transpose": Case(
        "Conv3DTranspose",
        {"filters": 1, "kernel_size": 2, "strides": [1, 2, 1]},
        (1, 2, 2, 2, 2),
    ),
    "depthwise_conv1d": Case(
        "DepthwiseConv1D", {"kernel_size": 2, "depth_multiplier": 2}, (2, 4, 3)
    ),
    "depthwise_conv2d": Case(
        "DepthwiseConv2D",
        {"kernel_size": 2, "depth_multiplier": 2, "strides": 2, "padding": "same"},
        (1, 5, 4, 2),
    ),
    "separable_conv1d": Case(
        "SeparableConv1D", {"filters": 3, "kernel_size": 2}, (2, 4, 2)
    ),
    "separable_conv2d": Case(
        "SeparableConv2D",
        {
            "filters": 3,
            "kernel_size": 3,
            "depth_multiplier": 2,
            "padding": "same",
            "activation": "relu",
        },
        (1, 4, 3, 2),
    ),
    # pooling
    "max_pooling1d": Case("MaxPooling1D", {}, (2, 5, 3)),
    "max_pooling1d_strides": Case(
        "MaxPooling1D", {"pool_size": 3, "strides": 1, "padding": "same"}, (2, 5, 2)
    ),
    "max_pooling2d": Case("MaxPooling2D", {}, (2, 4, 5, 2)),
    "max_pooling2d_same": Case(
        "MaxPooling2D",
        {"pool_size": [2, 3], "strides": [1, 2], "padding": "same"},
        (1, 4, 5, 2),
    ),
    "max_pooling2d_first": Case(
        "MaxPooling2D", {"data_format": "channels_first"}, (1, 2, 4, 5)
    ),
    "max_pooling3d": Case("MaxPooling3D", {}, (1, 2, 4, 3, 2)),
    "average_pooling1d": Case(
        "AveragePooling1D", {"pool_size": 2, "padding": "same"}, (2, 5, 2)
    ),
    "average_pooling2d": Case(
        "AveragePooling2D",
        {"pool_size": 3, "strides": 2, "padding": "same"},
        (1, 4, 5, 2),
    ),
    "average_pooling3d": Case("AveragePooling3D", {"pool_size": 2}, (1, 2, 3, 4, 2)),
    "global_max_pooling1d": Case("GlobalMaxPooling1D", {}, (2, 4, 3)),
    "global_max_pooling2d": Case(
        "GlobalMaxPooling2D", {"keepdims": True}, (2, 2, 3, 2)
    ),
    "global_max_pooling3d": Case("GlobalMaxPooling3D", {}, (1, 2, 2, 3, 2)),
    "global_average_pooling1d": Case("GlobalAveragePooling1D", {}, (2, 4, 3)),
    "global_average_pooling1d_mask": Case(
        "GlobalAveragePooling1D", {}, (3, 4, 2), mask="time"
    ),
    "global_average_pooling2d": Case(
        "GlobalAveragePooling2D", {"data_format": "channels_first"}, (2, 2, 3, 2)
    ),
    "global_average_pooling3d": Case("GlobalAveragePooling3D", {}, (1, 2, 2, 3, 2)),
    "adaptive_max_pooling1d": Case(
        "AdaptiveMaxPooling1D", {"output_size": 3}, (2, 7, 2)
    ),
    "adaptive_max_pooling2d": Case(
        "AdaptiveMaxPooling2D", {"output_size": [2, 3]}, (1, 5, 4, 2)
    ),
    "adaptive_max_pooling3d": Case(
        "AdaptiveMaxPooling3D", {"output_size": 2}, (1, 2, 3, 4, 1)
    ),
    "adaptive_average_pooling1d": Case(
        "AdaptiveAveragePooling1D", {"output_size": 3}, (2, 7, 2)
    ),
    "adaptive_average_pooling2d": Case(
        "AdaptiveAveragePooling2D",
        {"output_size": 2, "data_format": "channels_first"},
        (1, 2, 5, 4),
    ),
    "adaptive_average_pooling3d": Case(
        "AdaptiveAveragePooling3D", {"output_size": [1, 2, 2]}, (1, 2, 3, 4, 1)
    ),
    # recurrent
    "simple_rnn": Case("SimpleRNN", {"units": 3}, (2, 4, 2)),
    "simple_rnn_backwards": Case(
        "SimpleRNN",
        {"units": 3, "go_backwards": True, "return_sequences": True},
        (2, 4, 2),
    ),
    "simple_rnn_no_bias": Case(
        "SimpleRNN", {"units": 3, "use_bias": False, "activation": "sigmoid"}, (2, 3, 2)
    ),
    "lstm": Case("LSTM", {"units": 3}, (2, 4, 2)),
    "lstm_sequences": Case("LSTM", {"units": 2, "return_sequences": True}, (2, 4, 3)),
    "lstm_state": Case(
        "LSTM",
        {"units": 2, "return_sequences": True, "return_state": True},
        (2, 4, 3),
    ),
    "lstm_mask": Case(
        "LSTM", {"units": 2, "return_sequences": True}, (3, 4, 2), mask="time"
    ),
    "lstm_mask_last": Case("LSTM", {"units": 2}, (3, 4, 2), mask="time"),
    "lstm_mask_backwards": Case(
        "LSTM",
        {"units": 2, "return_state": True, "go_backwards": True},
        (3, 4, 2),
        mask="time",
    ),
    "lstm_options": Case(
        "LSTM",
        {
            "units": 2,
            "activation": "relu",
            "recurrent_activation": "hard_sigmoid",
            "unit_forget_bias": False,
            "use_bias": False,
            "kernel_regularizer": "l2",
            "dropout": 0.1,
            "recurrent_dropout": 0.2,
        },
        (2, 3, 2),
    ),
    "gru": Case("GRU", {"units": 3}, (2, 4, 2)),
    "gru_reset_before": Case(
        "GRU",
        {"units": 2, "reset_after": False, "return_sequences": True},
        (2, 4, 2),
    ),
    "gru_no_bias": Case("GRU", {"units": 2, "use_bias": False}, (2, 3, 2)),
    "gru_mask": Case(
        "GRU",
        {"units": 2, "return_sequences": True, "return_state": True},
        (3, 4, 2),
        mask="time",
    ),
    "rnn_cell": Case(
        "RNN",
        lambda layers, dtype: {
            "cell": layers.LSTMCell(2, dtype=dtype, name="c"),
            "return_state": True,
        },
        (2, 3, 2),
    ),
    "rnn_zero_output": Case(
        "RNN",
        lambda layers, dtype: {
            "cell": layers.GRUCell(2, dtype=dtype, name="c"),
            "return_sequences": True,
            "zero_output_for_mask": True,
        },
        (3, 4, 2),
        mask="time",
    ),
    "rnn_stacked": Case(
        "RNN",
        lambda layers, dtype: {
            "cell": layers.StackedRNNCells(
                [
                    layers.LSTMCell(2, dtype=dtype, name="a"),
                    layers.GRUCell(3, dtype=dtype, name="b"),
                ],
                dtype=dtype,
                name="c",
            ),
            "return_sequences": True,
        },
        (2, 3, 2),
    ),
    "bidirectional": Case("Bidirectional", _lstm, (2, 4, 2)),
    "bidirectional_sequences": Case(
        "Bidirectional",
        lambda layers, dtype: _lstm(layers, dtype, return_sequences=True),
        (3, 4, 2),
        mask="time",
    ),
    "bidirectional_sum": Case(
        "Bidirectional",
        lambda layers, dtype: {**_lstm(layers, dtype), "merge_mode": "sum"},
        (2, 3, 2),
    ),
    "bidirectional_mul": Case(
        "Bidirectional",
        lambda layers, dtype: {**_lstm(layers, dtype), "merge_mode": "mul"},
        (2, 3, 2),
    ),
    "bidirectional_ave": Case(
        "Bidirectional",
        lambda layers, dtype: {**_lstm(layers, dtype), "merge_mode": "ave"},
        (2, 3, 2),
    ),
    "bidirectional_both": Case(
        "Bidirectional",
        lambda layers, dtype: {
            **_lstm(layers, dtype, return_sequences=True),
            "merge_mode": None,
        },
        (2, 3, 2),
    ),
    "bidirectional_state": Case(
        "Bidirectional",
        lambda layers, dtype: _lstm(layers, dtype, return_state=True),
        (2, 3, 2),
    ),
    "conv_lstm1d": Case("ConvLSTM1D", {"filters": 2, "kernel_size": 2}, (2, 3, 4, 2)),
    "conv_lstm1d_options": Case(
        "ConvLSTM1D",
        {
            "filters": 2,
            "kernel_size": 3,
            "strides": 2,
            "padding": "same",
            "data_format": "channels_first",
            "recurrent_activation": "hard_sigmoid",
            "unit_forget_bias": False,
            "kernel_regularizer": "l2",
            "dropout": 0.1,
            "recurrent_dropout": 0.2,
            "go_backwards": True,
            "return_sequences": True,
            "return_state": True,
        },
        (2, 3, 2, 5),
    ),
    "conv_lstm2d": Case(
        "ConvLSTM2D",
        {
            "filters": 2,
            "kernel_size": [2, 1],
            "dilation_rate": 2,
            "use_bias": False,
            "return_sequences": True,
        },
        (1, 2, 4, 2, 1),
    ),
    "conv_lstm3d": Case(
        "ConvLSTM3D",
        {"filters": 1, "kernel_size": 2, "activation": "relu"},
        (1, 2, 2, 3, 2, 1),
    ),
    # attention: [query, value] or [query, value, key]
    "attention": Case("Attention", {}, [(2, 3, 4), (2, 5, 4)]),
    "attention_key": Case("Attention", {}, [(2, 3, 4), (2, 5, 2), (2, 5, 4)]),
    "attention_scale": Case(
        "Attention", {"use_scale": True, "dropout": 0.2}, [(2, 3, 4), (2, 5, 4)]
    ),
    "attention_concat": Case(
        "Attention",
        {"use_scale": True, "score_mode": "concat", "seed": 1},
        [(2, 3, 2), (2, 4, 2)],
    ),
    "attention_mask": Case("Attention", {}, [(3, 3, 2), (3, 4, 2)], mask="time"),
    "attention_causal_scores": Case(
        "Attention",
        {},
        [(2, 4, 2), (2, 4, 2)],
        call={"use_causal_mask": True, "return_attention_scores": True},
    ),
    "attention_sees_nothing": Case(
        "Attention",
        {},
        [(2, 3, 2), (2, 3, 2)],
        call={
            "use_causal_mask": True,
            "mask": [[[1, 1, 1], [1, 1, 0]], [[0, 0, 1], [0, 1, 1]]],
        },
        gradients=False,  # 1e9 - 1e9 leaves no digits for the differences
    ),
    "additive_attention": Case("AdditiveAttention", {}, [(2, 3, 4), (2, 5, 4)]),
    "additive_attention_plain": Case(
        "AdditiveAttention", {"use_scale": False}, [(2, 3, 2), (2, 4, 2), (2, 4, 2)]
    ),
    "additive_attention_mask": Case(
        "AdditiveAttention",
        {"dropout": 0.1},
        [(3, 4, 2), (3, 4, 2)],
        mask="time",
        call={"use_causal_mask": True},
    ),
    "multi_head_attention": Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3},
        [(2, 3, 4), (2, 5, 4)],
        separate=True,
    ),
    "multi_head_attention_key": Case(
        "MultiHeadAttention",
        # Keras on JAX takes another value_dim only with a dropout rate.
        {"num_heads": 2, "key_dim": 3, "value_dim": 4, "dropout": 0.1},
        [(2, 3, 4), (2, 5, 2), (2, 5, 3)],
        separate=True,
    ),
    "multi_head_attention_options": Case(
        "MultiHeadAttention",
        {
            "num_heads": 2,
            "key_dim": 3,
            "use_bias": False,
            "output_shape": [2, 3],
            "use_gate": True,
            "kernel_initializer": "he_normal",
            "kernel_regularizer": "l2",
            "activity_regularizer": "l2",
            "kernel_constraint": "max_norm",
            "seed": 3,
        },
        [(2, 3, 4), (2, 5, 4)],
        separate=True,
    ),
    "multi_head_attention_scores": Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 2, "output_shape": 5},
        [(2, 3, 4), (2, 2, 4)],
        call={"return_attention_scores": True},
        separate=True,
    ),
    "multi_head_attention_causal": Case(
        "MultiHeadAttention",
        {"num_heads": 1, "key_dim": 2, "sliding_window": 2},
        [(2, 4, 3), (2, 4, 3)],
        call={"use_causal_mask": True},
        separate=True,
    ),
    "multi_head_attention_padding": Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 2},
        [(3, 4, 3), (3, 5, 3)],
        mask="time",
        separate=True,
    ),
    "multi_head_attention_padding_scores": Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 2, "use_gate": True},
        [(3, 4, 3), (3, 5, 3)],
        mask="time",
        call={"return_attention_scores": True},
        separate=True,
    ),
    "multi_head_attention_mask": Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 2},
        [(2, 3, 3), (2, 2, 3)],
        call={"attention_mask": [[[1, 0], [0, 1], [1, 1]], [[0, 0], [1, 0], [1, 1]]]},
        separate=True,
    ),
    "multi_head_attention_images": Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 2},
        [(1, 2, 3, 3), (1, 3, 2, 3)],
        call={"return_attention_scores": True},
        separate=True,
    ),
    "multi_head_attention_axis": Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 2, "attention_axes": [2]},
        [(2, 2, 3, 3), (2, 2, 4, 3)],
        call={"return_attention_scores": True},
        separate=True,
    ),
    "multi_head_attention_first_axis": Case(
        "MultiHeadAttention",
        {"num_heads": 1, "key_dim": 2, "attention_axes": [1]},
        [(2, 2, 3, 3), (2, 4, 3, 3)],
        separate=True,
    ),
    "group_query_attention": Case(
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
        [(2, 3, 4), (2, 5, 4)],
        separate=True,
    ),
    "group_query_attention_options": Case(
        "GroupQueryAttention",
        {
            "head_dim": 2,
            "num_query_heads": 2,
            "num_key_value_heads": 1,
            "dropout": 0.1,
            "use_bias": False,
            "use_gate": True,
            "sliding_window": 2,
            "kernel_regularizer": "l2",
        },
        [(2, 3, 4), (2, 3, 4), (2, 3, 4)],
        call={"return_attention_scores": True},
        separate=True,
    ),
    "group_query_attention_padding": Case(
        "GroupQueryAttention",
        {"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2},
        [(3, 4, 3), (3, 4, 3)],
        mask="time",
        call={"use_causal_mask": True},
        separate=True,
    ),
    "reversible_embedding": Case(
        "ReversibleEmbedding",
        {"input_dim": 5, "output_dim": 3, "mask_zero": True, "tie_weights": False},
        (2, 4),
        whole=5,
    ),
    "reversible_embedding_reverse": Case(
        "ReversibleEmbedding",
        {"input_dim": 5, "output_dim": 3},
        (2, 4, 3),
        call={"reverse": True},
    ),
    "reversible_embedding_reverse_untied": Case(
        "ReversibleEmbedding",
        {
            "input_dim": 5,
            "output_dim": 3,
            "tie_weights": False,
            "logit_soft_cap": 2.0,
            "embeddings_regularizer": "l2",
        },
        (2, 4, 3),
        call={"reverse": True},
    ),
    # wrappers
    "time_distributed": Case("TimeDistributed", _dense, (2, 3, 4)),
    "time_distributed_mask": Case("TimeDistributed", _dense, (3, 4, 2), mask="time"),
    "time_distributed_images": Case(
        "TimeDistributed",
        lambda layers, dtype: {
            "layer": layers.Conv2D(2, 2, dtype=dtype, name="inner"),
        },
        (1, 2, 3, 3, 2),
    ),
    "spectral_normalization": Case("SpectralNormalization", _dense, (2, 4)),
    "spectral_normalization_train": Case(
        "SpectralNormalization",
        lambda layers, dtype: _dense(layers, dtype, power_iterations=3),
        (2, 4),
        call=TRAINING,
        gradients=False,  # each call changes the kernel
    ),
}
