"""The magics that look into models: %summary %weights %curves.

Arguments are Python expressions, looked up in the notebook's own variables.  Each
magic calls the function of the same name in `edukeras.jupyter`, and returns what that
returns: `table = %summary model` works.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from edukeras.inspect.weights import KINDS
from edukeras.jupyter import views


@magics_class
class EdukerasMagics(Magics):
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
        return _plainly(views.explore if options.widget else views.summary, model)

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
        report = _plainly(views.weights, model, layer, kinds, shape)
        return views.view_weights(report) if options.widget else report

    @no_var_expand
    @magic_arguments()
    @argument("history", help="what fit returned; or the model that was fitted")
    @line_magic
    def curves(self, line: str) -> Any:
        """Show the learning curves of a training run.

        %curves history
        """
        options = self._options(self.curves, line)
        return _plainly(views.curves, self._value(options.history))

    # -- arguments ------------------------------------------------------------

    def _options(self, magic: Callable, line: str) -> Any:
        return parse_argstring(magic, line)

    def _value(self, expression: str) -> Any:
        """What an expression stands for in the notebook."""
        expression = _without_quotes(expression)
        assert self.shell is not None  # magics are called by a shell
        try:
            return eval(expression, self.shell.user_global_ns, self.shell.user_ns)
        except NameError as error:
            raise UsageError(f"{error}. Has its cell been run?") from None
        except Exception as error:
            message = f"{expression!r}: {type(error).__name__}: {error}"
            raise UsageError(message) from None

    def _layer(self, model: Any, name: str) -> Any:
        """A layer's name as it stands, or an expression for one."""
        plain = _without_quotes(name)
        names = [layer.name for layer in getattr(model, "layers", [])]
        if plain in names or plain.isidentifier():
            return plain
        return self._value(name)


def _without_quotes(text: str) -> str:
    """Quotes hold an argument with spaces together; they are not part of it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def _plainly(function: Callable, *arguments: Any) -> Any:
    """Calls the function; what it finds wrong becomes one line."""
    try:
        return function(*arguments)
    except (TypeError, ValueError) as error:
        raise UsageError(str(error)) from None
