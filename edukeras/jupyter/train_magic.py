"""%%train: a cell whose training is watched and steered."""

from __future__ import annotations

import argparse
import ast
from typing import Any

from IPython.core.magic import cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from edukeras.callbacks import added_callbacks
from edukeras.jupyter.expressions import ExpressionMagics, plainly
from edukeras.jupyter.live_curves import LiveCurves


@magics_class
class TrainMagic(ExpressionMagics):
    """Cells that train."""

    @no_var_expand
    @magic_arguments()
    @argument("--lr", help="the learning rate to begin with: any Python expression")
    @argument(
        "--live",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="draw while training runs, or only in the end",
    )
    @argument("--compare", help="earlier runs for the same chart: a History, a list")
    @cell_magic
    def train(self, line: str, cell: str) -> Any:
        """Run a cell; every fit in it shows live curves with Stop, Pause and Step.

        %%train --lr 0.01
        history = model.fit(x, y, epochs=50, validation_split=0.2)
        """
        options = parse_argstring(self.train, line)
        rate = None if options.lr is None else self._value(options.lr)
        compare = None if options.compare is None else self._value(options.compare)
        rate = None if rate is None else plainly(float, rate)
        watch = LiveCurves(compare=compare, learning_rate=rate, live=options.live)
        with added_callbacks(watch):
            value = self._run(cell)
        return getattr(watch.model, "history", None) if value is None else value

    def _run(self, cell: str) -> Any:
        """Runs the code as a cell of its own would; gives its last expression."""
        assert self.shell is not None
        code = self.shell.transform_cell(cell)
        name = self.shell.compile.cache(code, self.shell.execution_count, cell)
        body = ast.parse(code, name).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        names = self.shell.user_ns
        exec(compile(ast.Module(body, []), name, "exec"), names)
        if last is None:
            return None
        return eval(compile(ast.Expression(last.value), name, "eval"), names)
