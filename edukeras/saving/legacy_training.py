"""How old `.h5` files say that a model was compiled, and the optimizer's state.

Source: FORMATS.md next to the golden test files, section 5
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edukeras import registry
from edukeras.saving import hdf5, legacy_h5
from edukeras.saving.keras2_numerics import OWN_NAME
from edukeras.saving.versions import Era
from edukeras.tensor import Variable

_IGNORED_OF_OPTIMIZERS = frozenset(
    {"is_legacy_optimizer", "jit_compile", "schedule_decay"}
)

# Lists of state, one array per variable each, as Keras 2.2 stored them one after the
# other; the edukeras optimizer has them interleaved.
_STATES_OF_KERAS2 = {
    "SGD": ["momentum"],
    "RMSprop": ["velocity"],
    "Adagrad": ["accumulator"],
    "Adadelta": ["accumulated_grad", "accumulated_delta_var"],
    "Adam": ["momentum", "velocity", "velocity_hat"],
    "Adamax": ["momentum", "norm"],
    "Nadam": ["momentum", "velocity"],
}
_WITHOUT_ITERATIONS = frozenset({"RMSprop", "Adagrad", "Adadelta"})


# -- compile ------------------------------------------------------------------


def compile_config(
    training: dict[str, Any], era: Era, output_names: Sequence[str]
) -> dict[str, Any]:
    """The arguments of `compile`, serialized, from a `training_config`."""
    loss = training.get("loss")
    return {
        "optimizer": optimizer_record(training["optimizer_config"], era),
        "loss": _map_records(loss, _loss_record),
        "loss_weights": training.get("loss_weights"),
        "metrics": _metrics(training.get("metrics"), output_names),
        "weighted_metrics": _metrics(training.get("weighted_metrics"), output_names),
    }


def optimizer_record(record: dict[str, Any], era: Era) -> dict[str, Any]:
    """The record of an optimizer, in the form of Keras 3.

    >>> old = {"class_name": "SGD", "config": {"lr": 0.5, "decay": 0.0}}
    >>> optimizer_record(old, Era("2.2.4"))["config"]
    {'learning_rate': 0.5}
    """
    class_name = record["class_name"].removeprefix("Custom>")
    config = {
        key: value
        for key, value in record["config"].items()
        if key not in _IGNORED_OF_OPTIMIZERS
    }
    if "lr" in config:
        config["learning_rate"] = config.pop("lr")
    decay = config.pop("decay", 0.0)
    if decay:  # rate / (1 + decay * iterations)
        schedule = {
            "initial_learning_rate": config["learning_rate"],
            "decay_steps": 1,
            "decay_rate": decay,
        }
        config["learning_rate"] = {
            "module": "keras.optimizers.schedules",
            "class_name": "InverseTimeDecay",
            "config": schedule,
        }
    registered_name = record.get(OWN_NAME)
    if era.multi_backend:
        if "clipnorm" in config:  # there, the norm of all gradients together
            config["global_clipnorm"] = config.pop("clipnorm")
        if class_name == "Adagrad":
            config["initial_accumulator_value"] = 0.0
        if class_name in ("RMSprop", "Adagrad"):
            registered_name = f"edukeras>Keras2{class_name}"
    return {
        "module": "keras.optimizers",
        "class_name": class_name,
        "config": config,
        "registered_name": registered_name,
    }


def _map_records(value: Any, function: Any) -> Any:
    """Applies a function to the records in lists and dicts."""
    if registry.is_record(value):
        return function(value)
    if isinstance(value, dict):
        return {key: _map_records(item, function) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_records(item, function) for item in value]
    return value


def _loss_record(record: dict[str, Any]) -> dict[str, Any]:
    config = {key: value for key, value in record["config"].items() if key != "fn"}
    if config.get("reduction") == "auto":
        config["reduction"] = "sum_over_batch_size"
    return {**record, "module": "keras.losses", "config": config}


def _metrics(metrics: Any, output_names: Sequence[str]) -> Any:
    """tf-keras writes a list per output, even for one, and puts the output's name
    before the metric's."""

    def metric_record(record: dict[str, Any]) -> dict[str, Any] | str:
        return _metric_record(record, output_names)

    modern = _map_records(metrics, metric_record)
    if isinstance(modern, list) and len(output_names) == 1 and len(modern) == 1:
        if isinstance(modern[0], list):
            return modern[0]
    return modern


def _metric_record(
    record: dict[str, Any], output_names: Sequence[str]
) -> dict[str, Any] | str:
    class_name, config = record["class_name"], dict(record["config"])
    for output in output_names:
        if len(output_names) > 1 and config.get("name", "").startswith(f"{output}_"):
            config["name"] = config["name"].removeprefix(f"{output}_")
            break
    if class_name == "MeanMetricWrapper":
        if config.get("name") in ("accuracy", "acc"):
            return config["name"]  # its kind follows from the targets, as it did there
        # "categorical_accuracy" is what the class CategoricalAccuracy averages.
        function = config.pop("fn")
        class_name = "".join(part.title() for part in str(function).split("_"))
    return {**record, "module": "keras.metrics", "class_name": class_name,
            "config": config}  # fmt: skip


# -- the optimizer's state ----------------------------------------------------


def read_optimizer(model: Any, file: Any, era: Era, class_name: str) -> bool:
    """Gives the optimizer the state in the file; False if it does not fit."""
    group = hdf5.find_group(file, "optimizer_weights")
    if group is None:
        return True
    names = hdf5.read_names(group, "weight_names")
    datasets = legacy_h5.read_datasets(group)
    if era.multi_backend:
        pairs = _pairs_of_keras2(model, file, datasets, class_name)
    else:
        pairs = _pairs_in_order(model.optimizer, names, datasets)
    if pairs is None:
        return False
    if any(hdf5.shape_of(dataset) != v.shape for v, dataset in pairs):
        return False
    arrays = [(variable, hdf5.read_numbers(dataset)) for variable, dataset in pairs]
    for variable, array in arrays:
        variable.assign(array)
    return True


def _pairs_in_order(
    optimizer: Any, names: list[str], datasets: list
) -> list[tuple[Variable, Any]] | None:
    """Keras 3 and tf-keras: our order; tf-keras leaves the learning rate out."""
    variables = optimizer.variables
    if not any("learning_rate" in name for name in names):
        rate = optimizer._learning_rate
        variables = [v for v in variables if v is not rate]
    if len(datasets) == 1:  # only the count of steps: nothing was trained
        variables = variables[:1]
    if len(datasets) != len(variables):
        return None
    return list(zip(variables, datasets, strict=True))


def _pairs_of_keras2(
    model: Any, file: Any, datasets: list, class_name: str
) -> list[tuple[Variable, Any]] | None:
    """Keras 2.2: [iterations,] then one list of arrays per kind of state."""
    optimizer = model.optimizer
    states = _STATES_OF_KERAS2.get(class_name)
    if states is None:
        return None
    pairs: list[tuple[Variable, Any]] = []
    if class_name not in _WITHOUT_ITERATIONS:
        pairs.append((optimizer.variables[0], datasets[0]))
        datasets = datasets[1:]
    order = _trained_in_file_order(model, file)
    if len(datasets) != len(states) * len(order):
        return None
    places = {id(v): i for i, v in enumerate(optimizer._trainable_variables)}
    for number, state in enumerate(states):
        ours = [v for v in optimizer.variables if v.name.endswith(f"_{state}")]
        if not ours:  # without momentum or amsgrad, Keras 2 has arrays of no use
            continue
        for place, variable in enumerate(order):
            dataset = datasets[number * len(order) + place]
            pairs.append((ours[places[id(variable)]], dataset))
    return pairs


def _trained_in_file_order(model: Any, file: Any) -> list[Variable]:
    weights = hdf5.find_group(file, "model_weights")
    layers = {layer.name: layer for layer in model.layers}
    names = [n for n in hdf5.read_names(weights, "layer_names") if n in layers]
    return [v for name in names for v in layers[name].trainable_weights]
