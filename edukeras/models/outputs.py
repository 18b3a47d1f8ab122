"""What `compile` was given, matched to the outputs of the model: the losses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from edukeras import losses as losses_module, metrics as metrics_module, ops, tree
from edukeras.errors import ShapeError, UnknownNameError, explain


def per_output(value: Any, names: list[str], what: str) -> list:
    """One entry per output of a list, a dict by output name, or a single value."""
    if isinstance(value, dict):
        return _per_output_of_dict(value, names, what)
    if len(names) == 1:
        if isinstance(value, (list, tuple)) and len(value) == 1:
            return [value[0]]
        return [value]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ShapeError(
                explain(
                    f"{what} needs one entry per output.",
                    expected=f"{len(names)} entries, for {names}",
                    received=f"{len(value)}",
                    hint=f"a dict by output name; what {what} leaves out is None.",
                )
            )
        return list(value)
    return [value] * len(names)


def _per_output_of_dict(value: dict, names: list[str], what: str) -> list:
    """Outputs in a list inside a dict have names such as "boxes/left"."""
    inner_names: dict[str, list[str]] = {}
    for name in names:
        head, _, rest = name.partition("/")
        inner_names.setdefault(head, []).append(rest)
    unknown = [key for key in value if key not in inner_names]
    if unknown:
        raise UnknownNameError(
            explain(
                f"{what} names an output that the model does not have.",
                expected=f"keys among {list(inner_names)}",
                received=repr(unknown[0]),
            )
        )
    entries: list[Any] = []
    for head, inside in inner_names.items():
        if inside == [""]:
            entries.append(value.get(head))
        else:
            entries += per_output(value.get(head), inside, f"{what}[{head!r}]")
    return entries


def output_names(y_pred: Any, known: list[str] | None) -> list[str]:
    """The names of the outputs; those of a subclass are numbered."""
    if known is not None:
        return known
    if isinstance(y_pred, dict):
        return sorted(y_pred)
    count = len(tree.flatten(y_pred))
    return [f"output_{i}" for i in range(count)]


def are_numbered(names: list[str]) -> bool:
    """Whether these names were made here, for the outputs of a subclass."""
    return names == [f"output_{i}" for i in range(len(names))]


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with _1, _2 ... if it is taken, as Keras numbers them.

    >>> free_name("mae", ["mae", "mae_1"])
    'mae_2'
    """
    numbered, index = name, 0
    while numbered in taken:
        index += 1
        numbered = f"{name}_{index}"
    return numbered


def match_targets(y_true: Any, names: list[str], trained: list[str]) -> list:
    """One target per output; those without a loss may be left out of a list."""
    if isinstance(y_true, (list, tuple)):
        if len(y_true) == len(trained) < len(names):
            y_true = dict(zip(trained, y_true, strict=True))
            return [y_true.get(name) for name in names]
    elif not isinstance(y_true, dict):
        if len(trained) == 1:
            return [y_true if name in trained else None for name in names]
        raise ShapeError(
            explain(
                f"The model has {len(names)} outputs and needs targets for {trained}.",
                received="one array",
                hint="give y as a list, or as a dict by output name.",
            )
        )
    return per_output(y_true, names, "y")


class CompiledLoss:
    """The total loss: the weighted sum of the losses of the outputs."""

    def __init__(self, loss: Any, loss_weights: Any) -> None:
        # Unknown names are found now, not in the middle of `fit`.
        self.losses = tree.map_structure(_as_loss, loss)
        self.loss_weights = loss_weights
        # The mean loss of each output, if several have one.
        self.trackers: list[Any] = []
        self._by_output: list[tuple[Any, float]] | None = None

    def prepare(self, names: list[str]) -> None:
        """Matches losses and weights to the outputs, once they are known."""
        if self._by_output is not None:
            return
        losses = per_output(self.losses, names, "loss")
        weights = per_output(self.loss_weights, names, "loss_weights")
        self.names = names
        self.trained = [name for name, loss in zip(names, losses) if loss is not None]
        self._by_output = [
            (loss, 1.0 if weight is None else float(weight))
            for loss, weight in zip(losses, weights, strict=True)
        ]
        if len(self.trained) > 1:
            for name in self._tracker_names(losses):
                self.trackers.append(metrics_module.Mean(name=name))

    def _tracker_names(self, losses: list) -> list[str]:
        """`<output>_loss`; where outputs have no names, `<loss>_loss`."""
        found: list[str] = []
        numbered = are_numbered(self.names)
        for name, loss in zip(self.names, losses, strict=True):
            if loss is not None:
                base = loss.name if numbered else name
                found.append(free_name(f"{base}_loss", found))
        return found

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
        if not self.trained:
            raise ValueError("No output has a loss. Try: compile(loss=...).")
        outputs = tree.flatten(y_pred)
        targets = match_targets(y_true, self.names, self.trained)
        sample_weights = per_output(sample_weight, self.names, "sample_weight")
        total = None
        trackers = iter(self.trackers)
        for (loss, weight), target, output, samples in zip(
            self._by_output, targets, outputs, sample_weights, strict=True
        ):
            if loss is None:
                continue
            value = loss(target, output, sample_weight=samples)
            if self.trackers:
                count = output.shape[0] if output.shape else 1
                next(trackers).update_state(value.array, sample_weight=count)
            term = value if weight == 1.0 else value * weight
            total = term if total is None else total + term
        return total


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
    named_by_string = isinstance(identifier, str)
    name = identifier if named_by_string else getattr(loss, "__name__", None)
    return losses_module.LossFunctionWrapper(loss, name=name)


def total_of(losses: list) -> Any:
    """The sum of penalties and added losses; None if there are none."""
    total = None
    for loss in losses:
        loss = ops.sum(loss) if getattr(loss, "shape", ()) else loss
        total = loss if total is None else total + loss
    return total
