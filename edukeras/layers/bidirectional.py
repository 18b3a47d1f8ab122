"""Bidirectional: one recurrent layer reads forwards, another one backwards."""

from __future__ import annotations

from typing import Any

from edukeras import ops, registry
from edukeras.errors import LayerTypeError, explain, unknown_name
from edukeras.layers.base import InputSpec, Layer
from edukeras.layers.structure import is_shape

_MERGE_MODES = ("sum", "mul", "concat", "ave")


class Bidirectional(Layer):
    """Merges what a recurrent layer makes of a sequence and of its reverse.

    Shapes: (B, T, N) -> (B, 2 units) with merge_mode "concat", (B, units) with others

    Args:
        layer: such as LSTM(32); a copy of it reads backwards.
        merge_mode: "concat", "sum", "mul", "ave"; None returns both, in a list.
        weights: the first values, in the order of `get_weights()`.
        backward_layer: reads backwards in place of the copy.

    With return_state, the states of both follow the output.

    Source: Schuster and Paliwal, 1997

    >>> from edukeras.layers import LSTM
    >>> Bidirectional(LSTM(4))(np.ones((2, 10, 3))).shape
    (2, 8)
    """

    supports_masking = True

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(weights=weights, **kwargs)
        _check_is_recurrent("layer", layer)
        if merge_mode is not None and merge_mode not in _MERGE_MODES:
            raise unknown_name("merge_mode", merge_mode, _MERGE_MODES)
        self.merge_mode = merge_mode
        self.forward_layer = _copy(layer, "forward", layer.go_backwards)
        if backward_layer is None:
            backward_layer = _copy(layer, "backward", not layer.go_backwards)
        _check_is_recurrent("backward_layer", backward_layer)
        self.backward_layer = backward_layer
        for each in (self.forward_layer, self.backward_layer):
            # An output that repeats the one before it has no sense in both directions.
            each.zero_output_for_mask = each.return_sequences
        for name in ("return_sequences", "return_state", "stateful"):
            mine, theirs = getattr(layer, name), getattr(backward_layer, name)
            if mine != theirs:
                raise ValueError(
                    explain(
                        f"Both layers of a Bidirectional need the same {name}.",
                        received=f"{mine!r} and {theirs!r}",
                    )
                )
        if self.forward_layer.go_backwards == self.backward_layer.go_backwards:
            raise ValueError(
                explain(
                    "The layers of a Bidirectional read in opposite directions.",
                    received=f"go_backwards={layer.go_backwards} of both",
                )
            )
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.stateful = layer.stateful
        self.input_spec = InputSpec(ndim=3)

    @property
    def layer(self) -> Any:
        """The layer that reads forwards, under the name of the argument."""
        return self.forward_layer

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        if not is_shape(sequences_shape):  # Keras 2: the states behind the sequences
            sequences_shape = sequences_shape[0]
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)

    def reset_state(self) -> None:
        """Forgets the states of the batches before."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Keras 2's name of `reset_state`."""
        self.reset_state()

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: Any = False,
    ) -> Any:
        states: tuple[Any, Any] = (None, None)
        if initial_state is not None:
            half = len(initial_state) // 2
            states = (list(initial_state[:half]), list(initial_state[half:]))
        forward = self.forward_layer(sequences, initial_state=states[0], mask=mask)
        backward = self.backward_layer(sequences, initial_state=states[1], mask=mask)
        new_states: list = []
        if self.return_state:
            forward, *forward_states = forward
            backward, *backward_states = backward
            new_states = [*forward_states, *backward_states]
        if self.return_sequences:
            # What was read backwards stands in reverse order.
            backward = ops.flip(backward, axis=1)
        output = self._merge(forward, backward)
        if self.return_state:
            both = output if self.merge_mode is None else [output]
            return [*both, *new_states]
        return output

    def _merge(self, forward: Any, backward: Any) -> Any:
        if self.merge_mode == "concat":
            return ops.concatenate([forward, backward], axis=-1)
        if self.merge_mode == "sum":
            return forward + backward
        if self.merge_mode == "ave":
            return (forward + backward) / 2
        if self.merge_mode == "mul":
            return forward * backward
        return [forward, backward]

    def compute_output_shape(self, sequences_shape: Any) -> Any:
        output = self.forward_layer.compute_output_shape(sequences_shape)
        states: list = []
        if self.return_state:
            output, *forward_states = output
            states = [*forward_states, *forward_states]
        if self.merge_mode == "concat":
            output = (*output[:-1], 2 * output[-1])
        both = [output, output] if self.merge_mode is None else [output]
        if self.return_state or self.merge_mode is None:
            return [*both, *states]
        return output

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        mask = previous_mask if self.return_sequences else None
        both = [mask, mask] if self.merge_mode is None else [mask]
        if not self.return_state:
            return both if self.merge_mode is None else mask
        sizes = self.forward_layer.state_size
        count = len(sizes) if isinstance(sizes, (list, tuple)) else 1
        return [*both, *[None] * (2 * count)]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "merge_mode": self.merge_mode,
            "layer": registry.serialize_keras_object(self.forward_layer),
            "backward_layer": registry.serialize_keras_object(self.backward_layer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        for name in ("layer", "backward_layer"):
            if isinstance(config.get(name), dict):
                config[name] = registry.deserialize_keras_object(config[name])
        config.pop("num_constants", None)  # of older versions of Keras
        return super().from_config(config)


def _check_is_recurrent(argument: str, layer: Any) -> None:
    needed = ("go_backwards", "return_sequences", "return_state")
    if not isinstance(layer, Layer) or not all(hasattr(layer, n) for n in needed):
        raise LayerTypeError(
            explain(
                "Bidirectional goes around a recurrent layer.",
                expected="LSTM, GRU, SimpleRNN or RNN",
                received=f"{argument}={layer!r}",
            )
        )


def _copy(layer: Any, direction: str, go_backwards: bool) -> Any:
    """A new layer with the same arguments, but for its name and direction."""
    name = f"{direction}_{layer.name.removeprefix(direction + '_')}"
    config = {**layer.get_config(), "name": name, "go_backwards": go_backwards}
    return type(layer).from_config(config)
