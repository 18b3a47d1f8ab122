"""Losses that layers add: `add_loss`, activity and weight regularizers."""

from __future__ import annotations

from contextvars import ContextVar
from threading import get_ident
from typing import Any

from edukeras import tree
from edukeras.layers.weights import WeightOwner
from edukeras.tensor import Tensor


class Call:
    """The outermost call that is running: its mode, and who added losses in it.

    A layer called without `training` inside another layer's `call` takes the mode
    of the call around it.  So the Dropout inside a model whose `call(self, inputs)`
    knows nothing of modes is active in `fit` all the same.
    """

    def __init__(self, training: bool | None) -> None:
        self.training = training
        self.layers_with_losses: list[LossAdder] = []


running_call: ContextVar[Call | None] = ContextVar("running_call", default=None)


class LossAdder(WeightOwner):
    """The losses of a layer and of those inside it.

    Each thread has its own: one may predict while another trains.
    """

    activity_regularizer: Any
    _losses_by_thread: dict[int, list[Any]]
    _adders_by_thread: dict[int, list[LossAdder]]

    @property
    def _losses(self) -> list[Any]:
        """What this layer has added in the last outermost call."""
        return self._losses_by_thread.setdefault(get_ident(), [])

    @property
    def _layers_with_losses(self) -> list[LossAdder]:
        """Who has added losses in the last call, if this layer was the outermost."""
        return self._adders_by_thread.get(get_ident(), [])

    @_layers_with_losses.setter
    def _layers_with_losses(self, layers: list[LossAdder]) -> None:
        self._adders_by_thread[get_ident()] = layers

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar, computed in `call`, to what training minimizes."""
        for value in loss if isinstance(loss, (list, tuple)) else [loss]:
            self._losses.append(value)
        running = running_call.get()
        if running is not None:
            running.layers_with_losses.append(self)

    def _add_activity_losses(self, outputs: Any) -> None:
        for output in tree.flatten(outputs):
            if isinstance(output, Tensor):
                batch = max(output.shape[0], 1) if output.shape else 1
                self.add_loss(self.activity_regularizer(output) / batch)
                # Added after `call` has ended: the outermost layer notes itself.
                if running_call.get() is None:
                    self._layers_with_losses = [*self._layers_with_losses, self]

    def _forget_losses(self) -> None:
        layers = self._layers_with_losses
        if layers:
            for layer in layers:
                layer._losses.clear()
            self._layers_with_losses = []

    @property
    def losses(self) -> list:
        """What the last call added, and the penalties of the regularized weights."""
        added = [loss for layer in self._flatten_layers() for loss in layer._losses]
        return added + self._weight_penalties()

    def _weight_penalties(self) -> list:
        return [
            variable.regularizer(variable)
            for variable in self.trainable_weights
            if variable.regularizer is not None
        ]
