"""Losses and metrics per output: what `compile` was given, matched to the outputs."""

from __future__ import annotations

from typing import Any

from edukeras import losses as losses_module, metrics as metrics_module, ops, tree
from edukeras.errors import ShapeError, UnknownNameError, explain
from edukeras.tensor import Tensor, as_array


def per_output(value: Any, names: list[str], what: str) -> list:
    """One entry per output of a list, a dict by output name, or a single value."""
    if len(names) == 1 and not isinstance(value, dict):
        if isinstance(value, (list, tuple)) and len(value) == 1:
            return [value[0]]
        return [value]
    if isinstance(value, dict):
        unknown = [key for key in value if key not in names]
        if unknown:
            raise UnknownNameError(
                explain(
                    f"{what} names an output that the model does not have.",
                    expected=f"keys among {names}",
                    received=repr(unknown[0]),
                )
            )
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ShapeError(
                explain(
                    f"{what} needs one entry per output.",
                    expected=f"{len(names)} entries, for {names}",
                    received=f"{len(value)}",
                )
            )
        return list(value)
    return [value] * len(names)


def output_names(y_pred: Any, known: list[str] | None) -> list[str]:
    """The names of the outputs; those of a subclass are numbered."""
    if known is not None:
        return known
    if isinstance(y_pred, dict):
        return sorted(y_pred)
    count = len(tree.flatten(y_pred))
    return [f"output_{i}" for i in range(count)]


class CompiledLoss:
    """The total loss: the weighted sum of the losses of the outputs."""

    def __init__(self, loss: Any, loss_weights: Any) -> None:
        # Unknown names are found now, not in the middle of `fit`.
        self.losses = tree.map_structure(_as_loss, loss)
        self.loss_weights = loss_weights
        self.trackers: list[Any] = []
        self._by_output: list[tuple[Any, float]] | None = None

    def prepare(self, names: list[str]) -> None:
        """Matches losses and weights to the outputs, once they are known."""
        if self._by_output is not None:
            return
        losses = per_output(self.losses, names, "loss")
        weights = per_output(self.loss_weights, names, "loss_weights")
        self.names = names
        self._by_output = [
            (loss, 1.0 if weight is None else float(weight))
            for loss, weight in zip(losses, weights, strict=True)
        ]
        if len(names) > 1:
            self.trackers = [
                metrics_module.Mean(name=f"{name}_loss")
                for name, loss in zip(names, losses, strict=True)
                if loss is not None
            ]

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any, names: Any) -> Any:
        if self._by_output is None:
            self.prepare(output_names(y_pred, names))
        assert self._by_output is not None
        if len(self._by_output) == 1:
            loss, weight = self._by_output[0]
            value = loss(only(y_true), only(y_pred), sample_weight=only(sample_weight))
            return value if weight == 1.0 else value * weight
        return self._weighted_sum(y_true, y_pred, sample_weight)

    def _weighted_sum(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
        assert self._by_output is not None
        outputs = tree.flatten(y_pred)
        targets = self._targets(y_true)
        sample_weights = per_output(sample_weight, self.names, "sample_weight")
        total = None
        trackers = iter(self.trackers)
        for (loss, weight), target, output, samples in zip(
            self._by_output, targets, outputs, sample_weights, strict=True
        ):
            if loss is None:
                continue
            value = loss(target, output, sample_weight=samples)
            count = output.shape[0] if output.shape else 1
            next(trackers).update_state(value.array, sample_weight=count)
            term = value if weight == 1.0 else value * weight
            total = term if total is None else total + term
        if total is None:
            raise ValueError("No output has a loss. Try: compile(loss=...).")
        return total

    def _targets(self, y_true: Any) -> list:
        """Outputs without a loss need no target."""
        assert self._by_output is not None
        trained = [name for name, (loss, _) in zip(self.names, self._by_output) if loss]
        if isinstance(y_true, (list, tuple)) and len(y_true) == len(trained):
            given = dict(zip(trained, y_true, strict=True))
            return [given.get(name) for name in self.names]
        if not isinstance(y_true, (list, tuple, dict)):
            raise ShapeError(
                explain(
                    f"The model has {len(self.names)} outputs and needs targets for "
                    f"{trained}.",
                    received="one array",
                    hint="give y as a list, or as a dict by output name.",
                )
            )
        return per_output(y_true, self.names, "y")


def only(value: Any) -> Any:
    """The one entry of a list or dict of one; None and arrays as they are."""
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.values()))
    if isinstance(value, (list, tuple)) and len(value) == 1:
        return value[0]
    return value


