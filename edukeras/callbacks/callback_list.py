"""CallbackList: calls the same hook of all callbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edukeras import tree
from edukeras.callbacks.callback import Callback
from edukeras.callbacks.progress import ProgbarLogger
from edukeras.callbacks.records import History
from edukeras.errors import explain

BATCH_HOOKS = [
    f"on_{stage}batch_{edge}"
    for stage in ("", "train_", "test_", "predict_")
    for edge in ("begin", "end")
]


class CallbackList(Callback):
    """Several callbacks as one; `fit` talks to its callbacks through this.

    Hooks per batch are called so often that even calling empty ones would show: only
    those that somebody has overridden are kept.  The training loop may skip them
    altogether while `has_train_batch_hooks` is false.

    Args:
        callbacks: a list of callbacks, or one.
        add_history: whether to add a History, unless there is one.
        add_progbar: whether to add a ProgbarLogger, unless there is one.
        model: what the callbacks get as their `model`.
        params: what they get as their `params`.

    Attributes:
        has_train_batch_hooks, has_test_batch_hooks, has_predict_batch_hooks: whether
            any callback has something to do around each batch.

    >>> hooks = CallbackList(add_history=True, epochs=1, steps=10, verbose=0)
    >>> hooks.has_train_batch_hooks
    False
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks = tree.flatten(callbacks) if callbacks else []
        for callback in self.callbacks:
            _check_callback(callback)
        self._history = self._find(History)
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if self._find(ProgbarLogger) is None and add_progbar:
            self.callbacks.append(ProgbarLogger())
        self.set_model(model)
        self.set_params(params)

    def _find(self, kind: type) -> Any:
        return next((c for c in self.callbacks if isinstance(c, kind)), None)

    def append(self, callback: Callback) -> None:
        """Adds a callback at the end."""
        _check_callback(callback)
        self.callbacks.append(callback)
        if self.model is not None:
            callback.set_model(self.model)
        self.set_params(self.params)

    def set_model(self, model: Any) -> None:
        self.model = model
        if model is None:
            return
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: Mapping[str, Any]) -> None:
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)
        self._find_batch_hooks()

    def _find_batch_hooks(self) -> None:
        self._batch_hooks: dict[str, list[Callable]] = {
            name: [
                getattr(callback, name)
                for callback in self.callbacks
                if not isinstance(callback, ProgbarLogger)
                and _overrides(callback, name)
            ]
            for name in BATCH_HOOKS
        }
        # The progress bar is called last, and looks at the logs only if it draws.
        bar = self._find(ProgbarLogger)
        self._bar = bar if bar is not None and bar.wants_batches() else None
        self.has_train_batch_hooks = self._has("train")
        self.has_test_batch_hooks = self._has("test")
        self.has_predict_batch_hooks = self._has("predict")

    def _has(self, stage: str) -> bool:
        hooks = self._batch_hooks
        begin, end = f"on_{stage}_batch_begin", f"on_{stage}_batch_end"
        return bool(hooks[begin] or hooks[end] or self._bar is not None)

    def initial_epoch(self, first: int) -> int:
        """The epoch to start with, if a callback has restored a later one.

        To be asked after on_train_begin.
        """
        restored = [getattr(c, "restored_epoch", None) for c in self.callbacks]
        return max([first, *[epoch for epoch in restored if epoch is not None]])

    # -- the hooks ------------------------------------------------------------

    def _call(self, hook: str, *args: Any) -> None:
        *position, logs = args
        plain = plain_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*position, plain)

    def on_train_begin(self, logs: Any = None) -> None:
        self._call("on_train_begin", logs)

    def on_train_end(self, logs: Any = None) -> None:
        self._call("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._call("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._call("on_epoch_end", epoch, logs)

    def on_test_begin(self, logs: Any = None) -> None:
        self._call("on_test_begin", logs)

    def on_test_end(self, logs: Any = None) -> None:
        self._call("on_test_end", logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._call("on_predict_begin", logs)

    def on_predict_end(self, logs: Any = None) -> None:
        self._call("on_predict_end", logs)

    # -- the hooks around a batch ---------------------------------------------

    def _call_batch(self, hook: str, batch: int, logs: Any) -> None:
        hooks = self._batch_hooks[hook]
        if hooks:
            logs = plain_logs(logs)
            for call in hooks:
                call(batch, logs)

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_batch_end", batch, logs)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_train_batch_end", batch, logs)
        if self._bar is not None:
            self._bar.on_train_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_test_batch_end", batch, logs)
        if self._bar is not None:
            self._bar.on_test_batch_end(batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._call_batch("on_predict_batch_end", batch, logs)
        if self._bar is not None:
            self._bar.on_predict_batch_end(batch, logs)


def _check_callback(callback: Any) -> None:
    if isinstance(callback, type) or not hasattr(callback, "set_model"):
        name = callback.__name__ if isinstance(callback, type) else "LambdaCallback"
        raise TypeError(
            explain(
                "This is no callback.",
                expected="objects of subclasses of keras.callbacks.Callback",
                received=repr(callback),
                hint=f"callbacks=[{name}(...)]",
            )
        )


def _overrides(callback: Any, hook: str) -> bool:
    """Whether a callback does something in a hook: by its class, or by itself."""
    method = getattr(callback, hook)
    if getattr(method, "__func__", method) is not getattr(Callback, hook):
        return True
    # on_train_batch_end calls on_batch_end.
    return "_train_" in hook and _overrides(callback, hook.replace("_train_", "_"))


def plain_logs(logs: Mapping[str, Any] | None) -> dict[str, Any]:
    """A dict of Python numbers, sorted by name as Keras does; dicts are unpacked.

    >>> plain_logs({"loss": np.float32(0.5), "accuracy": 1})
    {'accuracy': 1.0, 'loss': 0.5}
    """
    plain: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            plain.update(plain_logs(value))
        else:
            plain[name] = _plain_number(value)
    return plain


def _plain_number(value: Any) -> Any:
    array = getattr(value, "array", value)
    if isinstance(array, (np.ndarray, np.generic)) and array.ndim == 0:
        array = array.item()
    return float(array) if isinstance(array, (bool, int, float)) else value
