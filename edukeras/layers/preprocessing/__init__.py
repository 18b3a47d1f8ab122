"""Preprocessing: what data goes through before a model, or as its first layers.

Source: https://keras.io/api/layers/preprocessing_layers/
"""

from edukeras.layers.preprocessing.bounding_boxes import (
    MaxNumBoundingBoxes as MaxNumBoundingBoxes,
)
from edukeras.layers.preprocessing.buckets import (
    HashedCrossing as HashedCrossing,
    Hashing as Hashing,
)
from edukeras.layers.preprocessing.image_color import (
    RandomBrightness as RandomBrightness,
    RandomColorDegeneration as RandomColorDegeneration,
    RandomColorJitter as RandomColorJitter,
    RandomContrast as RandomContrast,
    RandomGrayscale as RandomGrayscale,
    RandomHue as RandomHue,
    RandomSaturation as RandomSaturation,
)
from edukeras.layers.preprocessing.image_effects import (
    AutoContrast as AutoContrast,
    RandomErasing as RandomErasing,
    RandomGaussianBlur as RandomGaussianBlur,
    RandomInvert as RandomInvert,
    RandomPosterization as RandomPosterization,
    RandomSharpness as RandomSharpness,
    Solarization as Solarization,
)
from edukeras.layers.preprocessing.image_geometry import (
    RandomFlip as RandomFlip,
    RandomRotation as RandomRotation,
    RandomShear as RandomShear,
    RandomTranslation as RandomTranslation,
    RandomZoom as RandomZoom,
)
from edukeras.layers.preprocessing.image_histograms import (
    ContrastLimitedAdaptiveHistogramEqualization as ContrastLimitedAdaptiveHistogramEqualization,  # noqa: E501
    Equalization as Equalization,
)
from edukeras.layers.preprocessing.image_mixing import (
    CutMix as CutMix,
    MixUp as MixUp,
)
from edukeras.layers.preprocessing.image_policies import (
    AugMix as AugMix,
    RandAugment as RandAugment,
)
from edukeras.layers.preprocessing.image_size import (
    CenterCrop as CenterCrop,
    RandomCrop as RandomCrop,
    Resizing as Resizing,
)
from edukeras.layers.preprocessing.image_warping import (
    RandomElasticTransform as RandomElasticTransform,
    RandomPerspective as RandomPerspective,
)
from edukeras.layers.preprocessing.lookup import (
    IntegerLookup as IntegerLookup,
    StringLookup as StringLookup,
)
from edukeras.layers.preprocessing.normalization import Normalization as Normalization
from edukeras.layers.preprocessing.numbers import (
    CategoryEncoding as CategoryEncoding,
    Discretization as Discretization,
    Rescaling as Rescaling,
)
from edukeras.layers.preprocessing.pipeline import Pipeline as Pipeline
from edukeras.layers.preprocessing.text import TextVectorization as TextVectorization