def _as_loss(identifier: Any) -> Any:
    loss = losses_module.get(identifier)
    if loss is None or isinstance(loss, losses_module.Loss):
        return loss
    name = getattr(loss, "__name__", None)
    return losses_module.LossFunctionWrapper(loss, name=name)


class CompiledMetrics:
    """The metrics of the outputs, under the names that `fit` reports."""

    def __init__(self, metrics: Any, weighted_metrics: Any) -> None:
        self._given = (metrics, weighted_metrics)
        # (metric, index of its output, whether sample weights count)
        self._entries: list[tuple[Any, int, bool]] | None = None
        for identifier in tree.flatten(list(self._given)):
            _check_metric(identifier)

    @property
    def metrics(self) -> list:
        return [metric for metric, _, _ in self._entries or []]

    def prepare(self, names: list[str]) -> None:
        """Makes the metrics of each output, once the outputs are known."""
        if self._entries is not None:
            return
        self._entries = []
        self.names = names
        for given, weighted in zip(self._given, (False, True), strict=True):
            for index, identifiers in enumerate(_lists_per_output(given, names)):
                for identifier in identifiers:
                    prefix = f"{names[index]}_" if len(names) > 1 else ""
                    metric = _make_metric(identifier, prefix)
                    self._entries.append((metric, index, weighted))

    def update(self, y_true: Any, y_pred: Any, sample_weight: Any, names: Any) -> None:
        if self._entries is None:
            self.prepare(output_names(y_pred, names))
        if not self._entries:
            return
        if len(self.names) == 1:
            targets, outputs = [only(y_true)], [only(y_pred)]
            weights = [only(sample_weight)]
        else:
            targets = per_output(y_true, self.names, "y")
            outputs = tree.flatten(y_pred)
            weights = per_output(sample_weight, self.names, "sample_weight")
        for metric, index, weighted in self._entries:
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


def _check_metric(identifier: Any) -> None:
    if identifier is not None and identifier not in _KINDS_BY_SHAPE:
        metrics_module.get(identifier)


def _make_metric(identifier: Any, prefix: str) -> Any:
    if isinstance(identifier, str) and identifier in _KINDS_BY_SHAPE:
        return MetricByShape(_KINDS_BY_SHAPE[identifier], name=prefix + identifier)
    metric = metrics_module.get(identifier)
    name: Any = getattr(metric, "name", None) or getattr(metric, "__name__", "metric")
    if isinstance(identifier, str):
        name = identifier
    if not isinstance(metric, metrics_module.Metric):
        return metrics_module.MeanMetricWrapper(metric, name=prefix + name)
    if prefix:  # each output counts for itself
        metric = type(metric).from_config(metric.get_config())
    metric.name = prefix + name
    return metric


class MetricByShape(metrics_module.Metric):
    """ "accuracy" or "crossentropy": which one, the shapes of the first batch tell.

    One output unit: binary.  Class numbers as targets: sparse categorical.  Rows of
    the same length as the output: categorical.
    """

    def __init__(self, kind: str, name: str) -> None:
        self.chosen: Any = None
        self.kind = kind
        super().__init__(name=name)

    def choose(self, y_true: Any, y_pred: Any) -> Any:
        target, output = as_array(y_true).shape, as_array(y_pred).shape
        if output[-1:] == (1,):
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


def total_of(losses: list) -> Any:
    """The sum of penalties and added losses; None if there are none."""
    total = None
    for loss in losses:
        loss = ops.sum(loss) if getattr(loss, "shape", ()) else loss
        total = loss if total is None else total + loss
    return total
