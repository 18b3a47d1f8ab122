"""keras.layers: what models are made of.

Source: https://keras.io/api/layers/
"""

from collections.abc import Mapping as _Mapping
from typing import Any as _Any

from edukeras import registry as _registry
from edukeras.layers.activations import (
    ELU as ELU,
    Activation as Activation,
    LeakyReLU as LeakyReLU,
    PReLU as PReLU,
    ReLU as ReLU,
    Softmax as Softmax,
)
from edukeras.layers.adaptive_pooling import (
    AdaptiveAveragePooling1D as AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D as AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D as AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D as AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D as AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D as AdaptiveMaxPooling3D,
)
from edukeras.layers.attention import (
    AdditiveAttention as AdditiveAttention,
    Attention as Attention,
)
from edukeras.layers.base import Layer as Layer
from edukeras.layers.batch_normalization import BatchNormalization as BatchNormalization
from edukeras.layers.bidirectional import Bidirectional as Bidirectional
from edukeras.layers.conv_lstm import (
    ConvLSTM1D as ConvLSTM1D,
    ConvLSTM2D as ConvLSTM2D,
    ConvLSTM3D as ConvLSTM3D,
)
from edukeras.layers.convolutional import (
    Conv1D as Conv1D,
    Conv2D as Conv2D,
    Conv3D as Conv3D,
)
from edukeras.layers.core import (
    Dense as Dense,
    Identity as Identity,
    Input as Input,
    InputLayer as InputLayer,
    Masking as Masking,
)
from edukeras.layers.depthwise import (
    DepthwiseConv1D as DepthwiseConv1D,
    DepthwiseConv2D as DepthwiseConv2D,
    SeparableConv1D as SeparableConv1D,
    SeparableConv2D as SeparableConv2D,
)
from edukeras.layers.einsum_dense import EinsumDense as EinsumDense
from edukeras.layers.embedding import Embedding as Embedding
from edukeras.layers.input_spec import InputSpec as InputSpec
from edukeras.layers.lambda_layer import Lambda as Lambda
from edukeras.layers.merging import (
    Add as Add,
    Average as Average,
    Concatenate as Concatenate,
    Dot as Dot,
    Maximum as Maximum,
    Minimum as Minimum,
    Multiply as Multiply,
    Subtract as Subtract,
    add as add,
    average as average,
    concatenate as concatenate,
    dot as dot,
    maximum as maximum,
    minimum as minimum,
    multiply as multiply,
    subtract as subtract,
)
from edukeras.layers.multi_head_attention import (
    GroupQueryAttention as GroupQueryAttention,
    MultiHeadAttention as MultiHeadAttention,
)
from edukeras.layers.normalization import (
    GroupNormalization as GroupNormalization,
    LayerNormalization as LayerNormalization,
    RMSNormalization as RMSNormalization,
    UnitNormalization as UnitNormalization,
)
from edukeras.layers.padding import (
    Cropping1D as Cropping1D,
    Cropping2D as Cropping2D,
    Cropping3D as Cropping3D,
    ZeroPadding1D as ZeroPadding1D,
    ZeroPadding2D as ZeroPadding2D,
    ZeroPadding3D as ZeroPadding3D,
)
from edukeras.layers.pooling import (
    AveragePooling1D as AveragePooling1D,
    AveragePooling2D as AveragePooling2D,
    AveragePooling3D as AveragePooling3D,
    GlobalAveragePooling1D as GlobalAveragePooling1D,
    GlobalAveragePooling2D as GlobalAveragePooling2D,
    GlobalAveragePooling3D as GlobalAveragePooling3D,
    GlobalMaxPooling1D as GlobalMaxPooling1D,
    GlobalMaxPooling2D as GlobalMaxPooling2D,
    GlobalMaxPooling3D as GlobalMaxPooling3D,
    MaxPooling1D as MaxPooling1D,
    MaxPooling2D as MaxPooling2D,
    MaxPooling3D as MaxPooling3D,
)
from edukeras.layers.preprocessing import (
    AugMix as AugMix,
    AutoContrast as AutoContrast,
    CategoryEncoding as CategoryEncoding,
    CenterCrop as CenterCrop,
    ContrastLimitedAdaptiveHistogramEqualization as ContrastLimitedAdaptiveHistogramEqualization,  # noqa: E501
    CutMix as CutMix,
    Discretization as Discretization,
    Equalization as Equalization,
    HashedCrossing as HashedCrossing,
    Hashing as Hashing,
    IntegerLookup as IntegerLookup,
    MaxNumBoundingBoxes as MaxNumBoundingBoxes,
    MixUp as MixUp,
    Normalization as Normalization,
    Pipeline as Pipeline,
    RandAugment as RandAugment,
    RandomBrightness as RandomBrightness,
    RandomColorDegeneration as RandomColorDegeneration,
    RandomColorJitter as RandomColorJitter,
    RandomContrast as RandomContrast,
    RandomCrop as RandomCrop,
    RandomElasticTransform as RandomElasticTransform,
    RandomErasing as RandomErasing,
    RandomFlip as RandomFlip,
    RandomGaussianBlur as RandomGaussianBlur,
    RandomGrayscale as RandomGrayscale,
    RandomHue as RandomHue,
    RandomInvert as RandomInvert,
    RandomPerspective as RandomPerspective,
    RandomPosterization as RandomPosterization,
    RandomRotation as RandomRotation,
    RandomSaturation as RandomSaturation,
    RandomSharpness as RandomSharpness,
    RandomShear as RandomShear,
    RandomTranslation as RandomTranslation,
    RandomZoom as RandomZoom,
    Rescaling as Rescaling,
    Resizing as Resizing,
    Solarization as Solarization,
    StringLookup as StringLookup,
    TextVectorization as TextVectorization,
)
from edukeras.layers.recurrent import (
    GRU as GRU,
    LSTM as LSTM,
    RNN as RNN,
    SimpleRNN as SimpleRNN,
)
from edukeras.layers.recurrent_cells import (
    GRUCell as GRUCell,
    LSTMCell as LSTMCell,
    SimpleRNNCell as SimpleRNNCell,
    StackedRNNCells as StackedRNNCells,
)
from edukeras.layers.regularization import (
    ActivityRegularization as ActivityRegularization,
    AlphaDropout as AlphaDropout,
    Dropout as Dropout,
    GaussianDropout as GaussianDropout,
    GaussianNoise as GaussianNoise,
    SpatialDropout1D as SpatialDropout1D,
    SpatialDropout2D as SpatialDropout2D,
    SpatialDropout3D as SpatialDropout3D,
)
from edukeras.layers.reshaping import (
    Flatten as Flatten,
    Permute as Permute,
    RepeatVector as RepeatVector,
    Reshape as Reshape,
)
from edukeras.layers.reversible_embedding import (
    ReversibleEmbedding as ReversibleEmbedding,
)
from edukeras.layers.transposed_convolution import (
    Conv1DTranspose as Conv1DTranspose,
    Conv2DTranspose as Conv2DTranspose,
    Conv3DTranspose as Conv3DTranspose,
)
from edukeras.layers.upsampling import (
    UpSampling1D as UpSampling1D,
    UpSampling2D as UpSampling2D,
    UpSampling3D as UpSampling3D,
)
from edukeras.layers.wrappers import (
    SpectralNormalization as SpectralNormalization,
    TimeDistributed as TimeDistributed,
    Wrapper as Wrapper,
)

# Keras's other names.
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D

_registry.register_builtin(
    "keras.layers",
    {
        name: value
        for name, value in globals().items()
        if isinstance(value, type) and issubclass(value, Layer) and value is not Layer
    }
    | {"GroupedQueryAttention": GroupQueryAttention},  # so it is called in .h5 files
)


def serialize(layer: Layer) -> dict[str, _Any]:
    """The record of a layer: its class and config, ready for JSON.

    >>> serialize(Dense(3, name="hidden"))["class_name"]
    'Dense'
    """
    return _registry.serialize_keras_object(layer)


def deserialize(
    config: dict[str, _Any], custom_objects: _Mapping[str, _Any] | None = None
) -> Layer:
    """A new layer from what `serialize` returned.

    >>> deserialize(serialize(Dense(3, name="hidden")))
    <Dense name=hidden, built=False>
    """
    layer = _registry.deserialize_keras_object(config, custom_objects)
    if not isinstance(layer, Layer):
        raise ValueError(f"This is the record of no layer: {config!r}.")
    return layer
