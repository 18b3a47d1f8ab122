"""`plot_model` and `model_to_dot`: a model as boxes and arrows.

`drawing_plan` says what is in which box and who feeds whom. Here are the DOT text, the
language of Graphviz, and the drawing. Graphviz itself is not needed: `layered_layout`
places the boxes and `drawing` draws them. Where its program `dot` is installed, it can
be asked to: `model_to_dot(model).create(prog="dot")`.

Source: https://keras.io/api/utils/model_plotting_utils/
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import Any

from edukeras.errors import NotBuiltError, explain
from edukeras.models import drawing
from edukeras.models.drawing import Arrow, Frame, Shape, Words
from edukeras.models.drawing_plan import Box, Plan, Show, plan_model
from edukeras.models.layered_layout import lay_out

DIRECTIONS = ("TB", "BT", "LR", "RL")
_PAD = 14.0  # between the frame of a model and what is inside


# -- the DOT text -------------------------------------------------------------


class ModelDrawing:
    """A plan that can be written as DOT text or drawn; a notebook shows the drawing.

    The methods bear the names of those of `pydot.Dot`.
    """

    def __init__(
        self,
        plan: Plan,
        rankdir: str = "TB",
        dpi: float = 200,
        splines: str = "ortho",
        subgraph: bool = False,
    ) -> None:
        self.plan = plan
        self.rankdir = rankdir
        self.dpi = dpi
        self.splines = splines
        self.subgraph = subgraph

    def to_string(self) -> str:
        """The DOT text, for Graphviz or `pydot.graph_from_dot_data(text)`."""
        if self.subgraph:
            return "\n".join(_dot_cluster(self.plan, self.plan.name, ""))
        lines = [
            f"digraph {_quoted(self.plan.name)} {{",
            f"  graph [rankdir={self.rankdir}, dpi={self.dpi:g}, "
            f"splines={self.splines}];",
            '  node [shape=box, style="rounded,filled", fontname="sans-serif", '
            f'fillcolor="{drawing.PALE_BLUE}", color="{drawing.BLUE}"];',
            f'  edge [color="{drawing.GREY}"];',
            *_dot_lines(self.plan, "", "  "),
            "}",
        ]
        return "\n".join(lines) + "\n"

    def create(self, prog: str | None = None, format: str = "svg") -> bytes:
        """The picture as a file's content.

        Args:
            prog: None draws it here; "dot" has it drawn by that program of Graphviz.
            format: "svg", "png", "pdf" ...
        """
        if prog is not None:
            text = self.to_string().encode()
            command = [prog, f"-T{format}"]
            return subprocess.run(
                command, input=text, stdout=subprocess.PIPE, check=True
            ).stdout
        shapes, width, height = _draw(self.plan, self.rankdir)
        if format == "svg":
            return drawing.svg(shapes, width, height).encode()
        return drawing.paint(shapes, width, height, format, self.dpi)

    def write(
        self, path: Any, prog: str | None = None, format: str | None = None
    ) -> None:
        """Writes the picture, or for `.dot` and `.gv` the DOT text, to a file."""
        if format is None:
            format = os.path.splitext(os.fspath(path))[1].lstrip(".").lower()
        if format in ("dot", "gv", "raw"):
            content = self.to_string().encode()
        else:
            content = self.create(prog, format)
        with open(path, "wb") as file:
            file.write(content)

    def _repr_svg_(self) -> str:
        return self.create().decode()


def _dot_lines(plan: Plan, path: str, indent: str) -> list[str]:
    lines = []
    for box in plan.boxes:
        if box.inside is None:
            label = "\\n".join(_escaped(line) for line in box.lines)
            lines.append(f'{indent}{_quoted(path + box.name)} [label="{label}"];')
        else:
            lines += _dot_cluster(box.inside, box.lines[0], indent, path + box.name)
    for start, end in plan.arrows:
        for source in _ends(plan.boxes[start], path, 0):
            for target in _ends(plan.boxes[end], path, 1):
                lines.append(f"{indent}{_quoted(source)} -> {_quoted(target)};")
    return lines


def _dot_cluster(plan: Plan, label: str, indent: str, path: str = "") -> list[str]:
    name = _quoted(f"cluster_{path or plan.name}")
    return [
        f"{indent}subgraph {name} {{",
        f"{indent}  label={_quoted(label)}; style=dashed;",
        *_dot_lines(plan, f"{path}/" if path else "", indent + "  "),
        f"{indent}}}",
    ]


def _ends(box: Box, path: str, side: int) -> list[str]:
    """The names of a box's last (side 0) or first (side 1) boxes inside."""
    name = path + box.name
    if box.inside is None:
        return [name]
    taken = {arrow[side] for arrow in box.inside.arrows}
    return [
        end
        for place, inner in enumerate(box.inside.boxes)
        if place not in taken
        for end in _ends(inner, f"{name}/", side)
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


# -- the drawing --------------------------------------------------------------


def _draw(plan: Plan, rankdir: str) -> tuple[list[Shape], float, float]:
    """The shapes of a plan with its upper left corner at (0, 0), width and height."""
    insides: list[Any] = []
    sizes = []
    for box in plan.boxes:
        title_width, title_height = drawing.size_of_text(box.lines)
        inside = None if box.inside is None else _draw(box.inside, rankdir)
        if inside is not None:
            _, width, height = inside
            title_width = max(title_width, width + 2 * _PAD)
            title_height += height + _PAD
        insides.append(inside)
        sizes.append((title_width, title_height))

    sideways = rankdir in ("LR", "RL")
    layout = lay_out([s[::-1] for s in sizes] if sideways else sizes, plan.arrows)
    width, height = layout.width, layout.height

    def turned(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        y = height - y if rankdir in ("BT", "RL") else y
        return (y, x) if sideways else (x, y)

    shapes: list[Shape] = [
        Arrow(tuple(turned(point) for point in route)) for route in layout.routes
    ]
    for box, size, centre, inside in zip(plan.boxes, sizes, layout.centres, insides):
        shapes += _box_shapes(box, size, turned(centre), inside)
    return shapes, *((height, width) if sideways else (width, height))


def _box_shapes(box: Box, size: Any, centre: Any, inside: Any) -> list[Shape]:
    (width, height), (x, y) = size, centre
    left, top = x - width / 2, y - height / 2
    frame = Frame(left, top, width, height, inside is not None, box.chosen)
    shapes: list[Shape] = [frame]
    for number, line in enumerate(box.lines):
        line_y = top + 5 + (number + 0.5) * drawing.LINE_HEIGHT
        shapes.append(Words(x, line_y, line, bold=number == 0))
    if inside is not None:
        inner, inner_width, inner_height = inside
        right, down = x - inner_width / 2, top + height - inner_height - _PAD
        shapes += [_moved(shape, right, down) for shape in inner]
    return shapes


def _moved(shape: Shape, right: float, down: float) -> Shape:
    if isinstance(shape, Words):
        return Words(shape.x + right, shape.y + down, shape.text, shape.bold)
    if isinstance(shape, Arrow):
        return Arrow(tuple((x + right, y + down) for x, y in shape.points))
    x, y = shape.x + right, shape.y + down
    return replace(shape, x=x, y=y)


# -- keras.utils --------------------------------------------------------------


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> ModelDrawing:
    """The graph of a model: DOT text (`to_string()`) or a picture (`create()`).

    Keras returns a `pydot.Dot`; this one is drawn without pydot and Graphviz.

    Args:
        show_shapes, show_dtype: the shapes that go in and come out; the dtype.
        show_layer_names, show_layer_activations, show_trainable: as they say.
        rankdir: where the arrows point: "TB" down, "LR" right, "BT" up, "RL" left.
        expand_nested: whether to open models inside.
        dpi: dots per inch of a PNG.
        subgraph: whether the DOT text shall be a part of another graph's.
        splines: the style of arrows, for Graphviz.

    >>> from edukeras import Sequential, layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3, name="head")])
    >>> print(model_to_dot(model, subgraph=True).to_string().splitlines()[2])
      "head" [label="head (Dense)"];
    """
    if kwargs:
        raise TypeError(f"model_to_dot has no argument {next(iter(kwargs))!r}.")
    if rankdir not in DIRECTIONS:
        raise ValueError(
            explain(
                "rankdir says where the arrows point.",
                expected=f"one of {DIRECTIONS}",
                received=repr(rankdir),
            )
        )
    if not model.built:
        raise NotBuiltError(
            f'Model "{model.name}" cannot be drawn yet: the shape of its input is not '
            "known. Try: call it on data, or model.build(input_shape), first."
        )
    show = Show(
        layer_names=show_layer_names,
        shapes=show_shapes,
        dtype=show_dtype,
        activations=show_layer_activations,
        trainable=show_trainable,
        expand_nested=expand_nested,
    )
    return ModelDrawing(plan_model(model, show), rankdir, dpi, splines, subgraph)


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> ModelDrawing:
    """Writes a picture of a model to a file; a notebook shows what it returns.

    Args:
        to_file: ends in .png, .svg, .pdf, or .dot for the text; None writes no file.
        The others are those of `model_to_dot`.

    SVG and DOT need no other package, the other formats need matplotlib.
    """
    picture = model_to_dot(
        model,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
        **kwargs,
    )
    if to_file is not None:
        picture.write(to_file)
    return picture
