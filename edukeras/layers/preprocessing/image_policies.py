"""Several changes by chance, in a row or side by side: RandAugment, AugMix."""

from __future__ import annotations

from typing import Any

from edukeras import ops
from edukeras.layers.preprocessing.image_color import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
)
from edukeras.layers.preprocessing.image_effects import (
    AutoContrast,
    RandomPosterization,
    RandomSharpness,
    Solarization,
)
from edukeras.layers.preprocessing.image_geometry import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
)
from edukeras.layers.preprocessing.image_histograms import Equalization
from edukeras.layers.preprocessing.image_layer import RandomImageLayer, factor_range

_GEOMETRY = {
    "random_shear": (RandomShear, ("x_factor", "y_factor")),
    "random_translation": (RandomTranslation, ("height_factor", "width_factor")),
    "random_rotation": (RandomRotation, ("factor",)),
}
_COLORS = {
    "random_brightness": (RandomBrightness, ("factor",)),
    "random_color_degeneration": (RandomColorDegeneration, ("factor",)),
    "random_contrast": (RandomContrast, ("factor",)),
    "random_sharpness": (RandomSharpness, ("factor",)),
    "solarization": (Solarization, ("addition_factor", "threshold_factor")),
}


class _Policy(RandomImageLayer):
    """A layer that draws from a list of layers, all of one strength."""

    value_range: tuple
    factor: tuple[float, float]
    interpolation: str

    def _make_parts(self, names: tuple[str, ...]) -> None:
        """Makes the layers; each is an attribute of the name that Keras gives it."""
        shared = {"data_format": self.data_format, "dtype": self.dtype_policy}
        for name in names:
            setattr(self, name, self._part(name, shared))
        self._names = names

    def _part(self, name: str, shared: dict[str, Any]) -> RandomImageLayer:
        chance = shared | {"seed": self.seed}
        colors: dict[str, Any] = {"value_range": self.value_range}
        if name in _GEOMETRY:
            kind, factors = _GEOMETRY[name]
            given = dict.fromkeys(factors, self.factor)
            return kind(**given, interpolation=self.interpolation, **chance)
        if name in _COLORS:
            kind, factors = _COLORS[name]
            return kind(**dict.fromkeys(factors, self.factor), **colors, **chance)
        if name == "random_posterization":
            bits = max(1, int(8 * self.factor[1]))
            return RandomPosterization(bits, **colors, **chance)
        kinds = {"auto_contrast": AutoContrast, "equalization": Equalization}
        return kinds[name](**colors, **shared)

    def _draw_of(self, name: str, shape: tuple) -> dict[str, Any]:
        return getattr(self, name).draw(shape, True)


class RandAugment(_Policy):
    """A few changes, drawn for each batch, one after the other.

    There is a single strength to tune: `factor`.

    Shapes: (B, H, W, C) -> the same

    Args:
        value_range: the values of black and white.
        num_ops: how many changes are made.
        factor: how strong they are, 0 to 1; or two bounds.
        interpolation: "bilinear" or "nearest".
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    Source: Cubuk et al., 2019, https://arxiv.org/abs/1909.13719

    >>> RandAugment(seed=1)(np.ones((2, 8, 8, 3)), training=True).shape
    (2, 8, 8, 3)
    """

    _CHANGES = (
        *_GEOMETRY,
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = tuple(value_range)
        self.num_ops = num_ops
        self.factor = factor_range("RandAugment", "factor", factor, lowest=0)
        self.interpolation = interpolation
        self._make_parts(self._CHANGES)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        names = self._generator.choice(self._CHANGES, self.num_ops).tolist()
        return {"changes": [(name, self._draw_of(name, shape)) for name in names]}

    def transform(self, images: Any, **chances: Any) -> Any:
        for name, own in chances["changes"]:
            images = getattr(self, name).transform(images, **own)
        return images

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        for name, own in chances["changes"]:
            masks = getattr(self, name).transform_masks(masks, **own)
        return masks


class AugMix(_Policy):
    """share * x + (1 - share) * (a mean of several chains of changes).

    Shapes: (B, H, W, C) -> the same

    Args:
        value_range: the values of black and white.
        num_chains: how many chains there are; their weights in the mean are drawn from
            the distribution Dirichlet(alpha, ..., alpha).
        chain_depth: how many changes a chain has, at most.
        factor: how strong they are, 0 to 1; or two bounds.
        alpha: the share is drawn from Beta(alpha, alpha).
        all_ops: whether changes of brightness, colour, contrast and sharpness belong
            to them. (Tests of robustness change these, so they are often left out.)
        interpolation: "bilinear" or "nearest".
        seed: makes the chances repeatable.
        data_format: "channels_first" for (B, C, H, W).

    Source: Hendrycks et al., 2019, https://arxiv.org/abs/1912.02781

    >>> AugMix(seed=1)(np.ones((2, 8, 8, 3)), training=True).shape
    (2, 8, 8, 3)
    """

    _FEWER = (
        *_GEOMETRY,
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )
    _MORE = (
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
    )

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = tuple(value_range)
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.factor = factor_range("AugMix", "factor", factor, lowest=0)
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation
        self._make_parts(self._FEWER + self._MORE * all_ops)

    def draw(self, shape: tuple, training: bool) -> dict[str, Any]:
        return {
            "weights": self._generator.dirichlet([self.alpha] * self.num_chains),
            "share": self._generator.beta(self.alpha, self.alpha),
            "chains": [self._chain(shape) for _ in range(self.num_chains)],
        }

    def _chain(self, shape: tuple) -> list:
        # One draw of all stands for "no change".
        drawn = self._generator.integers(0, len(self._names) + 1, self.chain_depth)
        names = [self._names[i] for i in drawn if i < len(self._names)]
        return [(name, self._draw_of(name, shape)) for name in names]

    def transform(self, images: Any, **chances: Any) -> Any:
        def changed(name: str, x: Any, own: dict) -> Any:
            return getattr(self, name).transform(x, **own)

        return ops.clip(self._mixed(images, changed, **chances), *self.value_range)

    def transform_masks(self, masks: Any, **chances: Any) -> Any:
        def changed(name: str, x: Any, own: dict) -> Any:
            return getattr(self, name).transform_masks(x, **own)

        return self._mixed(ops.cast(masks, self.compute_dtype), changed, **chances)

    def _mixed(self, x: Any, changed: Any, **chances: Any) -> Any:
        total: Any = 0
        for weight, chain in zip(chances["weights"], chances["chains"], strict=True):
            y = x
            for name, own in chain:
                y = changed(name, y, own)
            total = total + y * float(weight)
        share = float(chances["share"])
        return share * x + (1 - share) * total
