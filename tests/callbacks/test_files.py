"""Callbacks that write: checkpoints, backups, CSV files, to a server; averages."""

import csv
import http.server
import json
import os
import threading
import urllib.parse

import numpy as np
import pytest

from edukeras import callbacks
from edukeras.optimizers import SGD
from edukeras.tensor import Variable


def losses(*values):
    return [{"loss": value} for value in values]


# -- ModelCheckpoint ----------------------------------------------------------


def names(model):
    return [os.path.basename(path) for path in model.saved]


def test_every_epoch_is_saved_under_its_name(tmp_path, fit):
    path = tmp_path / "new" / "{epoch:02d}-{loss:.2f}.keras"
    model = fit([callbacks.ModelCheckpoint(path)], losses(2, 1))
    assert names(model) == ["01-2.00.keras", "02-1.00.keras"]
    assert (tmp_path / "new").is_dir()


def test_only_better_epochs_are_saved(tmp_path, fit, capsys):
    path = tmp_path / "{epoch}.keras"
    callback = callbacks.ModelCheckpoint(path, "loss", verbose=1, save_best_only=True)
    model = fit([callback], losses(2, 3, 1))
    assert names(model) == ["1.keras", "3.keras"]
    one, three = model.saved
    assert capsys.readouterr().out.split("\n\n") == [
        f"\nEpoch 1: loss improved from None to 2.00000, saving model to {one}",
        f"Epoch 1: finished saving model to {one}",
        "Epoch 2: loss did not improve from 2.00000",
        f"Epoch 3: loss improved from 2.00000 to 1.00000, saving model to {three}",
        f"Epoch 3: finished saving model to {three}\n",
    ]


def test_threshold_is_the_first_to_be_better_than(tmp_path, fit):
    path = tmp_path / "{epoch}.keras"
    callback = callbacks.ModelCheckpoint(
        path, "loss", save_best_only=True, initial_value_threshold=1.5
    )
    assert names(fit([callback], losses(2, 1))) == ["2.keras"]


def test_weights_only(tmp_path, fit):
    path = tmp_path / "best.weights.h5"
    fit([callbacks.ModelCheckpoint(path, save_weights_only=True)], losses(2, 1))
    assert path.read_text(encoding="utf-8") == "2"


def test_saving_every_few_batches_counts_through_epochs(tmp_path, fit):
    path = tmp_path / "{epoch}-{batch}.keras"
    callback = callbacks.ModelCheckpoint(path, save_freq=3)
    model = fit([callback], losses(1, 1, 1), batches=2)
    assert names(model) == ["2-1.keras", "3-2.keras"]


@pytest.mark.parametrize(
    ("path", "arguments", "message"),
    [
        ("model", {}, "ends in .keras"),
        ("model.keras", {"save_weights_only": True}, r"ends in \.weights\.h5"),
        ("model.keras", {"save_freq": "often"}, "'often'"),
    ],
)
def test_senseless_checkpoints_are_refused(path, arguments, message):
    with pytest.raises(ValueError, match=message):
        callbacks.ModelCheckpoint(path, **arguments)


def test_unknown_result_in_the_path_is_named(tmp_path, fit):
    with pytest.raises(KeyError, match="val_acc.*epoch, loss"):
        fit([callbacks.ModelCheckpoint(tmp_path / "{val_acc}.keras")], losses(1))


# -- BackupAndRestore ---------------------------------------------------------


class PowerCut(Exception):
    pass


def cut_at(epoch):
    def cut(e, logs):
        if e == epoch:
            raise PowerCut

    return callbacks.LambdaCallback(on_epoch_begin=cut)


@pytest.mark.parametrize("double", [False, True])
def test_interrupted_training_goes_on(tmp_path, fit, model, double):
    folder = tmp_path / "backup"
    backup = callbacks.BackupAndRestore(folder, double_checkpoint=double)
    with pytest.raises(PowerCut):
        fit([backup, cut_at(2)], losses(5, 4, 3, 2), model=model)
    assert (folder / "latest.weights.h5").exists()
    model.weights = 99
    again = callbacks.BackupAndRestore(folder, double_checkpoint=double)
    fit([again], losses(5, 4, 3, 2), model=model)
    assert model.history.epoch == [2, 3]
    assert model.weights == 4
    assert not folder.exists()


def test_damaged_backup_is_replaced_by_the_one_before(
    tmp_path, fit, model, monkeypatch
):
    backup = callbacks.BackupAndRestore(tmp_path / "b", double_checkpoint=True)
    with pytest.raises(PowerCut):
        fit([backup, cut_at(2)], losses(5, 4, 3), model=model)
    (tmp_path / "b" / "latest.weights.h5").write_text("damaged", encoding="utf-8")
    load = model.load_weights

    def load_or_complain(path):
        try:
            load(path)
        except ValueError as error:
            raise OSError("damaged") from error

    monkeypatch.setattr(model, "load_weights", load_or_complain)
    fit([callbacks.BackupAndRestore(tmp_path / "b")], losses(5, 4, 3), model=model)
    assert model.history.epoch == [1, 2]


