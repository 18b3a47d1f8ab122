"""What `compile` was given, matched to the outputs of the model: the metrics."""

from __future__ import annotations

from typing import Any, NamedTuple

from edukeras import metrics as metrics_module, tree
from edukeras.models.outputs import (
    are_numbered,
    free_name,
    match_targets,
    only,
    per_output,
)
from edukeras.tensor import Tensor, as_array


class Entry(NamedTuple):
    """One metric of one output."""

    name: str  # in the history
    metric: Any
    output: int  # index of the output
    weighted: bool  # whether sample weights count


class CompiledMetrics:
    """The metrics of the outputs, under the names that `fit` reports."""

    def __init__(self, metrics: Any, weighted_metrics: Any) -> None:
        self._given = (metrics, weighted_metrics)
        self.entries: list[Entry] = []
        self.names: list[str] | None = None  # of the outputs
        for identifier in tree.flatten(list(self._given)):
            _check_metric(identifier)

    def prepare(self, names: list[str], trained: list[str] | None = None) -> None:
        """Makes the metrics of each output, once the outputs are known."""
        if self.names is not None:
            return
        self.names = names
        self._trained = names if trained is None else trained
        for given, weighted in zip(self._given, (False, True), strict=True):
            for index, identifiers in enumerate(_lists_per_output(given, names)):
                for identifier in identifiers:
                    self._add(identifier, index, weighted)
        if len(names) > 1:  # the order of `evaluate`, as in Keras
            self.entries.sort(key=lambda entry: entry.name)

    def _add(self, identifier: Any, index: int, weighted: bool) -> None:
        assert self.names is not None
        metric, name = _make_metric(identifier)
        if any(metric is entry.metric for entry in self.entries):
            # Each output counts for itself.
            metric = type(metric).from_config(metric.get_config())
        prefix = ""
        if len(self.names) > 1 and not are_numbered(self.names):
            prefix = f"{self.names[index]}_"
        taken = [entry.name for entry in self.entries]
        if weighted and prefix + name in taken:
            name = f"weighted_{name}"
        name = free_name(prefix + name, taken)
        if metric is not identifier:
            metric.name = name  # the user's own metrics keep theirs
        self.entries.append(Entry(name, metric, index, weighted))

    def update(self, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        """Adds a batch to what was seen."""
        if not self.entries:
            return
        assert self.names is not None
        if len(self.names) == 1:
            targets, outputs = [only(y_true)], [only(y_pred)]
            weights = [only(sample_weight)]
        else:
            targets = match_targets(y_true, self.names, self._trained)
            outputs = tree.flatten(y_pred)
            weights = per_output(sample_weight, self.names, "sample_weight")
        for _, metric, index, weighted in self.entries:
            if targets[index] is None:
                continue
            if weighted:
                metric.update_state(
                    targets[index], outputs[index], sample_weight=weights[index]
                )
            else:
                metric.update_state(targets[index], outputs[index])


def _lists_per_output(given: Any, names: list[str]) -> list[list]:
    if given is None:
        return [[] for _ in names]
    if isinstance(given, dict) and len(names) == 1 and names[0] not in given:
        given = next(iter(given.values()), [])
    nested = isinstance(given, (list, tuple)) and any(
        isinstance(item, (list, tuple)) for item in given
    )
    if isinstance(given, dict) or (nested and len(given) == len(names)):
        entries = per_output(given, names, "metrics")
        return [_as_list(entry) for entry in entries]
    flat = _as_list(given[0] if nested and len(given) == 1 else given)
    return [list(flat) for _ in names]  # a flat list is meant for every output


def _as_list(entry: Any) -> list:
    if entry is None:
        return []
    return list(entry) if isinstance(entry, (list, tuple)) else [entry]


_KINDS_BY_SHAPE = {
    "accuracy": "accuracy",
    "acc": "accuracy",
    "crossentropy": "crossentropy",
    "ce": "crossentropy",
}


def _by_shape(identifier: Any) -> bool:
    return isinstance(identifier, str) and identifier in _KINDS_BY_SHAPE


def _check_metric(identifier: Any) -> None:
    if identifier is not None and not _by_shape(identifier):
        metrics_module.get(identifier)


def _make_metric(identifier: Any) -> tuple[Any, str]:
    """The metric that an identifier means, and its name."""
    if _by_shape(identifier):
        return MetricByShape(_KINDS_BY_SHAPE[identifier], identifier), identifier
    metric = metrics_module.get(identifier)
    name: Any = getattr(metric, "name", None) or getattr(metric, "__name__", "metric")
    if isinstance(identifier, str):
        name = identifier
    if not isinstance(metric, metrics_module.Metric):
        name = name.strip("<>")  # a lambda's is "<lambda>"
        metric = metrics_module.MeanMetricWrapper(metric, name=name)
    return metric, name


class MetricByShape(metrics_module.Metric):
    """ "accuracy" or "crossentropy": which one, the shapes of the first batch tell.

    One output unit, or one number a sample: binary (Keras 3 takes the argmax over the
    batch in the second case, which says nothing).  Class numbers as targets: sparse
    categorical.  Rows of the same length as the output: categorical.
    """

    def __init__(self, kind: str, name: str) -> None:
        self.chosen: Any = None
        self.kind = kind
        super().__init__(name=name)

    def choose(self, y_true: Any, y_pred: Any) -> Any:
        target, output = as_array(y_true).shape, as_array(y_pred).shape
        if output[-1:] == (1,) or len(output) < 2:
            prefix = "Binary"
        elif len(target) < len(output) or target[-1:] == (1,):
            prefix = "SparseCategorical"
        else:
            prefix = "Categorical"
        suffix = self.kind.capitalize()
        return getattr(metrics_module, prefix + suffix)(name=self.name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if self.chosen is None:
            self.chosen = self.choose(y_true, y_pred)
        return self.chosen.update_state(y_true, y_pred, sample_weight)

    def result(self) -> Any:
        return Tensor(0.0) if self.chosen is None else self.chosen.result()

    def reset_state(self) -> None:
        if self.chosen is not None:
            self.chosen.reset_state()

    @property
    def variables(self) -> list:
        return [] if self.chosen is None else self.chosen.variables

    def get_config(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name}
