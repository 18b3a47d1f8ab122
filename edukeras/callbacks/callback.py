"""Callback: the hooks that training, evaluation and prediction call.

In a `fit` with validation they are called in this order:

    on_train_begin
        on_epoch_begin
            on_train_batch_begin, on_train_batch_end        for each batch
            on_test_begin
                on_test_batch_begin, on_test_batch_end      for each batch
            on_test_end
        on_epoch_end
    on_train_end

Source: https://keras.io/guides/writing_your_own_callbacks/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Logs = dict[str, Any]


class Callback:
    """The base: subclasses override some of the hooks.

    Args of the hooks:
        epoch, batch: numbers, from 0.
        logs: a dict of numbers: "loss" and the metrics; after an epoch also those of
            the validation, "val_loss" ...

    Attributes:
        model: the model that is trained.
        params: a dict with "epochs", "steps" (batches per epoch) and "verbose".
        shows_progress: whether it shows how far training is, so that `fit` needs no
            progress bar unless it is asked for one.

    >>> class Greeter(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print("Done with epoch", epoch)
    >>> Greeter().on_epoch_end(3)
    Done with epoch 3
    """

    model: Any = None
    params: Any = None
    shows_progress: bool = False

    def set_params(self, params: Mapping[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
        self.model = model

    def on_train_begin(self, logs: Logs | None = None) -> None:
        pass

    def on_train_end(self, logs: Logs | None = None) -> None:
        pass

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        pass

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        pass

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """The older name of on_train_batch_begin."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """The older name of on_train_batch_end."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        pass

    def on_test_end(self, logs: Logs | None = None) -> None:
        pass

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        pass

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        pass

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        pass

    def on_predict_end(self, logs: Logs | None = None) -> None:
        pass

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        pass

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        pass


class LambdaCallback(Callback):
    """A callback made of functions, for what fits in a line.

    Args:
        on_epoch_begin, on_epoch_end: functions of (epoch, logs).
        on_train_begin, on_train_end: functions of (logs).
        on_train_batch_begin, on_train_batch_end: functions of (batch, logs).
        kwargs: functions for any other hook, by its name.

    >>> shout = LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs["loss"]))
    >>> shout.on_epoch_end(0, {"loss": 0.5})
    0.5
    """

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        on_train_batch_begin: Callable | None = None,
        on_train_batch_end: Callable | None = None,
        **kwargs: Any,
    ) -> None:
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in functions.items():
            if function is not None:
                setattr(self, name, function)
