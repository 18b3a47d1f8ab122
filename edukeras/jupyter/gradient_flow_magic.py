"""%gradflow: gradients and updates of all layers in one view."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from edukeras.jupyter import views
from edukeras.jupyter.expressions import ExpressionMagics, plainly


@magics_class
class GradientFlowMagic(ExpressionMagics):
    """Looking at gradients."""

    @no_var_expand
    @magic_arguments()
    @argument("model", help="a compiled model: a variable, or any Python expression")
    @argument("x", help="inputs, as for fit; 256 samples are used")
    @argument("y", nargs="?", help="targets, as for fit")
    @line_magic
    def gradflow(self, line: str) -> Any:
        """Show the gradient and the update/weight ratio of each layer.

        %gradflow model x y

        The model stays as it is.
        """
        options = parse_argstring(self.gradflow, line)
        parts = [options.model, options.x, options.y]
        values = [None if part is None else self._value(part) for part in parts]
        return plainly(views.gradflow, *values)
