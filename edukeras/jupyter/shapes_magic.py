"""%shapes: the shapes of the arrays that each cell makes."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class

from edukeras.inspect.array_shapes import (
    Shapes,
    arrays_in,
    described,
    is_array,
    shapes,
)


@magics_class
class ShapesMagic(Magics):
    """Shapes of arrays, now or after each cell."""

    _known: dict[str, tuple[int, tuple]] | None = None  # None: switched off

    @line_magic
    def shapes(self, line: str) -> Shapes | None:
        """Show the shapes of arrays.

        %shapes        of all arrays, now
        %shapes on     after each cell, of those that are new
        %shapes off    no longer
        """
        word, names = line.strip(), self._names()
        if word == "on":
            self._known = self._now()
            self.shell.events.register("post_run_cell", self._after_cell)  # type: ignore
        elif word == "off":
            self.put_away()
        elif word:
            raise UsageError(f"%shapes {word}: on, off, or nothing.")
        else:
            return shapes(names)
        return None

    def put_away(self) -> None:
        """Switches it off; `%unload_ext` does so too."""
        if self._known is not None:
            self._known = None
            self.shell.events.unregister("post_run_cell", self._after_cell)  # type: ignore

    def _names(self) -> dict[str, Any]:
        assert self.shell is not None  # magics are called by a shell
        return self.shell.user_ns

    def _now(self) -> dict[str, tuple[int, tuple]]:
        names = self._names()
        hidden = getattr(self.shell, "user_ns_hidden", {})
        return {
            name: (id(value), tuple(value.shape))
            for name, value in arrays_in(names)
            if name not in hidden
        }

    def _after_cell(self, result: Any = None) -> None:
        before, self._known = self._known or {}, self._now()
        new = [name for name, state in self._known.items() if before.get(name) != state]
        names = self._names()
        lines = [" ".join(described(name, names[name])) for name in new]
        shown = getattr(result, "result", None)
        if is_array(shown) and not any(shown is names[name] for name in new):
            lines.append(" ".join(described("the result", shown)))
        if lines:
            print("shapes: " + ", ".join(lines))
