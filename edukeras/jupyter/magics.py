"""The magics that look into models: %summary %weights %curves.

Arguments are Python expressions, looked up in the notebook's own variables.  Each
magic calls the function of the same name in `edukeras.jupyter`, and returns what that
returns: `table = %summary model` works.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from edukeras.inspect.weights import KINDS
from edukeras.jupyter import views
from edukeras.jupyter.expressions import (
    ExpressionMagics,
    plainly,
    without_quotes,
)


@magics_class
class EdukerasMagics(ExpressionMagics):
    """Looking into models."""

    @no_var_expand
    @magic_arguments()
    @argument("model", help="a model: a variable, or any Python expression")
    @argument("-w", "--widget", action="store_true", help="click through the layers")
    @line_magic
    def summary(self, line: str) -> Any:
        """Show the layers of a model, and how their parameters add up.

        %summary model
        """
        options = self._options(self.summary, line)
        model = self._value(options.model)
        return plainly(views.explore if options.widget else views.summary, model)

    @no_var_expand
    @magic_arguments()
    @argument("model", help="a model or a layer: a variable, or any expression")
    @argument("layer", nargs="?", help="the name of one layer")
    @argument("--hist", action="store_true", help="only histograms")
    @argument("--heatmap", action="store_true", help="only heatmaps")
    @argument("--filters", action="store_true", help="only what each unit looks for")
    @argument("--image-shape", help="the shape of the inputs as pictures: 28,28")
    @argument("-w", "--widget", action="store_true", help="pick weights and units")
    @line_magic
    def weights(self, line: str) -> Any:
        """Show the weights of a model, in numbers and pictures.

        %weights model
        %weights model dense_1 --hist
        """
        options = self._options(self.weights, line)
        model = self._value(options.model)
        kinds = [kind for kind in KINDS if getattr(options, kind)] or None
        layer = None if options.layer is None else self._layer(model, options.layer)
        shape = options.image_shape and self._value(f"({options.image_shape},)")
        report = plainly(views.weights, model, layer, kinds, shape)
        return views.view_weights(report) if options.widget else report

    @no_var_expand
    @magic_arguments()
    @argument(
        "history",
        nargs="+",
        help="what fit returned, or the model; several share a chart",
    )
    @argument("--names", help="of several runs: a,b,c; else the expressions")
    @line_magic
    def curves(self, line: str) -> Any:
        """Show the learning curves of a training run, or of several on one chart.

        %curves history
        %curves slow fast --names "rate 0.001,rate 0.1"
        """
        options = self._options(self.curves, line)
        runs = [self._value(run) for run in options.history]
        if len(runs) == 1:
            return plainly(views.curves, runs[0])
        names = [without_quotes(run) for run in options.history]
        if options.names:
            names = [n.strip() for n in without_quotes(options.names).split(",")]
        return plainly(views.curves, runs, names)

    # -- arguments ------------------------------------------------------------

    def _options(self, magic: Callable, line: str) -> Any:
        return parse_argstring(magic, line)

    def _layer(self, model: Any, name: str) -> Any:
        """A layer's name as it stands, or an expression for one."""
        plain = without_quotes(name)
        names = [layer.name for layer in getattr(model, "layers", [])]
        if plain in names or plain.isidentifier():
            return plain
        return self._value(name)
