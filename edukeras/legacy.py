"""The names of Keras 2.2 and 2.3 that Keras 3 has dropped, as thin adapters.

Each does what Keras 2.3 documents, by calling its Keras 3 form.  They enter
themselves into the classes here, in this one place; new code does not need them.
`keras.backend` is this module too, with the few of its functions that programs
still use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edukeras import config
from edukeras.layers.base import Layer
from edukeras.lazy_imports import imported_when_asked
from edukeras.models import Model, Sequential
from edukeras.optimizers.base import LEGACY_ARGUMENTS, Optimizer
from edukeras.schedules import InverseTimeDecay
from edukeras.tensor import as_array
from edukeras.utils.arrays import clear_session as clear_session

# -- keras.backend ------------------------------------------------------------

floatx = config.floatx
set_floatx = config.set_floatx
epsilon = config.epsilon
set_epsilon = config.set_epsilon
image_data_format = config.image_data_format
set_image_data_format = config.set_image_data_format
backend = config.backend


def get_value(variable: Any) -> np.ndarray:
    """The values of a variable, as a NumPy array."""
    return np.array(as_array(variable))


def set_value(variable: Any, value: Any) -> None:
    """Replaces the values of a variable."""
    variable.assign(value)


# -- models -------------------------------------------------------------------


def fit_generator(
    self: Model,
    generator: Any,
    steps_per_epoch: int | None = None,
    epochs: int = 1,
    verbose: Any = 1,
    callbacks: Any = None,
    validation_data: Any = None,
    validation_steps: int | None = None,
    validation_freq: Any = 1,
    class_weight: Any = None,
    max_queue_size: int = 10,
    workers: int = 1,
    use_multiprocessing: bool = False,
    shuffle: bool = True,
    initial_epoch: int = 0,
) -> Any:
    """`fit` on a generator."""
    return self.fit(
        generator,
        steps_per_epoch=steps_per_epoch,
        epochs=epochs,
        verbose=verbose,
        callbacks=callbacks,
        validation_data=validation_data,
        validation_steps=validation_steps,
        validation_freq=validation_freq,
        class_weight=class_weight,
        max_queue_size=max_queue_size,
        workers=workers,
        use_multiprocessing=use_multiprocessing,
        shuffle=shuffle,
        initial_epoch=initial_epoch,
    )


def evaluate_generator(
    self: Model,
    generator: Any,
    steps: int | None = None,
    callbacks: Any = None,
    max_queue_size: int = 10,
    workers: int = 1,
    use_multiprocessing: bool = False,
    verbose: Any = 0,
) -> Any:
    """`evaluate` on a generator."""
    return self.evaluate(
        generator,
        steps=steps,
        callbacks=callbacks,
        max_queue_size=max_queue_size,
        workers=workers,
        use_multiprocessing=use_multiprocessing,
        verbose=verbose,
    )


def predict_generator(
    self: Model,
    generator: Any,
    steps: int | None = None,
    callbacks: Any = None,
    max_queue_size: int = 10,
    workers: int = 1,
    use_multiprocessing: bool = False,
    verbose: Any = 0,
) -> Any:
    """`predict` on a generator."""
    return self.predict(
        generator,
        steps=steps,
        callbacks=callbacks,
        max_queue_size=max_queue_size,
        workers=workers,
        use_multiprocessing=use_multiprocessing,
        verbose=verbose,
    )


def predict_classes(
    self: Sequential, x: Any, batch_size: int = 32, verbose: Any = 0
) -> np.ndarray:
    """The class numbers: the largest output, or whether the only one is above 0.5."""
    outputs = self.predict(x, batch_size=batch_size, verbose=verbose)
    if outputs.shape[-1] > 1:
        return outputs.argmax(axis=-1)
    return (outputs > 0.5).astype("int32")


def predict_proba(
    self: Sequential, x: Any, batch_size: int = 32, verbose: Any = 0
) -> np.ndarray:
    """The outputs of `predict`."""
    return self.predict(x, batch_size=batch_size, verbose=verbose)


def reset_states(self: Model) -> None:
    """Forgets the states of stateful recurrent layers."""
    for layer in self._flatten_layers()[1:]:
        if getattr(layer, "stateful", False):
            layer.reset_state()


Model.fit_generator = fit_generator  # type: ignore[attr-defined]
Model.evaluate_generator = evaluate_generator  # type: ignore[attr-defined]
Model.predict_generator = predict_generator  # type: ignore[attr-defined]
Model.reset_states = reset_states  # type: ignore[attr-defined]
Sequential.predict_classes = predict_classes  # type: ignore[attr-defined]
Sequential.predict_proba = predict_proba  # type: ignore[attr-defined]


# -- optimizers ---------------------------------------------------------------


def _set_lr(optimizer: Optimizer, value: float) -> None:
    optimizer.learning_rate = value


def _set_decay(optimizer: Optimizer, value: float) -> None:
    """learning_rate / (1 + decay * step)."""
    if value:
        first = float(optimizer.learning_rate)
        optimizer.learning_rate = InverseTimeDecay(first, 1, float(value))


LEGACY_ARGUMENTS.update({"lr": _set_lr, "decay": _set_decay})


# -- layers: the calls that a layer has seen ----------------------------------


def _node(layer: Layer, index: int) -> Any:
    nodes = layer._inbound_nodes
    if not -len(nodes) <= index < len(nodes):
        raise ValueError(
            f'Layer "{layer.name}" was called {len(nodes)} time(s) on symbolic '
            f"tensors, so it has no node {index}."
        )
    return nodes[index]


def get_input_at(self: Layer, node_index: int) -> Any:
    """The symbolic input of a call."""
    tensors = _node(self, node_index).input_tensors
    return tensors[0] if len(tensors) == 1 else tensors


def get_output_at(self: Layer, node_index: int) -> Any:
    """The symbolic output of a call."""
    return _node(self, node_index).outputs


def get_input_shape_at(self: Layer, node_index: int) -> Any:
    """The input shape of a call."""
    found = get_input_at(self, node_index)
    return [x.shape for x in found] if isinstance(found, list) else found.shape


def get_output_shape_at(self: Layer, node_index: int) -> Any:
    """The output shape of a call."""
    found = get_output_at(self, node_index)
    return [x.shape for x in found] if isinstance(found, list) else found.shape


def _common_shape(layer: Layer, shape_at: Any) -> Any:
    shapes = [shape_at(layer, i) for i in range(len(layer._inbound_nodes))]
    if not shapes:
        raise AttributeError(
            f'Layer "{layer.name}" was never called on an Input, so it has no shape.'
        )
    if any(shape != shapes[0] for shape in shapes):
        raise AttributeError(
            f'Layer "{layer.name}" was called on inputs of different shapes. '
            "Try: get_input_shape_at(index) or get_output_shape_at(index)."
        )
    return shapes[0]


Layer.get_input_at = get_input_at  # type: ignore[attr-defined]
Layer.get_output_at = get_output_at  # type: ignore[attr-defined]
Layer.get_input_shape_at = get_input_shape_at  # type: ignore[attr-defined]
Layer.get_output_shape_at = get_output_shape_at  # type: ignore[attr-defined]
Layer.input_shape = property(lambda self: _common_shape(self, get_input_shape_at))  # type: ignore[attr-defined]
Layer.output_shape = property(lambda self: _common_shape(self, get_output_shape_at))  # type: ignore[attr-defined]

# -- models from text, as keras.backend has them --------------------------------

if TYPE_CHECKING:
    from edukeras.models import (
        model_from_json as model_from_json,
        model_from_yaml as model_from_yaml,
    )

__getattr__, __dir__ = imported_when_asked(
    __name__,
    {"model_from_json": "edukeras.models", "model_from_yaml": "edukeras.models"},
)
