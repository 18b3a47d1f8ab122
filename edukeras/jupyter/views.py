"""What the magics do, as functions: for scripts and for those who prefer them.

Each returns a view that shows itself as text in a console and as HTML in a notebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edukeras.callbacks import WeightHistory
from edukeras.errors import explain
from edukeras.inspect.compared_curves import ComparedCurves, compare_curves
from edukeras.inspect.curves import LearningCurves, learning_curves
from edukeras.inspect.display import WIDGET_OF, View
from edukeras.inspect.exploration import Exploration, explore as look_through
from edukeras.inspect.gradient_flow import GradientFlow, gradient_flow
from edukeras.inspect.source_code import source as source
from edukeras.inspect.summary import ModelSummary, summarize
from edukeras.inspect.weights import WeightReport, describe_weights
from edukeras.jupyter.explorer import ModelExplorer
from edukeras.jupyter.frontend import is_live, widget_bundle
from edukeras.jupyter.live_curves import LiveCurves
from edukeras.jupyter.panel import Panel
from edukeras.jupyter.weight_viewer import WeightViewer


def summary(model: Any, batch_size: int = 32) -> ModelSummary:
    """The layers of a model, with the arithmetic behind the parameter counts.

    Args:
        batch_size: for which the memory of the outputs is told.
    """
    _must_have(model, "layers", "a model")
    return summarize(model, batch_size)


def explore(
    model: Any, x: Any = None, sample: int = 0, batch_size: int = 32
) -> Exploration | ModelExplorer:
    """Pick a layer, see its page; all pages folded where nothing can be clicked.

    Args:
        x: some samples; the pages then show what each layer makes of one of them.
        sample: the number of that sample.
        batch_size: for which the memory of the outputs is told.
    """
    _must_have(model, "layers", "a model")
    view = look_through(model, x, sample, batch_size)
    return ModelExplorer(view) if is_live() else view


def weights(
    model: Any,
    layer: Any = None,
    kinds: Sequence[str] | None = None,
    image_shape: tuple[int, ...] | None = None,
    compare: Any = None,
    history: WeightHistory | None = None,
) -> WeightReport:
    """The weights of a model or of one layer, in numbers and pictures.

    Args:
        layer: a layer or its name; None takes all.
        kinds: which pictures: "hist", "heatmap", "filters".  None: of one layer all,
            of a model the one for each matrix that says most.
        image_shape: of the first layer's inputs, if these are pictures: (28, 28).
        compare: earlier weights, from `model.get_weights()`.
        history: a `WeightHistory` that was among the callbacks of `fit`.
    """
    _must_have(model, "weights", "a model or a layer")
    return describe_weights(model, layer, kinds, image_shape, compare, history)


def view_weights(report: WeightReport) -> WeightReport | WeightViewer:
    """A report with controls: pick a weight, a kind of picture, a unit."""
    return WeightViewer(report) if is_live() and report.weights else report


def curves(
    history: Any, names: Sequence[str] | None = None
) -> LearningCurves | ComparedCurves:
    """The learning curves of what `fit` returned, or of a model that was fitted.

    Args:
        history: a History or a model; several of them, as a list or as a dict by
            name, share one chart.
        names: of the runs in the list.
    """
    if isinstance(history, (list, tuple)):
        return compare_curves([_history_of(run) for run in history], names)
    if isinstance(history, Mapping) and not _is_logged(history):
        return compare_curves({n: _history_of(run) for n, run in history.items()})
    return learning_curves(_history_of(history))


def gradflow(model: Any, x: Any, y: Any = None) -> GradientFlow:
    """The gradient and the update/weight ratio of each layer, in the next step.

    Args:
        model: compiled; it stays as it is.
        x, y: as for `fit`; 256 samples are used.
    """
    return gradient_flow(model, x, y)


def train(
    model: Any,
    x: Any,
    y: Any = None,
    lr: float | None = None,
    live: bool = True,
    compare: Any = None,
    **options: Any,
) -> Any:
    """`model.fit` with live curves, Stop, Pause, Step and a learning rate slider.

    Args:
        lr: the learning rate to begin with; None leaves it.
        live: whether to draw during training, or only at the end.
        compare: earlier runs for the same chart: a History, a list, a dict by name.
        options: of `fit`, such as epochs and validation_split.

    Returns:
        The History.
    """
    if not hasattr(model, "fit"):
        raise TypeError(explain("train needs a model.", received=type(model).__name__))
    watch = LiveCurves(compare=compare, learning_rate=lr, live=live)
    callbacks = options.pop("callbacks", None) or []
    callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    return model.fit(x, y, callbacks=[*callbacks, watch], **options)


def _history_of(run: Any) -> Any:
    kept = getattr(run, "history", None)
    return kept if hasattr(kept, "history") else run  # a model keeps its last History


def _is_logged(history: Mapping) -> bool:
    """Whether it is what a History has: numbers by the name of a metric."""
    return all(isinstance(values, (list, tuple)) for values in history.values())


def _must_have(model: Any, attribute: str, expected: str) -> None:
    if not hasattr(model, attribute):
        raise TypeError(
            explain(
                "There is nothing to look into here.",
                expected=expected,
                received=type(model).__name__,
            )
        )


def _bundle_of(panel: Panel | View) -> dict[str, Any]:
    shown = isinstance(panel, Panel) and is_live()
    return widget_bundle(panel.widget) if shown else {}  # type: ignore[union-attr]


# What views of these classes show when the display setting is "widget".
WIDGET_OF[ModelSummary] = lambda view: _bundle_of(explore(view.model))
WIDGET_OF[Exploration] = lambda view: _bundle_of(ModelExplorer(view))
WIDGET_OF[WeightReport] = lambda report: _bundle_of(view_weights(report))