def test_interruption_that_ends_the_training_keeps_the_backup(tmp_path, fit):
    backup = callbacks.BackupAndRestore(tmp_path / "b")
    fit([backup], losses(5, 4), epochs=3)  # as after Ctrl-C: on_train_end was called
    assert (tmp_path / "b" / "training_metadata.json").exists()


def test_other_files_in_the_folder_are_left_alone(tmp_path, fit):
    (tmp_path / "thesis.txt").write_text("all of it", encoding="utf-8")
    fit([callbacks.BackupAndRestore(tmp_path)], losses(1))
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_backup_needs_a_folder():
    with pytest.raises(ValueError, match="folder"):
        callbacks.BackupAndRestore("")


# -- CSVLogger ----------------------------------------------------------------


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_csv_has_a_line_per_epoch(tmp_path, fit):
    path = tmp_path / "log.csv"
    fit([callbacks.CSVLogger(path)], [{"loss": 2, "acc": 0.5, "val_loss": 3}] * 2)
    assert rows(path) == [
        ["epoch", "acc", "loss", "val_loss"],
        ["0", "0.5", "2.0", "3.0"],
        ["1", "0.5", "2.0", "3.0"],
    ]


def test_csv_can_be_continued(tmp_path, fit):
    path = tmp_path / "log.csv"
    fit([callbacks.CSVLogger(path)], losses(2))
    fit([callbacks.CSVLogger(path, append=True)], losses(1))
    # Without a validation in the first epoch there is room for a later one.
    header = ["epoch", "loss", "val_loss"]
    assert rows(path) == [header, ["0", "2.0", "NA"], ["0", "1.0", "NA"]]
    fit([callbacks.CSVLogger(path, separator=";")], losses(5))
    assert path.read_text(encoding="utf-8").split() == [
        "epoch;loss;val_loss",
        "0;5.0;NA",
    ]


# -- RemoteMonitor ------------------------------------------------------------


@pytest.fixture
def server():
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append((self.path, self.headers["Content-Type"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as http_server:
        thread = threading.Thread(target=http_server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http_server.server_port}", received
        http_server.shutdown()
        thread.join()


def test_results_are_sent_as_a_form_or_as_json(server, fit):
    root, received = server
    fit([callbacks.RemoteMonitor(root, "/a/", field="f")], losses(2))
    fit([callbacks.RemoteMonitor(root, "/b/", send_as_json=True)], losses(1))
    (path_a, _, form), (path_b, content_type, body) = received
    assert (path_a, path_b) == ("/a/", "/b/")
    assert json.loads(urllib.parse.parse_qs(form)["f"][0]) == {"epoch": 0, "loss": 2.0}
    assert content_type == "application/json"
    assert json.loads(body) == {"epoch": 0, "loss": 1.0}


def test_unreachable_server_does_not_end_the_training(fit, capsys):
    model = fit([callbacks.RemoteMonitor("http://127.0.0.1:1")], losses(2, 1))
    assert model.history.epoch == [0, 1]
    assert capsys.readouterr().out.count("could not reach http://127.0.0.1:1") == 2


# -- SwapEMAWeights -----------------------------------------------------------


def averaging_model(model):
    weight = Variable([4.0])
    model.optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5)
    model.trainable_variables = [weight]
    for gradient in (1.0, 1.0):  # 3 then 2: average 2.5
        model.optimizer.apply([np.array([gradient])], [weight])
    return weight


@pytest.mark.parametrize("stage", ["test", "predict"])
def test_averages_are_in_the_model_while_it_is_evaluated(stage, model):
    weight = averaging_model(model)
    hooks = callbacks.CallbackList([callbacks.SwapEMAWeights()], model=model)
    getattr(hooks, f"on_{stage}_begin")()
    assert float(weight[0]) == 2.5
    getattr(hooks, f"on_{stage}_end")()
    assert float(weight[0]) == 2.0


def test_averages_are_in_the_model_between_epochs(model):
    weight = averaging_model(model)
    swap = callbacks.SwapEMAWeights(swap_on_epoch=True)
    hooks = callbacks.CallbackList([swap], model=model, epochs=2, steps=1, verbose=0)
    hooks.on_epoch_end(0, {})
    assert float(weight[0]) == 2.5
    hooks.on_epoch_begin(1)
    assert float(weight[0]) == 2.0
    hooks.on_epoch_end(1, {})
    hooks.on_train_end()
    assert float(weight[0]) == 2.5


def test_averages_need_an_optimizer_that_has_them(model):
    hooks = callbacks.CallbackList([callbacks.SwapEMAWeights()], model=model)
    with pytest.raises(ValueError, match="use_ema=True"):
        hooks.on_test_begin()
