"""%doctor and %%explain: what is probably wrong, and what an error means."""

from __future__ import annotations

import ast
import sys
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from edukeras.inspect.explanation import explain_error
from edukeras.jupyter import consultation
from edukeras.jupyter.expressions import ExpressionMagics, plainly


@magics_class
class DoctorMagics(ExpressionMagics):
    """Finding mistakes, and explaining errors."""

    @no_var_expand
    @magic_arguments()
    @argument("model", help="a model: a variable, or any Python expression")
    @argument("x", nargs="?", help="inputs, as for fit")
    @argument("y", nargs="?", help="targets, as for fit")
    @argument("--validation", help="(x_val, y_val), as for fit")
    @argument("--split", help="validation_split, as for fit")
    @argument("--weights", help="a weights file that is to be loaded")
    @argument("--mute", help="codes that are not to be shown: EK022,EK044")
    @argument("--strict", action="store_true", help="errors and warnings raise")
    @line_magic
    def doctor(self, line: str) -> Any:
        """Show what is probably wrong with a model, its data or its training.

        %doctor model x_train y_train
        %doctor model x_train y_train --validation "(x_val, y_val)" --strict
        """
        options = parse_argstring(self.doctor, line)

        def value(expression: str | None) -> Any:
            return None if expression is None else self._value(expression)

        return plainly(
            lambda: consultation.doctor(
                value(options.model),
                value(options.x),
                value(options.y),
                validation_data=value(options.validation),
                validation_split=value(options.split) or 0.0,
                weights=value(options.weights),
                mute=(options.mute or "").split(","),
                strict=options.strict,
                source=self._cells(),
            )
        )

    def _cells(self) -> list[str]:
        """The code of the cells that were run, without the one that asks."""
        assert self.shell is not None
        return list(self.shell.user_ns.get("In", []))[:-1]

    @no_var_expand
    @cell_magic
    def explain(self, line: str, cell: str) -> Any:
        """Run the cell; if it raises an error, show what happened and what to try.

        %%explain
        model.fit(x, y)
        """
        if line.strip():
            raise UsageError("%%explain takes no arguments: the code comes below it.")
        assert self.shell is not None  # magics are called by a shell
        code = self.shell.transform_cell(cell)
        try:
            return self._run(code)
        except (Exception, KeyboardInterrupt) as error:
            error.__traceback__ = _without_ours(error.__traceback__)
            sys.last_value = error
            return explain_error(error, self.shell.user_ns, cell)

    def _run(self, code: str) -> Any:
        """Runs a cell; the value of its last line is that of the cell."""
        assert self.shell is not None
        name = self.shell.compile.cache(code)
        statements = ast.parse(code, name).body
        last = statements[-1] if statements else None
        if not isinstance(last, ast.Expr) or code.rstrip().endswith(";"):
            last = None
        else:
            statements.pop()
        names = self.shell.user_global_ns, self.shell.user_ns
        exec(compile(ast.Module(statements, []), name, "exec"), *names)
        if last is None:
            return None
        return eval(compile(ast.Expression(last.value), name, "eval"), *names)


def _without_ours(trace: Any) -> Any:
    """The traceback from the cell on."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace
