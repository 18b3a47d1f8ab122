"""Arguments of magics: Python expressions, looked up in the notebook's variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, magics_class


@magics_class
class ExpressionMagics(Magics):
    """Magics that take Python expressions; a mistake in one is told in one line."""

    def _value(self, expression: str) -> Any:
        """What an expression stands for in the notebook."""
        expression = without_quotes(expression)
        assert self.shell is not None  # magics are called by a shell
        try:
            return eval(expression, self.shell.user_global_ns, self.shell.user_ns)
        except NameError as error:
            raise UsageError(f"{error}. Has its cell been run?") from None
        except Exception as error:
            message = f"{expression!r}: {type(error).__name__}: {error}"
            raise UsageError(message) from None


def without_quotes(text: str) -> str:
    """Quotes hold an argument with spaces together; they are not part of it.

    >>> without_quotes("'a b'"), without_quotes("ab")
    ('a b', 'ab')
    """
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def plainly(function: Callable, *arguments: Any) -> Any:
    """Calls the function; what it finds wrong becomes one line."""
    try:
        return function(*arguments)
    except (TypeError, ValueError) as error:
        raise UsageError(str(error)) from None
