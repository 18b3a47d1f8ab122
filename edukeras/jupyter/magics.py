"""The magics that look into models: %summary %explore %weights %curves %source.

Arguments are Python expressions, looked up in the notebook's own variables.  Each
magic calls the function of the same name in `edukeras.jupyter`, and returns what that
returns: `table = %summary model` works.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from traitlets import Enum, Int, observe

from edukeras.inspect.display import LISTENERS, MODES, display as display_setting
from edukeras.inspect.weights import KINDS
from edukeras.jupyter import views
from edukeras.jupyter.expressions import (
    ExpressionMagics,
    plainly,
    without_quotes,
)


@magics_class
class EdukerasMagics(ExpressionMagics):
    """Looking into models.

    %config EdukerasMagics.display = "text" is `edukeras.jupyter.display("text")`.
    """

    display = Enum(
        MODES,
        display_setting(),
        help='How things show themselves: "auto", "widget", "html" or "text".',
    ).tag(config=True)
    batch_size = Int(
        32, min=1, help="The batch for which %summary and %explore tell the memory."
    ).tag(config=True)

    def __init__(self, shell: Any = None, **kwargs: Any) -> None:
        super().__init__(shell, **kwargs)
        LISTENERS.append(self._follow)
        self._follow(display_setting())

    def put_away(self) -> None:
        """What `%unload_ext` takes away besides the magics."""
        LISTENERS.remove(self._follow)

    def _follow(self, mode: str) -> None:
        self.display = mode  # whoever changed it

    @observe("display")
    def _set_display(self, change: Any) -> None:
        if display_setting() != change["new"]:
            display_setting(change["new"])

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
        model, size = self._value(options.model), self.batch_size
        if options.widget:
            return plainly(lambda: views.explore(model, batch_size=size))
        return plainly(views.summary, model, size)

    @no_var_expand
    @magic_arguments()
    @argument("model", help="a model: a variable, or any Python expression")
    @argument("x", nargs="?", help="some samples, to see what the layers make of them")
    @argument("-s", "--sample", default="0", help="the number of the sample")
    @line_magic
    def explore(self, line: str) -> Any:
        """Click through the layers of a model.

        %explore model
        %explore model x_test --sample 3
        """
        options = self._options(self.explore, line)
        model = self._value(options.model)
        x = self._given(options.x)
        sample = self._value(options.sample)
        return plainly(views.explore, model, x, sample, self.batch_size)

    @no_var_expand
    @magic_arguments()
    @argument("what", help="a layer, loss, op ...; or a name: Dense, relu; or a model")
    @argument("layer", nargs="?", help="the name of a layer of that model")
    @line_magic
    def source(self, line: str) -> Any:
        """Show the code of a layer: its call, its op, its kernel and the NumPy twin.

        %source model.layers[0]
        %source model hidden
        %source Dense
        """
        options = self._options(self.source, line)
        what = without_quotes(options.what)
        if options.layer is not None:
            model = self._value(what)
            name = self._layer(model, options.layer)
            what = plainly(model.get_layer, name) if isinstance(name, str) else name
        elif not what.isidentifier() or what in self._names():
            what = self._value(what)
        return plainly(views.source, what)

    def _given(self, expression: str | None) -> Any:
        return None if expression is None else self._value(expression)

    def _names(self) -> dict[str, Any]:
        assert self.shell is not None  # magics are called by a shell
        return self.shell.user_ns

    @no_var_expand
    @magic_arguments()
    @argument("model", help="a model or a layer: a variable, or any expression")
    @argument("layer", nargs="?", help="the name of one layer")
    @argument("--hist", action="store_true", help="only histograms")
    @argument("--heatmap", action="store_true", help="only heatmaps")
    @argument("--filters", action="store_true", help="only what each unit looks for")
    @argument("--image-shape", help="the shape of the inputs as pictures: 28,28")
    @argument("--compare", help="earlier weights, from model.get_weights()")
    @argument("--history", help="a WeightHistory: slide through its epochs")
    @argument("-w", "--widget", action="store_true", help="pick weights and units")
    @line_magic
    def weights(self, line: str) -> Any:
        """Show the weights of a model, in numbers and pictures.

        %weights model
        %weights model dense_1 --hist
        %weights model --compare before --history history -w
        """
        options = self._options(self.weights, line)
        model = self._value(options.model)
        kinds = [kind for kind in KINDS if getattr(options, kind)] or None
        layer = None if options.layer is None else self._layer(model, options.layer)
        shape = options.image_shape and self._value(f"({options.image_shape},)")
        before, history = self._given(options.compare), self._given(options.history)
        report = plainly(views.weights, model, layer, kinds, shape, before, history)
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
