"""%glassbox: one training step of a model, number by number."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from edukeras.inspect.glass_box import glassbox
from edukeras.jupyter.expressions import (
    ExpressionMagics,
    plainly,
    without_quotes,
)
from edukeras.jupyter.glass_box_viewer import step_through


@magics_class
class GlassBoxMagic(ExpressionMagics):
    """The training step in a glass box."""

    @no_var_expand
    @magic_arguments()
    @argument("model", help="a compiled model: a variable, or any Python expression")
    @argument("x", help="inputs, as for fit")
    @argument("y", nargs="?", help="targets, as for fit")
    @argument("-s", "--sample", default="0", help="the number of the sample")
    @argument("-u", "--unit", help="the number of a unit; else what counts most")
    @argument("-l", "--layer", help="the layer to which the unit belongs")
    @argument("-p", "--weight", help='a weight, such as "out/kernel[2, 0]"')
    @argument("--sample-weight", help="a weight for each sample, as for fit")
    @argument("--batch-size", help="how many samples the step is made on; else 32")
    @argument("-w", "--widget", action="store_true", help="step through it by clicks")
    @line_magic
    def glassbox(self, line: str) -> Any:
        """Show one training step, forward and back, number by number.

        %glassbox model x y
        %glassbox model x y --sample 7 --layer hidden --unit 3 -w

        The model stays as it is.
        """
        options = parse_argstring(self.glassbox, line)

        def value(expression: str | None) -> Any:
            return None if expression is None else self._value(expression)

        def name(text: str | None) -> str | None:
            return None if text is None else without_quotes(text)

        box = plainly(
            lambda: glassbox(
                value(options.model),
                value(options.x),
                value(options.y),
                sample=value(options.sample),
                unit=value(options.unit),
                layer=name(options.layer),
                weight=name(options.weight),
                sample_weight=value(options.sample_weight),
                batch_size=value(options.batch_size),
            )
        )
        return step_through(box) if options.widget else box
