"""Callbacks that keep what was measured: in memory, in a file, on a server."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from edukeras.callbacks.callback import Callback, Logs


class History(Callback):
    """All results of all epochs; `fit` returns it.

    Attributes:
        history: name -> list with one number per epoch.
        epoch: the numbers of the epochs.
    """

    def __init__(self) -> None:
        self.history: dict[str, list] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class CSVLogger(Callback):
    """Writes a line per epoch to a file that spreadsheets and pandas read.

    Args:
        filename: where to.
        separator: what stands between the numbers.
        append: whether to go on with an existing file.
    """

    def __init__(
        self, filename: Any, separator: str = ",", append: bool = False
    ) -> None:
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.keys = None
        if not self.append:
            open(self.filename, "w", encoding="utf-8").close()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if self.keys is None:
            self.keys = _columns(logs)
        # Opened for each line: whatever happens later, this epoch is on the disk.
        with open(self.filename, "a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=self.sep)
            if file.tell() == 0:
                writer.writerow(["epoch", *self.keys])
            cells = [_cell(logs.get(key, "NA")) for key in self.keys]
            writer.writerow([epoch, *cells])


def _columns(logs: Mapping[str, Any]) -> list[str]:
    """All names; without validation in the first epoch, it may still come later."""
    names = sorted(logs)
    if not any(name.startswith("val_") for name in names):
        names += [f"val_{name}" for name in names]
    return names


def _cell(value: Any) -> Any:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"[{', '.join(map(str, value))}]"
    return value


class RemoteMonitor(Callback):
    """Sends the results of each epoch to a web server.

    Args:
        root, path: the address, in two parts.
        field: the name of the form field that holds the results as JSON.
        headers: HTTP headers to add.
        send_as_json: whether to send the JSON alone, and no form.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        # Here, because they take longer to import than all callbacks together.
        from urllib import error, parse, request

        content = json.dumps({"epoch": epoch, **(logs or {})})
        headers = dict(self.headers or {})
        if self.send_as_json:
            headers["Content-Type"] = "application/json"
        else:
            content = parse.urlencode({self.field: content})
        post = request.Request(
            self.root + self.path, content.encode(), headers, method="POST"
        )
        try:
            with request.urlopen(post, timeout=10):
                pass
        except (error.URLError, TimeoutError) as problem:
            print(f"RemoteMonitor could not reach {self.root}: {problem}")
