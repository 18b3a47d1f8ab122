"""The playground where nothing can be clicked: settings, picture, losses, the code."""

from __future__ import annotations

from html import escape
from typing import Any

from edukeras.inspect import markup
from edukeras.inspect.display import View
from edukeras.inspect.playground_code import script_of
from edukeras.inspect.playground_model import Settings
from edukeras.inspect.playground_picture import WIDTH, playground_svg
from edukeras.inspect.playground_training import PlaygroundTraining


class PlaygroundView(View):
    """A network of the playground after some epochs.

    Args:
        settings: what was chosen.
        own: (x, y), if the data is "own".
        epochs: how long it learns.

    >>> view = PlaygroundView(Settings(data="gauss", layers=(2,)), epochs=5)
    >>> print(view.text().splitlines()[0])
    Playground: gauss, noise 0.1, 200 points to learn from, 200 to test with
    """

    def __init__(
        self, settings: Settings, own: tuple[Any, Any] | None = None, epochs: int = 100
    ) -> None:
        self.training = PlaygroundTraining(settings, own)
        for _ in range(epochs):
            self.training.run_epoch()

    def _lines(self) -> list[str]:
        training, chosen = self.training, self.training.settings
        noise = "" if chosen.data == "own" else f", noise {chosen.noise:g}"
        network = [str(len(chosen.features)), *map(str, chosen.layers)]
        extras = [chosen.activation, chosen.optimizer, f"rate {chosen.learning_rate:g}"]
        extras.append(f"batches of {chosen.batch_size}")
        if chosen.penalty != "none":
            extras.append(f"{chosen.penalty} {chosen.penalty_rate:g}")
        if chosen.batch_norm:
            extras.append("batch norm")
        if chosen.dropout:
            extras.append(f"dropout {chosen.dropout:g}")
        learn, test = training.losses[-1]
        return [
            f"Playground: {chosen.data}{noise}, {len(training.points.x)} points to "
            f"learn from, {len(training.points.x_test)} to test with",
            f"Features: {', '.join(chosen.features)}",
            f"Network: {' - '.join(network)} - {training.model.output_shape[-1]}; "
            + ", ".join(extras),
            f"After {training.epoch} epochs: training loss {learn:.4f}, "
            f"test loss {test:.4f}",
        ]

    def code(self) -> str:
        """The same network as a Keras script."""
        return script_of(self.training)

    def in_words(self) -> str:
        return ". ".join(self._lines()) + "."

    def text(self) -> str:
        return "\n".join(self._lines())

    def html(self) -> str:
        svg = playground_svg(self.training)
        picture = markup.drawing(svg, self.in_words(), WIDTH)
        lines = "".join(markup.paragraph(escape(line)) for line in self._lines())
        return f"<div>{picture}{lines}{code_block(self.code())}</div>"


def code_block(script: str) -> str:
    """The script, folded."""
    body = f'<pre style="margin: 0; overflow-x: auto">{escape(script)}</pre>'
    return markup.details("The code: the same network in Keras", body)
