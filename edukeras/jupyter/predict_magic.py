"""%%predict: first say what will come out, then run the cell."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.magic import cell_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from edukeras.inspect.prediction import Prediction, predict
from edukeras.jupyter.expressions import ExpressionMagics, without_quotes
from edukeras.jupyter.frontend import is_live
from edukeras.jupyter.prediction_panel import PredictionPanel
from edukeras.messages import say


@magics_class
class PredictMagic(ExpressionMagics):
    """Predictions before results."""

    @no_var_expand
    @magic_arguments()
    @argument(
        "-e", "--expect", help="what you expect; or as a comment in the first line"
    )
    @cell_magic
    def predict(self, line: str, cell: str) -> Prediction | PredictionPanel:
        """Say what will come out, then run the cell.

        %%predict
        # (32, 10)
        model(x).shape
        """
        options = parse_argstring(self.predict, line)
        guess = "" if options.expect is None else without_quotes(options.expect)
        first, _, rest = cell.lstrip("\n").partition("\n")
        if not guess and first.startswith("#"):
            guess, cell = first.lstrip("# ").strip(), rest
        assert self.shell is not None  # magics are called by a shell
        shell = self.shell
        code = shell.transform_cell(cell)
        if guess:
            return predict(code, guess, shell.user_ns)
        if is_live():
            return PredictionPanel(lambda said: predict(code, said, shell.user_ns))
        raise UsageError(
            say(
                "First say what you expect: as a comment in the first line, "
                "such as # (32, 10)"
            )
        )
