"""CallbackList: who is called, when, with what; a hook of nobody costs nothing."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from edukeras import callbacks
from edukeras.callbacks import Callback, CallbackList, History, LambdaCallback
from edukeras.tensor import Tensor

GOLDEN = Path(__file__).parents[1] / "golden" / "signatures.json"
SIGNATURES = {
    name.removeprefix("callbacks."): entry
    for name, entry in json.loads(GOLDEN.read_text(encoding="utf-8"))["names"].items()
    if name.startswith("callbacks.")
}
NOT_HERE = {"OrbaxCheckpoint", "TensorBoard"}


@pytest.mark.parametrize("name", sorted(set(SIGNATURES) - NOT_HERE))
def test_signature_is_that_of_keras(name):
    parameters = inspect.signature(getattr(callbacks, name)).parameters.values()
    ours = [
        [p.name, p.kind.name, None if p.default is p.empty else repr(p.default)]
        for p in parameters
    ]
    assert ours == SIGNATURES[name]["signature"]


@pytest.mark.parametrize("hook", SIGNATURES["Callback"]["methods"])
def test_base_class_has_the_hooks_of_keras(hook):
    expected = [p[0] for p in SIGNATURES["Callback"]["methods"][hook]]
    ours = inspect.signature(getattr(Callback, hook)).parameters
    assert [name for name in ours if name != "self"] == expected


class Recorder(Callback):
    """Notes every call of every hook."""

    def __init__(self):
        super().__init__()
        self.calls = []


def _noting(name):
    return lambda self, *args: self.calls.append((name, *args[:-1]))


for _name in SIGNATURES["Callback"]["methods"]:
    if _name.startswith("on_") and not _name.startswith("on_batch"):
        setattr(Recorder, _name, _noting(_name))


def test_hooks_are_called_in_order(fit):
    recorder = Recorder()
    fit([recorder], [{"loss": 1.0}])
    assert recorder.calls == [
        ("on_train_begin",),
        ("on_epoch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0),
        ("on_train_batch_begin", 1),
        ("on_train_batch_end", 1),
        ("on_epoch_end", 0),
        ("on_train_end",),
    ]


@pytest.mark.parametrize("stage", ["test", "predict"])
def test_hooks_of_evaluation_and_prediction(stage):
    recorder = Recorder()
    hooks = CallbackList(recorder)
    getattr(hooks, f"on_{stage}_begin")()
    getattr(hooks, f"on_{stage}_batch_begin")(0)
    getattr(hooks, f"on_{stage}_batch_end")(0, {})
    getattr(hooks, f"on_{stage}_end")({})
    names = [call[0] for call in recorder.calls]
    parts = ["begin", "batch_begin", "batch_end", "end"]
    assert names == [f"on_{stage}_{part}" for part in parts]


def test_callbacks_are_called_in_the_order_of_the_list(fit):
    order = []
    fit(
        [
            LambdaCallback(on_epoch_end=lambda e, logs, n=n: order.append(n))
            for n in "cab"
        ],
        [{}],
    )
    assert order == ["c", "a", "b"]


def test_callbacks_get_model_and_params(model):
    callback = Callback()
    CallbackList([callback], model=model, epochs=3, steps=7, verbose=0)
    assert callback.model is model
    assert callback.params == {"epochs": 3, "steps": 7, "verbose": 0}


class OldName(Callback):
    def on_batch_end(self, batch, logs=None):
        self.seen = batch


class Instance(Callback):
    pass


@pytest.mark.parametrize("stage", ["train", "test", "predict"])
def test_batch_hooks_that_nobody_overrides_do_not_exist(stage):
    flag = f"has_{stage}_batch_hooks"
    quiet = [History(), LambdaCallback(on_epoch_end=print), Instance()]
    assert not getattr(CallbackList(quiet), flag)
    by_function = LambdaCallback(**{f"on_{stage}_batch_begin": lambda *args: None})
    assert getattr(CallbackList([*quiet, by_function]), flag)
    assert getattr(CallbackList([Recorder()]), flag)


def test_older_name_of_a_batch_hook_works():
    callback = OldName()
    hooks = CallbackList([callback])
    assert hooks.has_train_batch_hooks
    assert not hooks.has_test_batch_hooks
    hooks.on_train_batch_end(3, {})
    assert callback.seen == 3


def test_appended_callback_is_called(model):
    hooks = CallbackList([], model=model, epochs=1, steps=1, verbose=0)
    callback = OldName()
    hooks.append(callback)
    hooks.on_train_batch_end(1, {})
    assert callback.seen == 1
    assert callback.model is model


class Unread(dict):
    def items(self):
        raise AssertionError("nobody asked for these logs")


def test_logs_are_not_looked_at_for_nobody():
    hooks = CallbackList([LambdaCallback(on_train_batch_begin=lambda b, logs: None)])
    hooks.on_train_batch_end(0, Unread(loss=1.0))


def test_logs_become_plain_sorted_numbers():
    seen = []
    hooks = CallbackList(
        [LambdaCallback(on_epoch_end=lambda e, logs: seen.append(logs))]
    )
    nested = {"b": Tensor(2.0), "loss": np.float32(0.5), "a": {"inner": 1}, "text": "x"}
    hooks.on_epoch_end(0, nested)
    assert list(seen[0].items()) == [
        ("inner", 1.0),
        ("b", 2.0),
        ("loss", 0.5),
        ("text", "x"),
    ]
    assert type(seen[0]["loss"]) is float


def test_history_is_added_and_belongs_to_the_model(fit):
    model = fit([], [{"loss": 2.0}, {"loss": 1.0, "val_loss": 3.0}])
    assert model.history.history == {"loss": [2.0, 1.0], "val_loss": [3.0]}
    assert model.history.epoch == [0, 1]
    assert model.history.params["epochs"] == 2


def test_own_history_is_used_and_no_other_added(fit):
    own = History()
    model = fit([own], [{"loss": 2.0}])
    assert model.history is own


def test_what_a_callback_adds_to_the_logs_reaches_the_history(fit):
    def add(epoch, logs):
        logs["extra"] = 10.0 + epoch

    model = fit([LambdaCallback(on_epoch_end=add)], [{}, {}])
    assert model.history.history == {"extra": [10.0, 11.0]}


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [(callbacks.EarlyStopping, "EarlyStopping"), (print, "LambdaCallback")],
)
def test_class_or_function_instead_of_a_callback_is_refused(wrong, hint):
    with pytest.raises(TypeError, match=rf"callbacks=\[{hint}"):
        CallbackList([wrong])
