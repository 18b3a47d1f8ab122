"""A model as a pipeline of layers, with the joint at which two shapes do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from types import TracebackType
from typing import Any

from edukeras import tree
from edukeras.graph import producer
from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.layers.base import Layer
from edukeras.losses import Loss
from edukeras.messages import say
from edukeras.models.model import Model
from edukeras.models.outputs import CompiledLoss
from edukeras.tensor import KerasTensor

GUILTY = "✖"


@dataclass(frozen=True)
class Station:
    """A layer, the data before them or the targets after them.

    Attributes:
        name, kind: "dense" and "Dense"; kind is "" for data.
        shape: what comes out, as text; "?" where nothing came out.
        reached: whether the data came so far.
        joint: what is wrong where the data enters; "" if nothing is.
    """

    name: str
    kind: str
    shape: str
    reached: bool = True
    joint: str = ""

    @property
    def title(self) -> str:
        return f"{self.name} ({self.kind})" if self.kind else self.name


@dataclass(frozen=True)
class Pipeline(View):
    """Stations from the input to the output."""

    stations: tuple[Station, ...]

    @property
    def guilty(self) -> Station | None:
        """The station that the data could not enter."""
        return next((s for s in self.stations if s.joint), None)

    def text(self) -> str:
        lines: list[str] = []
        width = max((len(s.title) for s in self.stations), default=0)
        for k, station in enumerate(self.stations):
            if station.joint:
                words = f"{GUILTY} {say('here')}: {station.joint}"
                lines += wrap(words, 90, initial_indent="  ", subsequent_indent="    ")
            elif k:
                lines.append("  |")
            lines.append(f"{station.title.ljust(width)}  {station.shape}".rstrip())
        return "\n".join(lines)

    def html(self) -> str:
        parts: list[str] = []
        for k, station in enumerate(self.stations):
            if station.joint:
                parts.append(
                    '<div style="margin: 2px 0 2px 12px; padding: 2px 8px; '
                    'border-left: 3px solid #d55e00">'
                    f"<b>{GUILTY} {markup.escape(say('here'))}:</b> "
                    f"{markup.escape(station.joint)}</div>"
                )
            elif k:
                parts.append('<div style="margin: 0 0 0 24px; line-height: 1">↓</div>')
            parts.append(_box(station))
        return f'<div style="margin: 6px 0">{"".join(parts)}</div>'


def _box(station: Station) -> str:
    edge = "2px solid #d55e00" if station.joint else markup.LINE
    faded = "" if station.reached else "; opacity: 0.55"
    name = f"<b>{markup.escape(station.name)}</b>"
    if station.kind:
        name += f" {markup.escape(station.kind)}"
    return (
        f'<div style="display: inline-block; border: {edge}; border-radius: 4px; '
        f'padding: 2px 10px{faded}">{name} '
        f"{markup.unbroken(station.shape)}</div>"
    )


# -- from a traceback ---------------------------------------------------------


def pipeline_of(error: BaseException) -> Pipeline | None:
    """The pipeline in which an error was raised; None where no model took part.

    The frames of the traceback know it: which model, which layer, what came in.
    """
    calls = list(_calls(error.__traceback__))
    if not calls:
        return None
    loss = next((c for c in calls if isinstance(c["self"], (CompiledLoss, Loss))), None)
    model = next((c["self"] for c in calls if isinstance(c["self"], Model)), None)
    layer = next((c for c in reversed(calls) if _is_layer_call(c)), None)
    if loss is not None and model is not None:
        return _to_targets(model, calls)
    if layer is not None:
        return _to_layer(layer, model, calls, _cause(error))
    if model is not None and getattr(model, "_functional", None) is not None:
        if any("place" in c and "shape" in c for c in calls):
            return _to_input(model, calls)
    return None


def _calls(trace: TracebackType | None) -> Iterator[dict[str, Any]]:
    """The local variables of the methods on the way to the error."""
    while trace is not None:
        names = trace.tb_frame.f_locals
        if "self" in names:
            yield {**names, "_function": trace.tb_frame.f_code.co_name}
        trace = trace.tb_next


_ENTRANCES = {"__call__", "_call_symbolically", "call_in_graph", "call", "build"}


def _is_layer_call(call: dict[str, Any]) -> bool:
    layer = call["self"]
    if not isinstance(layer, Layer) or isinstance(layer, Model):
        return False
    return call["_function"] in _ENTRANCES


def _to_layer(
    call: dict[str, Any], model: Any, calls: list[dict[str, Any]], cause: str
) -> Pipeline:
    layer = call["self"]
    given = _given_to(layer, calls)
    stations: list[Station] = []
    if isinstance(given, KerasTensor) and given._keras_history is not None:
        stations += _way_to(given)
    else:
        stations.append(Station("x", "", _shape_text(_data_of(calls, given))))
    guilty = Station(layer.name, type(layer).__name__, "?", joint=cause)
    after = _layers_after(model, layer)
    later = [Station(x.name, type(x).__name__, "", reached=False) for x in after]
    return Pipeline((*stations, guilty, *later))


def _given_to(layer: Layer, calls: list[dict[str, Any]]) -> Any:
    """What the layer was called on."""
    for call in calls:
        if call["self"] is layer:
            for name in ("args", "inputs", "x", "input_shape"):
                value = call.get(name)
                if isinstance(value, tuple) and value and name == "args":
                    value = value[0]
                if value is not None:
                    first = tree.flatten(value)
                    return value if name == "input_shape" or not first else first[0]
    return None


def _data_of(calls: list[dict[str, Any]], given: Any) -> Any:
    """The data that the outermost method got, or else what the layer got."""
    for call in calls:
        if isinstance(call["self"], Model) and call.get("x") is not None:
            return call["x"]
    return given


def _way_to(tensor: KerasTensor) -> list[Station]:
    """The layers that a symbolic tensor has come through."""
    stations: list[Station] = []
    while True:
        node = producer(tensor)
        operation = node.operation
        stations.append(_station(operation, tensor.shape))
        if node.is_input:
            return stations[::-1]
        tensor = node.input_tensors[0]


def _station(operation: Any, shape: Any) -> Station:
    kind = type(operation).__name__ if isinstance(operation, Layer) else ""
    return Station(operation.name, kind, _shape_text(shape))


def _layers_after(model: Any, layer: Layer) -> list[Layer]:
    """The rest of a Sequential, which the data never reached."""
    chain = getattr(model, "_chain", [])
    places = [k for k, other in enumerate(chain) if other is layer]
    return chain[places[0] + 1 :] if places else []


def _to_input(model: Any, calls: list[dict[str, Any]]) -> Pipeline:
    wrong = next(c for c in reversed(calls) if "place" in c and "shape" in c)
    expected, shape = wrong["place"].shape, wrong["shape"]
    joint = say(
        "the model expects {expected}, and got {shape}",
        expected=_shape_text(expected),
        shape=_shape_text(shape),
    )
    stations = _whole(model)
    first = stations[0]
    entered = Station(first.name, first.kind, first.shape, False, joint)
    later = [Station(s.name, s.kind, s.shape, False) for s in stations[1:]]
    return Pipeline((Station("x", "", _shape_text(shape)), entered, *later))


def _to_targets(model: Any, calls: list[dict[str, Any]]) -> Pipeline | None:
    pair = next(
        (c for c in reversed(calls) if "y_true" in c and "y_pred" in c),
        None,
    )
    if pair is None:
        return None
    given, answer = _shape_of(pair["y_true"]), _shape_of(pair["y_pred"])
    joint = say(
        "the loss compares {answer} with {given}",
        answer=_shape_text(answer),
        given=_shape_text(given),
    )
    data = Station("x", "", _shape_text(_data_of(calls, None)))
    targets = Station("y", "", _shape_text(given), joint=joint)
    return Pipeline((data, *_whole(model), targets))


def _whole(model: Any) -> list[Station]:
    """The layers from the first input to the first output."""
    if getattr(model, "_functional", None) is None:
        return [Station(model.name, type(model).__name__, "")]
    return _way_to(model.outputs[0])


def _shape_of(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value and hasattr(value[0], "shape"):
        return tuple(value[0].shape)
    shape = getattr(value, "shape", None)
    return tuple(shape) if shape is not None else value


def _shape_text(value: Any) -> str:
    """A shape, or that of an array.

    >>> _shape_text((None, 4)), _shape_text(np.zeros((2, 3))), _shape_text(None)
    ('(None, 4)', '(2, 3)', '')
    """
    if value is None:
        return ""
    if isinstance(value, (list, tuple)) and any(hasattr(v, "shape") for v in value):
        return ", ".join(str(tuple(v.shape)) for v in value if hasattr(v, "shape"))
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_shape_text(v)}" for k, v in value.items())
    shape = _shape_of(value)
    return str(tuple(shape)) if isinstance(shape, (tuple, list)) else ""


def _cause(error: BaseException) -> str:
    """What was expected and received, in one line; the layer stands below it anyway."""
    text = " ".join(str(error).split()).partition(" Try: ")[0]
    what, _, received = text.partition(" Received: ")
    what, _, expected = what.partition(" Expected: ")
    expected = expected or what.partition(" expects ")[2] or what
    received = received.removeprefix("an input of shape ").rstrip(".")
    if received:
        return say(
            "expected: {expected}; received: {received}",
            expected=expected.rstrip("."),
            received=received,
        )
    return expected
