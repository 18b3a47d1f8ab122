"""Who is measured.  Each engine is a class with `prepare(case)` and `run()`.

`run` does what one run of the case is and nothing else; `work.py` times it.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from typing import Any

import numpy as np
from cases import Case


class KerasEngine:
    """edukeras, or real Keras on the backend that KERAS_BACKEND names."""

    module = "keras"

    def __init__(self) -> None:
        self.keras = importlib.import_module(self.module)

    def prepare(self, case: Case) -> None:
        self.case = case
        self.x, self.y = case.data()
        self.model = case.model(self.keras)
        self.run()  # traces and compiles, where the engine does such things

    def run(self) -> None:
        case, model = self.case, self.model
        if case.action == "fit":
            model.fit(self.x, self.y, batch_size=case.batch, verbose=0)
        elif case.action == "predict":
            for _ in range(case.steps):
                model.predict(self.x, verbose=0)
        elif case.action == "evaluate":
            model.evaluate(self.x, self.y, verbose=0)
        else:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "model.weights.h5")
                model.save_weights(path)
                model.load_weights(path)


class EdukerasEngine(KerasEngine):
    module = "edukeras"


class TorchEngine:
    """PyTorch in its plain, eager form."""

    def __init__(self) -> None:
        self.torch = importlib.import_module("torch")

    def prepare(self, case: Case) -> None:
        if not case.sizes or case.action == "files":
            raise NotImplementedError("dense networks only")
        torch, nn = self.torch, self.torch.nn
        parts: list[Any] = []
        for n, m in zip(case.sizes[:-2], case.sizes[1:-1]):
            parts += [nn.Linear(n, m), nn.ReLU()]
            if case.batchnorm:
                parts.append(nn.BatchNorm1d(m))
            if case.dropout:
                parts.append(nn.Dropout(0.2))
        parts.append(nn.Linear(case.sizes[-2], case.sizes[-1]))
        self.case, self.model = case, nn.Sequential(*parts)
        kinds = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}
        optimizer = getattr(torch.optim, kinds[case.optimizer])
        self.optimizer = optimizer(self.model.parameters(), lr=0.001)
        x, y = case.data()
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)
        self.loss = nn.CrossEntropyLoss()
        self.run()

    def run(self) -> None:
        if self.case.action == "fit":
            self.model.train()
            for i in range(0, len(self.x), self.case.batch):
                x, y = self.x[i : i + self.case.batch], self.y[i : i + self.case.batch]
                self.optimizer.zero_grad()
                self.loss(self.model(x), y).backward()
                self.optimizer.step()
            return
        self.model.eval()
        with self.torch.no_grad():
            for _ in range(self.case.steps):
                self.torch.softmax(self.model(self.x), -1).numpy()


class ScikitEngine:
    """scikit-learn's MLPClassifier."""

    def __init__(self) -> None:
        self.network = importlib.import_module("sklearn.neural_network")

    def prepare(self, case: Case) -> None:
        plain = not (case.batchnorm or case.dropout)
        if not case.sizes or case.action != "fit" or not plain:
            raise NotImplementedError("training of plain dense networks only")
        self.x, y = case.data()
        self.y = y.argmax(axis=1)
        self.classes = np.arange(case.sizes[-1])
        self.model = self.network.MLPClassifier(
            case.sizes[1:-1],
            solver="sgd" if case.optimizer == "sgd" else "adam",
            batch_size=case.batch,
        )
        self.run()

    def run(self) -> None:
        self.model.partial_fit(self.x, self.y, self.classes)


class ProductsEngine:
    """The matrix products of the same steps alone, by the kernels of edukeras."""

    def __init__(self) -> None:
        self.matmul = importlib.import_module("edukeras").kernels.matmul

    def prepare(self, case: Case) -> None:
        if not case.sizes or case.action != "fit":
            raise NotImplementedError("training of dense networks only")
        self.case = case
        rng = np.random.default_rng(0)
        self.shapes = [
            (
                rng.random((case.batch, n), dtype=np.float32),
                rng.random((n, m), dtype=np.float32),
                rng.random((case.batch, m), dtype=np.float32),
            )
            for n, m in zip(case.sizes, case.sizes[1:])
        ]
        self.run()

    def run(self) -> None:
        for _ in range(self.case.steps):
            for i, (x, kernel, grad) in enumerate(self.shapes):
                self.matmul(x, kernel)
                self.matmul(x, grad, transpose_a=True)
                if i:
                    self.matmul(grad, kernel, transpose_b=True)


class BareSgemmEngine(ProductsEngine):
    """The same products by BLAS alone, with nothing around it: bare sgemm calls."""

    def __init__(self) -> None:
        importlib.import_module("edukeras")  # loads BLAS with its best core
        self.sgemm = importlib.import_module("scipy.linalg.blas").sgemm
        self.matmul = self._sgemm_alone

    def prepare(self, case: Case) -> None:
        self.results: dict[tuple[int, int, int], np.ndarray] = {}
        super().prepare(case)

    def _sgemm_alone(
        self, a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False
    ) -> None:
        rows = a.shape[1 if transpose_a else 0]
        columns = b.shape[0 if transpose_b else 1]
        key = id(a), id(b), transpose_a  # each product has its own place for the result
        if key not in self.results:
            self.results[key] = np.empty((rows, columns), np.float32)
        # BLAS goes column by column: c.T = b.T @ a.T
        c = self.results[key].T
        self.sgemm(1.0, b.T, a.T, 0.0, c, transpose_b, transpose_a, overwrite_c=True)


# name -> (class, environment)
ENGINES: dict[str, tuple[type, dict[str, str]]] = {
    "edukeras": (EdukerasEngine, {}),
    "keras-jax": (KerasEngine, {"KERAS_BACKEND": "jax"}),
    "keras-tensorflow": (KerasEngine, {"KERAS_BACKEND": "tensorflow"}),
    "keras-torch": (KerasEngine, {"KERAS_BACKEND": "torch"}),
    "torch": (TorchEngine, {}),
    "scikit-learn": (ScikitEngine, {}),
    "products": (ProductsEngine, {}),
    "sgemm": (BareSgemmEngine, {}),
}
PRODUCTS = ("products", "sgemm")  # only a part of each step
OURS = ("edukeras", *PRODUCTS)  # the others are peers
REAL_KERAS = ("keras-jax", "keras-tensorflow", "keras-torch")
