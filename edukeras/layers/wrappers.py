"""Layers around another layer."""

from __future__ import annotations

from typing import Any

from edukeras import initializers, ops, registry, tree
from edukeras.errors import LayerTypeError, ShapeError, explain
from edukeras.layers.base import InputSpec, Layer
from edukeras.layers.structure import map_shapes


class Wrapper(Layer):
    """The base of layers that hold one other layer and change what it does.

    Args:
        layer: the layer inside.

    Weights: those of the layer inside.
    """

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise LayerTypeError(
                explain(
                    f"{type(self).__name__} goes around a layer.",
                    received=repr(layer),
                    hint=f"{type(self).__name__}(Dense(8))",
                )
            )
        self.layer = layer

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        config["layer"] = registry.deserialize_keras_object(config["layer"])
        return super().from_config(config)


class TimeDistributed(Wrapper):
    """Calls a layer on each step of a sequence, with the same weights.

    The steps are put next to each other into one large batch.

    Shapes: (B, T, ...) -> (B, T, *output of the layer)

    Args:
        layer: the layer for a single step.

    >>> from edukeras.layers import Dense
    >>> TimeDistributed(Dense(3))(np.ones((2, 10, 4))).shape
    (2, 10, 3)
    """

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        if len(input_shape) < 3:
            raise ShapeError(
                explain(
                    f'TimeDistributed layer "{self.name}" goes along the time axis.',
                    expected="an input of shape (samples, steps, ...)",
                    received=f"an input of shape {tuple(input_shape)}",
                )
            )
        if not self.layer.built:
            self.layer.build((input_shape[0], *input_shape[2:]))

    def call(self, inputs: Any, mask: Any = None) -> Any:
        batch, steps = inputs.shape[:2]
        outputs = self.layer(ops.reshape(inputs, (batch * steps, *inputs.shape[2:])))
        return tree.map_structure(
            lambda x: ops.reshape(x, (batch, steps, *x.shape[1:])), outputs
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, steps = input_shape[:2]
        inner = self.layer.compute_output_shape((batch, *input_shape[2:]))
        return map_shapes(lambda shape: (batch, steps, *shape[1:]), inner)


class SpectralNormalization(Wrapper):
    """Divides a layer's kernel by its largest singular value, in training.

    So the layer lengthens no vector, which steadies the discriminator of a GAN.  The
    singular value is found by power iteration: `u` is carried from step to step and
    turns towards the direction that the kernel lengthens most.

    Args:
        layer: a layer with a `kernel` or `embeddings`.
        power_iterations: how many per call.

    Weights: those of the layer, and vector_u (1, M), which is not trained.

    Source: Miyato et al., 2018, https://arxiv.org/abs/1802.05957, algorithm 1
    """

    def __init__(self, layer: Layer, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        if not isinstance(power_iterations, int) or power_iterations <= 0:
            raise ValueError(
                explain(
                    "SpectralNormalization needs a whole number above 0.",
                    received=f"power_iterations={power_iterations!r}",
                )
            )
        self.power_iterations = power_iterations

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        for name in ("kernel", "embeddings"):
            if hasattr(self.layer, name):
                self.kernel = getattr(self.layer, name)
                break
        else:
            raise ValueError(
                explain(
                    f'SpectralNormalization "{self.name}" normalizes a kernel.',
                    expected='a layer with a weight "kernel" or "embeddings"',
                    received=repr(self.layer),
                )
            )
        self.vector_u = self.add_weight(
            (1, self.kernel.shape[-1]),
            initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            name="vector_u",
        )
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})

    def call(self, inputs: Any, training: Any = False) -> Any:
        if training:
            self._normalize_kernel()
        return self.layer(inputs)

    def _normalize_kernel(self) -> None:
        kernel = self.kernel.array
        if not kernel.any():
            return
        matrix = kernel.reshape(-1, kernel.shape[-1])  # (N, M)
        u = self.vector_u.array  # (1, M)
        for _ in range(self.power_iterations):
            v = _unit(u @ matrix.T)  # (1, N)
            u = _unit(v @ matrix)
        sigma = v @ matrix @ u.T  # (1, 1)
        self.vector_u.assign(u)
        self.kernel.assign(kernel / sigma.reshape(()))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return self.layer.compute_output_shape(input_shape)


def _unit(vector: Any) -> Any:
    """A row of length 1."""
    length = max(float((vector * vector).sum()) ** 0.5, 1e-12)
    return vector / vector.dtype.type(length)
