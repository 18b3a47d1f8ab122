"""The graph of a model as a picture: branches, shared layers, models inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edukeras.inspect import markup
from edukeras.models.drawing_plan import Plan, Show, plan_model
from edukeras.models.plotting import ModelDrawing

MOST_BOXES = 80
_POINTS_TO_PIXELS = 4 / 3


@dataclass(frozen=True)
class ModelPicture:
    """An SVG, its width in pixels, and what it shows in words."""

    svg: str
    width: float
    words: str

    def html(self) -> str:
        return markup.drawing(self.svg, self.words, self.width)


def model_picture(model: Any, chosen: Any = None) -> ModelPicture | None:
    """The graph of a model; None where there is none to show, or too much.

    Args:
        chosen: a layer to point out, with a thick frame.

    >>> from edukeras import Sequential, layers
    >>> a, b = layers.Dense(3, name="a"), layers.Dense(1, name="b")
    >>> model_picture(Sequential([layers.Input((4,)), a, b], name="m")).words
    'The graph of m, 2 boxes: a to b.'
    """
    if getattr(model, "_functional", None) is None:
        return None  # a subclass computes in `call`
    show = Show(shapes=True, expand_nested=True, chosen=chosen)
    plan = plan_model(model, show)
    boxes, arrows = _count(plan), _arrows(plan)
    if not 0 < boxes <= MOST_BOXES:
        return None
    svg = ModelDrawing(plan).create().decode()
    width = float(re.search(r'width="([\d.]+)"', svg)[1])  # type: ignore[index]
    words = "; ".join(arrows[:40]) + (" ..." if len(arrows) > 40 else "")
    count = f"{boxes} boxes" if boxes > 1 else "one box"
    sentence = f"The graph of {model.name}, {count}{': ' if words else ''}{words}."
    return ModelPicture(svg, width * _POINTS_TO_PIXELS, sentence)


def _count(plan: Plan) -> int:
    return sum(1 + (_count(b.inside) if b.inside else 0) for b in plan.boxes)


def _arrows(plan: Plan) -> list[str]:
    """The arrows in words, those of models inside last."""
    found = [
        f"{plan.boxes[start].name} to {plan.boxes[end].name}"
        for start, end in plan.arrows
    ]
    for box in plan.boxes:
        if box.inside is not None:
            found += [f"in {box.name}: {arrow}" for arrow in _arrows(box.inside)]
    return found
